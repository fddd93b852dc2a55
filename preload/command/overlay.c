/* The overlay a verb works on, opened from outside. */
#include "command.h"
#include "overlain/overlay.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The one overlay there is, or the one of several that the command line names. */
static const struct overlay *pick(const struct mounts *mounts, const char *picked)
{
	if (!picked && mounts->count == 1)
		return &mounts->at[0];
	if (!picked) {
		fail("%u overlays are described: name one by its MERGED", mounts->count);
		return NULL;
	}
	const char *whole = realpath(picked, NULL);
	if (!whole && *picked != '/')
		whole = format("%s/%s", getcwd(NULL, 0), picked); /* it need not exist */
	for (unsigned i = 0; i < mounts->count; i++) {
		const struct overlay *ov = &mounts->at[i];
		const char *merged = *ov->merged ? ov->merged : "/";
		if (text_same(picked, merged) || (ov->alias && text_same(picked, ov->alias)) ||
		    (whole && text_same(whole, merged)))
			return ov;
	}
	fail("%s: no overlay is seen there", picked);
	return NULL;
}

typedef int mounts_reader(struct mounts *mounts, char *const *envp, struct text *complaint);

static const struct overlay *open_overlay(const struct arguments *arguments, mounts_reader *read)
{
	static struct mounts mounts;
	char line[8192];
	struct text complaint;
	text_init(&complaint, line, sizeof line);
	if (read(&mounts, environ, &complaint) < 0) {
		fail("%s", line);
		return NULL;
	}
	if (mounts.count == 0) {
		fail("no overlay: neither -o OPTIONS nor OVERLAIN_UPPERDIR is given");
		return NULL;
	}
	for (unsigned i = 0; i < mounts.count; i++)
		overlay_join(&mounts.at[i]);
	return pick(&mounts, arguments->picked);
}

const struct overlay *overlay_to_look(const struct arguments *arguments)
{
	const struct overlay *ov = open_overlay(arguments, mounts_look);
	if (ov && !ov->has_upper)
		return fail("the overlay has no upper directory"), NULL;
	return ov;
}

const struct overlay *overlay_to_change(const struct arguments *arguments)
{
	const struct overlay *ov = open_overlay(arguments, mounts_read);
	if (ov && !ov->writable)
		return fail("the overlay is read-only"), NULL;
	return ov;
}
