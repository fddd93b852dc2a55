/*
 * Opening what no symlink leads to, whatever others put on the way. One call does it; where the
 * kernel has none, or a filter keeps it from everybody, each directory is opened in the one above.
 */
#include "overlain/layer.h"

#include <linux/openat2.h>

static bool no_openat2;

void layer_lacks_openat2(void)
{
	__atomic_store_n(&no_openat2, true, __ATOMIC_RELAXED);
}

/* One component, which is no symlink. */
static int open_one(int dirfd, const char *name, int flags, mode_t mode)
{
	int fd = sys_openat(dirfd, name, flags | O_NOFOLLOW, mode);
	/* Who wants but a directory has found one there: by now it may be a symlink. */
	return fd == -ENOTDIR && (flags & O_PATH) ? -ELOOP : fd;
}

static int open_root(const struct layer *layer)
{
	const int kept = layer_descriptor(layer);
	return kept >= 0 ? layer_copy_high(kept)
			 : layer_keep_high(sys_openat(AT_FDCWD, layer->root,
						      O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
}

/* No descriptor on the way has a number that the program may expect for its own. */
static int open_by_steps(const struct layer *layer, struct path *p, int flags, mode_t mode)
{
	const char *rel = p->length ? path_rel(p) : ".";
	size_t from = 0;
	CLOSE_SCOPED int dirfd = open_root(layer);
	for (size_t at = 0; at < p->length && dirfd >= 0; at++) {
		if (rel[at] != '/')
			continue;
		PATH_AT(p, at);
		const int above = dirfd;
		dirfd = layer_keep_high(
			open_one(above, rel + from, O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
		sys_close(above);
		from = at + 1;
	}
	return dirfd < 0 ? dirfd : open_one(dirfd, rel + from, flags, mode);
}

static int open_at_once(const struct layer *layer, struct path *p, int flags, mode_t mode)
{
	const struct open_how how = {
		.flags = (unsigned)flags, .mode = mode, .resolve = RESOLVE_NO_SYMLINKS};
	const char *rest = p->length ? path_rel(p) : ".";
	const int kept = layer_descriptor(layer);
	if (kept >= 0)
		return (int)SYS4(SYS_openat2, kept, rest, &how, sizeof how);
	int fd = (int)SYS4(SYS_openat2, AT_FDCWD, layer_path(layer, p), &how, sizeof how);
	if (fd != -ELOOP)
		return fd;
	/* Or one was put above the root since, which is nobody's concern here. */
	CLOSE_SCOPED int root = open_root(layer);
	return root < 0 ? root : (int)SYS4(SYS_openat2, root, rest, &how, sizeof how);
}

int layer_open_strictly(const struct layer *layer, struct path *p, int flags, mode_t mode)
{
	int fd = -ENOSYS;
	if (!__atomic_load_n(&no_openat2, __ATOMIC_RELAXED)) {
		fd = open_at_once(layer, p, flags, mode);
		if (fd == -ENOSYS)
			layer_lacks_openat2();
	}
	/* A filter may say that nobody may; then the steps are allowed. */
	return fd == -ENOSYS || fd == -EPERM ? open_by_steps(layer, p, flags, mode) : fd;
}
