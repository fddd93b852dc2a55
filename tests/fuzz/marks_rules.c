/*
 * The rules of overlayfs.rst and of OCI layers, put down once more and plainly: layers are read by
 * name, and what merged makes of a name follows from what each says of it.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "marks.h"

static bool is_there(const char *layer, const char *rel, const char *name, struct stat *st)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s/%s", layer, rel, name);
	return lstat(path, st) == 0;
}

static bool has_mark(const char *layer, const char *rel, const char *name, const char *mark,
		     char *value)
{
	static const char *const spaces[] = {"user.overlay.", "trusted.overlay.",
					     "user.fuseoverlayfs."};
	char path[PATH_MAX], full[64];

	*value = 0;
	snprintf(path, sizeof path, "%s/%s/%s", layer, rel, name);
	if (llistxattr(path, NULL, 0) <= 0)
		return false;
	for (int i = 0; i < 3; i++) {
		snprintf(full, sizeof full, "%s%s", spaces[i], mark);
		if (lgetxattr(path, full, NULL, 0) < 0)
			continue;
		if (lgetxattr(path, full, value, 1) != 1)
			*value = 0;
		return true;
	}
	return false;
}

/* What NAME is in the directory REL of one layer. */
static enum kind kind_in(const char *layer, const char *rel, const char *name)
{
	struct stat st;
	char value, parent;

	if (!is_there(layer, rel, name, &st))
		return NOTHING;
	if (S_ISCHR(st.st_mode) && st.st_rdev == 0)
		return HIDDEN;
	if (S_ISREG(st.st_mode) && st.st_size == 0 &&
	    has_mark(layer, rel, name, "whiteout", &value))
		return has_mark(layer, rel, ".", "opaque", &parent) && parent == 'x' ? HIDDEN
										     : LISTED;
	return S_ISDIR(st.st_mode) ? DIRECTORY : OBJECT;
}

static bool is_hidden_below(const char *layer, const char *rel, const char *name)
{
	char mark[NAME_MAX + 1];
	struct stat st;

	snprintf(mark, sizeof mark, ".wh.%s", name);
	return is_there(layer, rel, mark, &st);
}

static bool is_opaque(const char *layer, const char *rel)
{
	struct stat st;
	char value;

	return (has_mark(layer, rel, ".", "opaque", &value) && value == 'y') ||
	       is_there(layer, rel, ".wh..wh..opq", &st);
}

/* A layer as it was read: its root and the directories a, b and c in it, each with those names. */
static struct directory {
	bool opaque;
	struct {
		enum kind kind;
		bool hidden_below;
		bool redirect; /* which counts where something lies below its directory */
	} names[SHOWN];
} read_of[LAYERS][DIRECTORIES];

const char *rules_directory(unsigned directory)
{
	return directory == ROOT ? "" : entry_names[directory];
}

static void read_directory(unsigned layer, unsigned directory)
{
	struct directory *d = &read_of[layer][directory];
	const char *in = layer_names[layer], *rel = rules_directory(directory);

	char value;

	d->opaque = directory != ROOT && is_opaque(in, rel);
	for (unsigned i = 0; i < SHOWN; i++) {
		d->names[i].kind = kind_in(in, rel, entry_names[i]);
		d->names[i].hidden_below =
			d->names[i].kind == NOTHING && is_hidden_below(in, rel, entry_names[i]);
		d->names[i].redirect = d->names[i].kind == DIRECTORY &&
				       has_mark(in, rel, entry_names[i], "redirect", &value);
	}
}

void rules_read(unsigned layer)
{
	memset(read_of[layer], 0, sizeof read_of[layer]);
	read_directory(layer, ROOT);
	for (unsigned i = 0; i < SHOWN; i++)
		if (read_of[layer][ROOT].names[i].kind == DIRECTORY)
			read_directory(layer, i);
}

enum kind rules_say(unsigned directory, unsigned parts, unsigned name, unsigned *of)
{
	enum kind found = NOTHING;

	*of = 0;
	for (unsigned i = 0; i < LAYERS; i++) {
		if (!(parts & 1U << i))
			continue;
		const struct directory *d = &read_of[i][directory];
		const enum kind here = d->names[name].kind;
		if (here == HIDDEN || (here != NOTHING && here != DIRECTORY && found != NOTHING))
			break;
		if (here == OBJECT || here == LISTED)
			return here;
		if (here == DIRECTORY) {
			found = DIRECTORY;
			*of |= 1U << i;
			if (d->names[name].redirect && (i == 0 || parts >> i > 1))
				return REFUSED;
			if (directory == ROOT && read_of[i][name].opaque)
				break;
		}
		/* Beside a directory of that name it is taken to be older, and to have had its say.
		 */
		if (d->names[name].hidden_below)
			break;
	}
	return found;
}
