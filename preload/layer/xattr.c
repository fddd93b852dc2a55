/* Extended attributes: which are the overlay's own, and how a program's namesakes are kept. */
#include "overlain/layer.h"

#include <linux/limits.h>
#include <string.h>

/* A program's own "user.overlay.X" is stored as "user.overlay.overlay.X". */
#define ESCAPE "overlay."
static const char *const spaces[] = {LAYER_XATTR, LAYER_XATTR_TRUSTED};

/* What follows the prefix of a name of ours, or NULL; SPACE is that prefix. */
static const char *own_suffix(const char *name, const char **space)
{
	const char *suffix = NULL;
	for (unsigned i = 0; i < 2 && !suffix; i++) {
		*space = spaces[i];
		suffix = text_after(name, spaces[i]);
	}
	return suffix;
}

bool layer_xattr_private(const char *name)
{
	const char *space, *suffix = own_suffix(name, &space);
	return suffix ? !text_starts(suffix, ESCAPE) : text_starts(name, LAYER_XATTR_FUSE);
}

int layer_xattr_escape(const char *name, char *buffer, const char **stored)
{
	const char *space, *suffix = own_suffix(name, &space);
	*stored = name;
	if (!suffix)
		return 0;
	if (!*suffix)
		return -EINVAL;
	struct text t;
	text_init(&t, buffer, XATTR_NAME_MAX + 1);
	text_add(&t, space);
	text_add(&t, ESCAPE);
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
		const char *space, *suffix = own_suffix(list + at, &space);
		if (suffix) {
			memmove(list + kept, space, strlen(space));
			kept += strlen(space);
			suffix += strlen(ESCAPE);
			length = strlen(suffix) + 1;
			at = (size_t)(suffix - list);
		}
		memmove(list + kept, list + at, length);
		kept += length;
	}
	return kept;
}
