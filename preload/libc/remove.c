/* Names that go: unlink, rmdir, remove. */
#include "overlain/libc.h"

static int unlink_inside(struct place *at, int flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	if (flags & AT_REMOVEDIR)
		return overlay_rmdir(at->overlay, &at->path);
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

static int remove_outside(const struct place *at, int flags, enum how how)
{
	if (how == UNLINK)
		return NEXT(unlink)(at->name);
	return how == RMDIR ? NEXT(rmdir)(at->name) : NEXT(unlinkat)(at->dirfd, at->name, flags);
}

static int remove_name(int dirfd, const char *path, int flags, enum how how)
{
	struct place at;
	int result, error = removal_error(&at, place_find(&at, dirfd, path, PLACE_NAME));
	bool resolved = at.overlay || at.name != path; /* else the kernel sees the dots itself */
	int dots = !error && resolved ? path_ends_in_dots(path) : 0;
	if (dots && (flags & AT_REMOVEDIR))
		error = dots == 1 ? -EINVAL : -ENOTEMPTY;
	else if (dots)
		error = -EISDIR;
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
