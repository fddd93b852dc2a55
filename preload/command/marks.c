/* Marks of an upper, one by one. */
#include "marks.h"

#include <string.h>

static const char *full_name(char *buffer, size_t size, const char *space, const char *mark)
{
	struct text t;
	text_init(&t, buffer, size);
	text_add(&t, space);
	text_add(&t, mark);
	return buffer;
}

ssize_t marks_read(const struct layer *upper, struct path *p, const char *space, const char *mark,
		   void *value, size_t size)
{
	char name[64];
	return sys_lgetxattr(layer_path(upper, p), full_name(name, sizeof name, space, mark), value,
			     size);
}

int marks_remove(const struct layer *upper, struct path *p, const char *space, const char *mark)
{
	char name[64];
	int error =
		sys_lremovexattr(layer_path(upper, p), full_name(name, sizeof name, space, mark));
	return error == -ENODATA ? 0 : error;
}

char marks_opaque(const struct layer *upper, struct path *p)
{
	char value[2];
	ssize_t size = marks_read(upper, p, LAYER_XATTR, "opaque", value, sizeof value);
	if (size == -ENODATA || size == -EOPNOTSUPP)
		return 0;
	return size == 1 && (*value == 'y' || *value == 'x') ? *value : '?';
}

/* Does something to the ".wh." file beside P. */
static int beside(const struct layer *upper, struct path *p, int (*action)(const char *path))
{
	const size_t last = path_last(p);
	PATH_PATCH_SCOPED struct path_patch mark =
		path_patch(p, last, LAYER_WH, path_rel(p) + last, p->length - last);
	return mark.size ? action(layer_path(upper, p)) : -ENAMETOOLONG;
}

/* Does something to the file NAME in P. */
static int within(const struct layer *upper, struct path *p, const char *name,
		  int (*action)(const char *path))
{
	PATH_PATCH_SCOPED struct path_patch mark =
		path_patch(p, p->length, p->length ? "/" : "", name, strlen(name));
	return mark.size ? action(layer_path(upper, p)) : -ENAMETOOLONG;
}

static int look(const char *path)
{
	struct stat st;
	return sys_lstat(path, &st);
}

static int make(const char *path)
{
	int error = layer_make_whiteout(AT_FDCWD, path, WHITEOUT_FILE);
	return error == -EEXIST ? 0 : error;
}

bool marks_has_opaque_file(const struct layer *upper, struct path *p)
{
	return within(upper, p, LAYER_WH_OPAQUE, look) == 0;
}

int marks_make_file(const struct layer *upper, struct path *p)
{
	return beside(upper, p, make);
}

int marks_remove_file(const struct layer *upper, struct path *p)
{
	return beside(upper, p, sys_unlink);
}

int marks_remove_opaque_file(const struct layer *upper, struct path *p)
{
	return within(upper, p, LAYER_WH_OPAQUE, sys_unlink);
}

int marks_make_opaque_file(const struct layer *upper, struct path *p)
{
	return within(upper, p, LAYER_WH_OPAQUE, make);
}

bool marks_has_file_for_nothing(const struct layer *upper, struct path *p)
{
	return within(upper, p, LAYER_WH, look) == 0;
}

int marks_remove_file_for_nothing(const struct layer *upper, struct path *p)
{
	return within(upper, p, LAYER_WH, sys_unlink);
}

enum whiteout_form marks_form(const struct layer *upper, struct path *p)
{
	struct stat st;
	int error = sys_lstat(layer_path(upper, p), &st);
	if (!error && S_ISCHR(st.st_mode) && st.st_rdev == 0)
		return WHITEOUT_DEVICE;
	return !error && S_ISREG(st.st_mode) ? WHITEOUT_XATTR : WHITEOUT_FILE;
}

int marks_remove_whiteout(const struct layer *upper, struct path *p)
{
	if (marks_form(upper, p) == WHITEOUT_FILE)
		return marks_remove_file(upper, p);
	return sys_unlink(layer_path(upper, p));
}

static bool keep(const struct layer *upper, struct path *p, struct stat *st)
{
	return sys_lstat(layer_path(upper, p), st) == 0 && S_ISDIR(st->st_mode);
}

struct marks_times marks_keep_times(const struct layer *upper, struct path *p)
{
	struct marks_times times = {.upper = upper, .path = p};
	times.has_own = keep(upper, p, &times.own);
	PATH_PARENT(p);
	times.has_parent = keep(upper, p, &times.parent);
	return times;
}

static void restore(const struct layer *upper, struct path *p, const struct stat *st)
{
	const struct timespec at[2] = {st->st_atim, st->st_mtim};
	sys_utimensat(AT_FDCWD, layer_path(upper, p), at, AT_SYMLINK_NOFOLLOW);
}

void marks_restore_times(const struct marks_times *times)
{
	if (times->has_own)
		restore(times->upper, times->path, &times->own);
	PATH_PARENT(times->path);
	if (times->has_parent)
		restore(times->upper, times->path, &times->parent);
}
