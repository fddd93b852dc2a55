/* Names that come, go and move: mkdir, mknod, symlink, link, unlink, rmdir, rename. */
#include "overlain/libc.h"

#include <linux/limits.h>

static int begin(struct birth *b, struct place *at, uint8_t type)
{
	if (at->slash && type != DT_DIR && node_absent(&at->node))
		return -ENOENT;
	return overlay_birth_begin(b, at->overlay, &at->path, &at->node, type);
}

/* Ends a birth with what the call that made the object answered. */
static int end(struct birth *b, int result)
{
	return (int)edge(overlay_birth_end(b, result < 0 ? -errno : result));
}

static int mkdir_inside(struct place *at, mode_t mode)
{
	struct birth b;
	int error = begin(&b, at, DT_DIR);
	return error ? (int)edge(error) : end(&b, NEXT(mkdirat)(AT_FDCWD, b.path, mode));
}

int mkdirat(int dirfd, const char *path, mode_t mode)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? mkdir_inside(&at, mode)
				    : NEXT(mkdirat)(at.dirfd, at.name, mode);
	while (again(result, &at));
	return result;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

static int mknod_inside(struct place *at, mode_t mode, dev_t dev)
{
	struct birth b;
	uint8_t type = mode & S_IFMT ? (uint8_t)IFTODT(mode) : DT_REG;
	int error = S_ISDIR(mode) ? -EPERM : begin(&b, at, type);
	if (!error && type == DT_CHR && dev == 0)
		error = overlay_birth_end(&b, -EPERM); /* that would be a whiteout */
	return error ? (int)edge(error) : end(&b, NEXT(mknodat)(AT_FDCWD, b.path, mode, dev));
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? mknod_inside(&at, mode, dev)
				    : NEXT(mknodat)(at.dirfd, at.name, mode, dev);
	while (again(result, &at));
	return result;
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
	return mknodat(AT_FDCWD, path, mode, dev);
}

int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *dev)
{
	(void)version;
	return mknodat(dirfd, path, mode, *dev);
}

int __xmknod(int version, const char *path, mode_t mode, dev_t *dev)
{
	(void)version;
	return mknodat(AT_FDCWD, path, mode, *dev);
}

int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	return mknodat(dirfd, path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0);
}

int mkfifo(const char *path, mode_t mode)
{
	return mkfifoat(AT_FDCWD, path, mode);
}

static int symlink_inside(const char *target, struct place *at)
{
	struct birth b;
	int error = begin(&b, at, DT_LNK);
	return error ? (int)edge(error) : end(&b, NEXT(symlinkat)(target, AT_FDCWD, b.path));
}

int symlinkat(const char *target, int dirfd, const char *path)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? symlink_inside(target, &at)
				    : NEXT(symlinkat)(target, at.dirfd, at.name);
	while (again(result, &at));
	return result;
}

int symlink(const char *target, const char *path)
{
	return symlinkat(target, AT_FDCWD, path);
}

/* From a name outside, or from a descriptor, to a name inside. */
static int link_into(const struct place *from, struct place *to, int flags)
{
	struct birth b;
	int error = begin(&b, to, DT_REG);
	if (error)
		return (int)edge(error);
	return end(&b, NEXT(linkat)(from->dirfd, from->name, AT_FDCWD, b.path, flags));
}

static int link_inside(struct place *from, struct place *to)
{
	if (to->slash && node_absent(&to->node))
		return -ENOENT;
	return overlay_link(from->overlay, &from->path, &to->path);
}

int linkat(int from_fd, const char *old, int to_fd, const char *new, int flags)
{
	struct place from, to;
	unsigned how = (flags & AT_SYMLINK_FOLLOW ? PLACE_FOLLOW : 0) |
		       (flags & AT_EMPTY_PATH ? PLACE_EMPTY : 0);
	int error = place_find(&from, from_fd, old, how);
	if (!error && from.overlay)
		error = file_reach(&from, &from.name);
	if (!error)
		error = place_find(&to, to_fd, new, PLACE_NAME);
	if (error)
		return (int)edge(error);
	if (!from.overlay && !to.overlay)
		return NEXT(linkat)(from.dirfd, from.name, to.dirfd, to.name, flags);
	if (!from.overlay)
		return link_into(&from, &to, flags);
	if (from.overlay != to.overlay)
		return (int)edge(-EXDEV);
	return (int)edge(link_inside(&from, &to));
}

int link(const char *old, const char *new)
{
	return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

static int unlink_inside(struct place *at, int flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	if (flags & AT_REMOVEDIR)
		return overlay_rmdir(at->overlay, &at->path);
	if (at->slash && !node_absent(&at->node) && !node_is_dir(&at->node))
		return -ENOTDIR;
	return overlay_unlink(at->overlay, &at->path);
}

/* rmdir(2): the last component must not be ".", and must not be "..". */
static int last_dots(const char *path)
{
	size_t end = strlen(path), start;
	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/';)
		start--;
	if (end - start == 1 && path[start] == '.')
		return 1;
	return end - start == 2 && path[start] == '.' && path[start + 1] == '.' ? 2 : 0;
}

int unlinkat(int dirfd, const char *path, int flags)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (!error && at.overlay && (flags & AT_REMOVEDIR) && last_dots(path))
		error = last_dots(path) == 1 ? -EINVAL : -ENOTEMPTY;
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? (int)edge(unlink_inside(&at, flags))
				    : NEXT(unlinkat)(at.dirfd, at.name, flags);
	while (again(result, &at));
	return result;
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path)
{
	int result = unlinkat(AT_FDCWD, path, 0);
	if (result < 0 && errno == EISDIR)
		result = unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
	return result;
}

/* From one file system to another: first the kernel misses what is not there. */
static int across(const struct place *outside)
{
	struct stat st;
	int error = outside->overlay ? 0
				     : sys_fstatat(outside->dirfd, outside->name, &st,
						   AT_SYMLINK_NOFOLLOW);
	return error ? error : -EXDEV;
}

static int rename_inside(struct place *from, struct place *to, unsigned flags)
{
	if (from->overlay != to->overlay)
		return across(from->overlay ? to : from);
	bool directory = node_is_dir(&from->node);
	if (from->slash && !directory)
		return node_absent(&from->node) ? -ENOENT : -ENOTDIR;
	if (to->slash && !directory)
		return node_absent(&from->node) ? -ENOENT : -ENOTDIR;
	return overlay_rename(from->overlay, &from->path, &to->path, flags);
}

int renameat2(int from_fd, const char *old, int to_fd, const char *new, unsigned flags)
{
	struct place from, to;
	int error = place_find(&from, from_fd, old, PLACE_NAME);
	if (!error)
		error = place_find(&to, to_fd, new, PLACE_NAME);
	if (!error && (from.overlay || to.overlay) && (last_dots(old) || last_dots(new)))
		error = -EBUSY;
	if (error)
		return (int)edge(error);
	if (!from.overlay && !to.overlay)
		return NEXT(renameat2)(from.dirfd, from.name, to.dirfd, to.name, flags);
	return (int)edge(rename_inside(&from, &to, flags));
}

int renameat(int from_fd, const char *old, int to_fd, const char *new)
{
	return renameat2(from_fd, old, to_fd, new, 0);
}

int rename(const char *old, const char *new)
{
	return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}
