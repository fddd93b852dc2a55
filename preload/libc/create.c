/* New names: mkdir, mknod, mkfifo, symlink. */
#include "attributes.h"

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
	if (error)
		return (int)edge(error);
	int result = end(&b, NEXT(mkdirat)(b.dirfd, b.path, mode));
	if (mode & S_ISVTX)
		overlay_forget(at->overlay, &at->path); /* a new one is taken to have no such bit */
	return result;
}

/* PLAIN: asked for without a descriptor, and so passed on. */
static int make_directory(int dirfd, const char *path, mode_t mode, bool plain)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME | PLACE_NEW);
	if (!error)
		error = place_is_behind_door(&at);
	if (error < 0)
		return (int)edge(error);
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

/* A call that makes a node. It goes on by its own name: see look() in stat.c. */
struct maker {
	enum { MKNOD, MKNODAT, MKFIFO, MKFIFOAT, XMKNOD, XMKNODAT } name;
	int version;
	mode_t mode;
	dev_t dev;
};

static int make(const struct maker *m, int dirfd, const char *path)
{
	dev_t dev = m->dev;
	switch (m->name) {
	case MKNOD:
		return NEXT(mknod)(path, m->mode, dev);
	case MKNODAT:
		return NEXT(mknodat)(dirfd, path, m->mode, dev);
	case MKFIFO:
		return NEXT(mkfifo)(path, m->mode);
	case MKFIFOAT:
		return NEXT(mkfifoat)(dirfd, path, m->mode);
	case XMKNOD:
		return NEXT(__xmknod)(m->version, path, m->mode, &dev);
	case XMKNODAT:
		break;
	}
	return NEXT(__xmknodat)(m->version, dirfd, path, m->mode, &dev);
}

/* By a directory there is one call of each kind. */
static int make_at(const struct maker *m, int dirfd, const char *path)
{
	struct maker at = *m;
	if (dirfd != AT_FDCWD)
		at.name = m->name == MKNOD    ? MKNODAT
			  : m->name == MKFIFO ? MKFIFOAT
			  : m->name == XMKNOD ? XMKNODAT
					      : m->name;
	return make(&at, dirfd, path);
}

/* A device that cannot be made does not bring its directory up. */
static int try_device(const struct maker *m, struct place *at)
{
	TRIAL_SCOPED struct trial t = {.made = false};
	int error = overlay_may_write_parent(at->overlay, &at->path);
	if (error)
		return (int)edge(error);
	return trial_begin(&t, at) ? make(m, AT_FDCWD, t.stage.path) : 0;
}

static int make_inside(const struct maker *m, struct place *at)
{
	struct birth b;
	uint8_t type = m->mode & S_IFMT ? (uint8_t)IFTODT(m->mode) : DT_REG;
	if (m->name == MKFIFO || m->name == MKFIFOAT)
		type = DT_FIFO;
	bool whiteout = type == DT_CHR && m->dev == 0 && node_absent(&at->node) && !at->slash;
	const bool device = type == DT_CHR || type == DT_BLK;
	if (type == DT_DIR)
		return (int)edge(-EPERM);
	if (device && node_absent(&at->node) && !at->slash && try_device(m, at) < 0)
		return -1;
	if (whiteout && at->overlay->writable)
		return (int)edge(-EPERM);
	int error = begin(&b, at, type);
	return error ? (int)edge(error) : end(&b, make_at(m, b.dirfd, b.path));
}

static int make_node(const struct maker *m, int dirfd, const char *path)
{
	struct place at;
	if (S_ISDIR(m->mode))
		return (int)edge(-EPERM); /* mknod(2), whatever the path */
	int result, error = place_find(&at, dirfd, path, PLACE_NAME);
	if (!error)
		error = place_is_behind_door(&at);
	if (error < 0)
		return (int)edge(error);
	do
		result = at.overlay ? make_inside(m, &at) : make(m, at.dirfd, at.name);
	while (again(result, &at));
	return result;
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
	return make_node(&(struct maker){MKNODAT, 0, mode, dev}, dirfd, path);
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
	return make_node(&(struct maker){MKNOD, 0, mode, dev}, AT_FDCWD, path);
}

int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *dev)
{
	return make_node(&(struct maker){XMKNODAT, version, mode, *dev}, dirfd, path);
}

int __xmknod(int version, const char *path, mode_t mode, dev_t *dev)
{
	return make_node(&(struct maker){XMKNOD, version, mode, *dev}, AT_FDCWD, path);
}

int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	return make_node(&(struct maker){MKFIFOAT, 0, mode, 0}, dirfd, path);
}

int mkfifo(const char *path, mode_t mode)
{
	return make_node(&(struct maker){MKFIFO, 0, mode, 0}, AT_FDCWD, path);
}

static int symlink_inside(const char *target, struct place *at)
{
	struct birth b;
	int error = begin(&b, at, DT_LNK);
	return error ? (int)edge(error) : end(&b, NEXT(symlinkat)(target, b.dirfd, b.path));
}

static int make_symlink(const char *target, int dirfd, const char *path, bool plain)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, PLACE_NAME | PLACE_NEW);
	if (!error)
		error = place_is_behind_door(&at);
	if (error < 0)
		return (int)edge(error);
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
