/*
 * Calls of the system's administrator that would act on the directory of some layer, and on it
 * alone: there is no mount behind merged that they could change. So inside merged they are not
 * permitted, and said so; elsewhere they are the kernel's.
 */
#include "overlain/debug.h"
#include "overlain/libc.h"

/* True, with errno, for a path inside merged that CALL must not be given. */
static bool refuses(const char *call, int dirfd, const char *path)
{
	struct place at;
	int error = path ? place_find(&at, dirfd, path, PLACE_FOLLOW) : 0;
	if (!path || (!error && !at.overlay))
		return false;
	if (debug_on(DEBUG_ESCAPE))
		debug_say(call, " of ", path, ": not possible in merged", NULL);
	edge(error ? error : node_absent(&at.node) ? -ENOENT : -EPERM);
	return true;
}

int chroot(const char *path)
{
	return refuses("chroot", AT_FDCWD, path) ? -1 : NEXT(chroot)(path);
}

int pivot_root(const char *new, const char *old)
{
	if (refuses("pivot_root", AT_FDCWD, new) || refuses("pivot_root", AT_FDCWD, old))
		return -1;
	return NEXT(pivot_root)(new, old);
}

int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data)
{
	bool binds = flags & (MS_BIND | MS_MOVE);
	if (refuses("mount", AT_FDCWD, target) || (binds && refuses("mount", AT_FDCWD, source)))
		return -1;
	return NEXT(mount)(source, target, type, flags, data);
}

int umount(const char *target)
{
	return refuses("umount", AT_FDCWD, target) ? -1 : NEXT(umount)(target);
}

int umount2(const char *target, int flags)
{
	return refuses("umount", AT_FDCWD, target) ? -1 : NEXT(umount2)(target, flags);
}

int open_tree(int dirfd, const char *path, unsigned flags)
{
	return refuses("open_tree", dirfd, path) ? -1 : NEXT(open_tree)(dirfd, path, flags);
}

int move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	if (refuses("move_mount", from_fd, from) || refuses("move_mount", to_fd, to))
		return -1;
	return NEXT(move_mount)(from_fd, from, to_fd, to, flags);
}

int fspick(int dirfd, const char *path, unsigned flags)
{
	return refuses("fspick", dirfd, path) ? -1 : NEXT(fspick)(dirfd, path, flags);
}

int mount_setattr(int dirfd, const char *path, unsigned flags, struct mount_attr *attributes,
		  size_t size)
{
	if (refuses("mount_setattr", dirfd, path))
		return -1;
	return NEXT(mount_setattr)(dirfd, path, flags, attributes, size);
}

int swapon(const char *path, int flags)
{
	return refuses("swapon", AT_FDCWD, path) ? -1 : NEXT(swapon)(path, flags);
}

int swapoff(const char *path)
{
	return refuses("swapoff", AT_FDCWD, path) ? -1 : NEXT(swapoff)(path);
}

int acct(const char *path)
{
	return refuses("acct", AT_FDCWD, path) ? -1 : NEXT(acct)(path);
}

int quotactl(int command, const char *device, int id, caddr_t data)
{
	const char *file = command >> SUBCMDSHIFT == Q_QUOTAON ? data : NULL;
	if (refuses("quotactl", AT_FDCWD, device) || refuses("quotactl", AT_FDCWD, file))
		return -1;
	return NEXT(quotactl)(command, device, id, data);
}
