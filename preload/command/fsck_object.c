/* The checks fsck makes of one object, and how it mends what they find. */
#include "fsck.h"

#include <string.h>

/* --- whiteouts --- */

static int remove_whiteout(struct fsck *f)
{
	return marks_remove_whiteout(f->upper, f->path);
}

static int remove_file(struct fsck *f)
{
	return marks_remove_file(f->upper, f->path);
}

/* Without a word of its directory's it hides what is below, and its own name is listed. */
static int announce(struct fsck *f)
{
	PATH_PARENT(f->path);
	return layer_mark(layer_path(f->upper, f->path), "opaque", "x");
}

static bool is_announced(const struct fsck *f)
{
	PATH_PARENT(f->path);
	return layer_is_xmarked(layer_path(f->upper, f->path));
}

static void check_whiteout(struct fsck *f, const struct node *below)
{
	const enum whiteout_form form = marks_form(f->upper, f->path);
	if (node_absent(below))
		fsck_found(f, "a whiteout of nothing", remove_whiteout);
	else if (form == WHITEOUT_FILE)
		fsck_found(f, "a whiteout in a form the kernel does not read", NULL);
	else if (form == WHITEOUT_XATTR && !is_announced(f))
		fsck_found(f, "a whiteout by its attribute, and its directory does not say so",
			   announce);
}

/* A file that would be a whiteout if it were empty. */
static void check_file(struct fsck *f)
{
	if (layer_is_xwhiteout(layer_path(f->upper, f->path)))
		fsck_found(f, "a whiteout by its attribute, which does not count", NULL);
}

/* --- marks on directories --- */

static int remove_opaque(struct fsck *f)
{
	return marks_remove(f->upper, f->path, LAYER_XATTR, "opaque");
}

static int write_opaque(struct fsck *f)
{
	int error = layer_mark(layer_path(f->upper, f->path), "opaque", "y");
	if (!error)
		error = marks_remove(f->upper, f->path, LAYER_XATTR_FUSE, "opaque");
	if (!error && marks_has_opaque_file(f->upper, f->path))
		error = marks_remove_opaque_file(f->upper, f->path);
	return error;
}

static void check_directory(struct fsck *f, bool opaque)
{
	char value;
	char kernels = marks_opaque(f->upper, f->path);
	if (kernels == '?')
		fsck_found(f, "an opaque mark of no known value", remove_opaque);
	else if (opaque && kernels != 'y' &&
		 marks_read(f->upper, f->path, LAYER_XATTR_TRUSTED, "opaque", &value, 1) != 1)
		fsck_found(f, "opaque in a form the kernel does not read", write_opaque);
}

/* --- origins --- */

static int mark_parent_impure(struct fsck *f)
{
	PATH_PARENT(f->path);
	return layer_mark(layer_path(f->upper, f->path), "impure", "y");
}

static int remove_origin(struct fsck *f)
{
	return marks_remove(f->upper, f->path, LAYER_XATTR, "origin");
}

static bool parent_is_impure(const struct fsck *f)
{
	char value;
	PATH_PARENT(f->path);
	return marks_read(f->upper, f->path, LAYER_XATTR, "impure", &value, 1) == 1;
}

/* An empty one is what the kernel writes for a user: that there was something, and not what. */
static void check_origin(struct fsck *f)
{
	unsigned char o[256];
	ssize_t size = marks_read(f->upper, f->path, LAYER_XATTR, "origin", o, sizeof o);
	if (size == -ERANGE || (size > 0 && !layer_origin_is_sound(o, (size_t)size)))
		fsck_found(f, "a malformed origin", remove_origin);
	else if (size > 0 && f->path->length > 0 && !parent_is_impure(f))
		fsck_found(f, "has an origin, and its directory is not marked impure",
			   mark_parent_impure);
}

/* --- names of attributes --- */

static bool is_known(const char *mark)
{
	static const char *const marks[] = {"opaque", "impure", "origin",   "whiteout",    "uuid",
					    "nlink",  "upper",  "protattr", "overlain.ino"};
	for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++)
		if (text_same(mark, marks[i]))
			return true;
	return text_starts(mark, "overlay.");
}

static void check_name(struct fsck *f, const char *name)
{
	const char *mark = text_after(name, LAYER_XATTR);
	if (!mark)
		return;
	if (text_same(mark, "overlay."))
		fsck_found(f, "an escaped attribute without a name", NULL);
	else if (text_same(mark, "redirect") || text_same(mark, "metacopy"))
		fsck_found(f, "a redirect or metacopy, which is not followed", NULL);
	else if (!is_known(mark))
		fsck_found(f, "an attribute in the overlay's namespace that means nothing", NULL);
}

static void check_names(struct fsck *f)
{
	static char list[65536];
	ssize_t size = sys_llistxattr(layer_path(f->upper, f->path), list, sizeof list);
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(list + at) + 1)
		check_name(f, list + at);
}

/* --- all of them --- */

static bool is_unreadable(const struct fsck *f)
{
	char value;
	return marks_read(f->upper, f->path, LAYER_XATTR, "opaque", &value, 1) == -EACCES;
}

void fsck_object(struct fsck *f, const struct entry *entry)
{
	if (entry && entry->kind == ENTRY_WHITEOUT) {
		check_whiteout(f, &entry->below);
		return;
	}
	const bool file = entry && S_ISREG(entry->st.st_mode);
	if (entry && layer_hides(f->upper, f->path))
		fsck_found(f, "there, and hidden by a file beside it", remove_file);
	if (entry && !file && !S_ISDIR(entry->st.st_mode))
		return;
	if (is_unreadable(f)) {
		fsck_found(f, "its marks cannot be read", NULL);
		return;
	}
	if (file)
		check_file(f);
	else
		check_directory(f, entry && entry->opaque);
	check_origin(f);
	check_names(f);
}
