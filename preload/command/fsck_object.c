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

static int remove_file_for_nothing(struct fsck *f)
{
	return marks_remove_file_for_nothing(f->upper, f->path);
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

/* --- directories --- */

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
	const char kernels = marks_opaque(f->upper, f->path);
	if (opaque && kernels != 'y' && kernels != '?' &&
	    marks_read(f->upper, f->path, LAYER_XATTR_TRUSTED, "opaque", &value, 1) != 1)
		fsck_found(f, "opaque in a form the kernel does not read", write_opaque);
	if (marks_has_file_for_nothing(f->upper, f->path))
		fsck_found(f, "holds a file \"" LAYER_WH "\", which hides nothing",
			   remove_file_for_nothing);
}

/* --- all of it --- */

void fsck_object(struct fsck *f, const struct entry *entry)
{
	if (entry && entry->kind == ENTRY_WHITEOUT) {
		check_whiteout(f, &entry->below);
		return;
	}
	const mode_t type = entry ? entry->st.st_mode & S_IFMT : S_IFDIR;
	if (entry && layer_hides(f->upper, f->path))
		fsck_found(f, "there, and hidden by a file beside it", remove_file);
	if (type != S_IFREG && type != S_IFDIR)
		return;
	if (fsck_marks(f, entry ? &entry->st : NULL) && type == S_IFDIR)
		check_directory(f, entry && entry->opaque);
}
