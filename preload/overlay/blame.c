/* The one line that says what is wrong with a configuration. */
#include "config.h"

#include <string.h>

static const char *const spelled_as[SETTINGS] = {
	[LOWERDIR] = "lowerdir",
	[UPPERDIR] = "upperdir",
	[WORKDIR] = "workdir",
};

/* Who said it: "OVERLAIN_LOWERDIR", "OVERLAIN_OPTIONS: lowerdir", "OVERLAIN_MOUNTS line 2: …". */
static const char *add_origin(struct text *t, const struct draft *d, enum setting s)
{
	const char *option = d->line || d->in_options & 1U << s ? spelled_as[s] : NULL;
	text_add(t, setting_names[d->line ? MOUNTS : option ? OPTIONS : s]);
	if (d->line) {
		text_add(t, " line ");
		text_add_number(t, d->line);
	}
	if (option) {
		text_add(t, ": ");
		text_add(t, option);
	}
	return option ? "=" : ": ";
}

int blame(struct config *c, const struct draft *d, enum setting s, const char *value,
	  const char *why)
{
	struct text *t = c->complaint;
	const char *separator = add_origin(t, d, s);
	if (value && *value) {
		text_add(t, separator);
		text_add_shown(t, value, strlen(value));
	}
	text_add(t, ": ");
	text_add(t, why);
	return -EINVAL;
}

int blame_errno(struct config *c, const struct draft *d, enum setting s, const char *value,
		int error)
{
	static const struct {
		int error;
		const char *why;
	} reasons[] = {
		{-ENOENT, "No such directory"},
		{-ENOTDIR, "Not a directory"},
		{-EACCES, "Permission denied"},
		{-EPERM, "Operation not permitted"},
		{-ELOOP, "Too many levels of symbolic links"},
		{-ENAMETOOLONG, "Path too long"},
		{-EROFS, "Read-only file system"},
		{-ENOSPC, "No space left on device"},
		{-EMFILE, "Too many open files"},
	};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].error == error)
			return blame(c, d, s, value, reasons[i].why);
	return blame(c, d, s, value, "Cannot be used");
}
