/* Extended attributes: which are the overlay's own, and how a program's namesakes are kept. */
#include "overlain/layer.h"

#include <linux/limits.h>
#include <string.h>

/* A program's own "user.overlay.X" is stored as "user.overlay.overlay.X". */
#define ESCAPED LAYER_XATTR "overlay."

bool layer_xattr_private(const char *name)
{
	return (text_starts(name, LAYER_XATTR) && !text_starts(name, ESCAPED)) ||
	       text_starts(name, "trusted.overlay.");
}

int layer_xattr_escape(const char *name, char *buffer, const char **stored)
{
	const char *suffix = text_after(name, LAYER_XATTR);
	*stored = name;
	if (!suffix)
		return 0;
	if (!*suffix)
		return -EINVAL;
	struct text t;
	text_init(&t, buffer, XATTR_NAME_MAX + 1);
	text_add(&t, ESCAPED);
	text_add(&t, suffix);
	*stored = buffer;
	return text_full(&t) ? -ERANGE : 0;
}

size_t layer_xattr_reveal(char *list, size_t size)
{
	size_t kept = 0;
	for (size_t at = 0, next; at < size; at = next) {
		size_t length = strlen(list + at) + 1;
		next = at + length;
		if (layer_xattr_private(list + at))
			continue;
		const char *suffix = text_after(list + at, ESCAPED);
		if (suffix) {
			memmove(list + kept, LAYER_XATTR, strlen(LAYER_XATTR));
			kept += strlen(LAYER_XATTR);
			length = strlen(suffix) + 1;
			at = (size_t)(suffix - list);
		}
		memmove(list + kept, list + at, length);
		kept += length;
	}
	return kept;
}
