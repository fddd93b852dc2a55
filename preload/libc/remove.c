/* Names that go: unlink, rmdir, remove. */
#include "overlain/libc.h"

/* What ends in "." or ".." is no name to be removed. */
static int refuse_dots(const struct place *at, int flags)
{
	const int dots = path_ends_in_dots(at->asked);
	if (!dots)
		return 0;
	if (flags & AT_REMOVEDIR)
		return dots == 1 ? -EINVAL : -ENOTEMPTY;
	return -EISDIR;
}

static int remove_directory(struct place *at)
{
	CLOSE_SCOPED int held = descriptor_hold(at);
	int error = overlay_rmdir(at->overlay, &at->path);
	if (!error && held >= 0)
		descriptor_gone(at, held);
	return error;
}

static int unlink_inside(struct place *at, int flags)
{
	int error = refuse_dots(at, flags);
	if (error)
		return error;
	if (flags & AT_REMOVEDIR)
		return remove_directory(at);
	if (at->path.length == 0)
		return -EISDIR; /* merged itself, a directory of another file system */
	if (at->slash && at->overlay->writable && !node_absent(&at->node))
		return node_is_dir(&at->node) ? -EISDIR : -ENOTDIR;
	return overlay_unlink(at->overlay, &at->path);
}

int path_ends_in_dots(const char *path)
{
	ssize_t length = pointer_string(path, PATH_MAX);
	size_t end = length < 0 ? 0 : (size_t)length, start;
	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/';)
		start--;
	if (end - start == 1 && path[start] == '.')
		return 1;
	return end - start == 2 && path[start] == '.' && path[start + 1] == '.' ? 2 : 0;
}

/* The three calls that remove a name, for a path outside merged. */
enum how { UNLINKAT, UNLINK, RMDIR };

static int call_outside(const struct place *at, int flags, enum how how)
{
	if (how == UNLINK)
		return NEXT(unlink)(at->name);
	return how == RMDIR ? NEXT(rmdir)(at->name) : NEXT(unlinkat)(at->dirfd, at->name, flags);
}

/* A name that was walked ends in "." where it ended in "..". */
static int remove_outside(const struct place *at, int flags, enum how how)
{
	int result = call_outside(at, flags, how);
	if (result < 0 && errno == EINVAL && at->dots && path_ends_in_dots(at->asked) == 2)
		errno = ENOTEMPTY;
	return result;
}

static int remove_name(int dirfd, const char *path, int flags, enum how how)
{
	struct place at;
	const unsigned find = PLACE_NAME | (flags & AT_REMOVEDIR ? 0 : PLACE_GOING);
	int result, error = removal_error(&at, place_find(&at, dirfd, path, find));
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? (int)edge(unlink_inside(&at, flags))
				    : remove_outside(&at, flags, how);
	while (again(result, &at));
	return result;
}

int unlinkat(int dirfd, const char *path, int flags)
{
	if (flags & ~AT_REMOVEDIR)
		return (int)edge(-EINVAL);
	return remove_name(dirfd, path, flags, UNLINKAT);
}

int unlink(const char *path)
{
	return remove_name(AT_FDCWD, path, 0, UNLINK);
}

int rmdir(const char *path)
{
	return remove_name(AT_FDCWD, path, AT_REMOVEDIR, RMDIR);
}

int remove(const char *path)
{
	int saved = errno, result = unlink(path);
	if (result < 0 && errno == EISDIR) {
		errno = saved;
		result = rmdir(path);
	}
	return result;
}
