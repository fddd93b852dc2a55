/* statfs and its kin: the upper's figures, under the name of overlayfs. */
#include "overlain/libc.h"

/* The directory whose file system AT's is: the upper, or the topmost lower. */
static int reach_upper(struct place *at, const char **path)
{
	int error = file_reach(at, path);
	if (!error)
		*path = at->overlay->layers[0].root;
	return error;
}

static int statfs_inside(struct place *at, struct statfs *st)
{
	const char *path;
	int error = reach_upper(at, &path);
	if (error)
		return (int)edge(error);
	int result = NEXT(statfs)(path, st);
	if (result == 0)
		st->f_type = OVERLAY_MAGIC;
	return result;
}

int statfs(const char *path, struct statfs *st)
{
	struct place at;
	int result, error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? statfs_inside(&at, st) : NEXT(statfs)(at.name, st);
	while (again(result, &at));
	return result;
}

static int statvfs_inside(struct place *at, struct statvfs *st)
{
	const char *path;
	int error = reach_upper(at, &path);
	return error ? (int)edge(error) : NEXT(statvfs)(path, st);
}

int statvfs(const char *path, struct statvfs *st)
{
	struct place at;
	int result, error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? statvfs_inside(&at, st) : NEXT(statvfs)(at.name, st);
	while (again(result, &at));
	return result;
}

static bool is_inside(int fd, struct place *at)
{
	struct descriptor d;
	if (!descriptor_brief(fd, &d) || d.kind == DESCRIPTOR_OUTSIDE)
		return false;
	at->overlay = &process_mounts()->at[d.overlay];
	at->node = (struct node){.type = d.type};
	at->slash = false;
	path_clear(&at->path);
	return true;
}

int fstatfs(int fd, struct statfs *st)
{
	struct place at;
	return is_inside(fd, &at) ? statfs_inside(&at, st) : NEXT(fstatfs)(fd, st);
}

int fstatvfs(int fd, struct statvfs *st)
{
	struct place at;
	return is_inside(fd, &at) ? statvfs_inside(&at, st) : NEXT(fstatvfs)(fd, st);
}

static long pathconf_inside(struct place *at, int name)
{
	const char *path;
	int error = reach_upper(at, &path);
	return error ? edge(error) : NEXT(pathconf)(path, name);
}

long pathconf(const char *path, int name)
{
	struct place at;
	long result;
	int saved = errno, error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (error)
		return edge(error);
	do {
		errno = saved; /* -1 without errno is an answer: no limit */
		result = at.overlay ? pathconf_inside(&at, name) : NEXT(pathconf)(at.name, name);
	} while (errno != saved && again(result, &at));
	return result;
}
