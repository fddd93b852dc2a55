/* New names: mkdir, mknod, mkfifo, symlink. */
#include "overlain/libc.h"

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

/* PLAIN: asked for without a descriptor, and so passed on. */
static int make_directory(int dirfd, const char *path, mode_t mode, bool plain)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (error)
		return (int)edge(error);
	place_is_behind_door(&at);
	do {
		if (at.overlay)
			result = mkdir_inside(&at, mode);
		else
			result = plain ? NEXT(mkdir)(at.name, mode)
				       : NEXT(mkdirat)(at.dirfd, at.name, mode);
	} while (again(result, &at));
	return result;
}

int mkdirat(int dirfd, const char *path, mode_t mode)
{
	return make_directory(dirfd, path, mode, false);
}

int mkdir(const char *path, mode_t mode)
{
	return make_directory(AT_FDCWD, path, mode, true);
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

static int make_node(int dirfd, const char *path, mode_t mode, dev_t dev, bool plain)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (error)
		return (int)edge(error);
	place_is_behind_door(&at);
	do {
		if (at.overlay)
			result = mknod_inside(&at, mode, dev);
		else
			result = plain ? NEXT(mknod)(at.name, mode, dev)
				       : NEXT(mknodat)(at.dirfd, at.name, mode, dev);
	} while (again(result, &at));
	return result;
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
	return make_node(dirfd, path, mode, dev, false);
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
	return make_node(AT_FDCWD, path, mode, dev, true);
}

int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *dev)
{
	(void)version;
	return make_node(dirfd, path, mode, *dev, false);
}

int __xmknod(int version, const char *path, mode_t mode, dev_t *dev)
{
	(void)version;
	return make_node(AT_FDCWD, path, mode, *dev, true);
}

int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	return make_node(dirfd, path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0, false);
}

int mkfifo(const char *path, mode_t mode)
{
	return make_node(AT_FDCWD, path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0, true);
}

static int symlink_inside(const char *target, struct place *at)
{
	struct birth b;
	int error = begin(&b, at, DT_LNK);
	return error ? (int)edge(error) : end(&b, NEXT(symlinkat)(target, AT_FDCWD, b.path));
}

static int make_symlink(const char *target, int dirfd, const char *path, bool plain)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (error)
		return (int)edge(error);
	place_is_behind_door(&at);
	do {
		if (at.overlay)
			result = symlink_inside(target, &at);
		else
			result = plain ? NEXT(symlink)(target, at.name)
				       : NEXT(symlinkat)(target, at.dirfd, at.name);
	} while (again(result, &at));
	place_links_made();
	return result;
}

int symlinkat(const char *target, int dirfd, const char *path)
{
	return make_symlink(target, dirfd, path, false);
}

int symlink(const char *target, const char *path)
{
	return make_symlink(target, AT_FDCWD, path, true);
}
