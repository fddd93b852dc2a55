/*
 * What a directory that everybody may write to has of somebody else's: proc(5),
 * fs.protected_regular and fs.protected_fifos. Who asks for a file to be made gets none that
 * another put there for him. The kernel sees to it where a call makes what is not there; what is
 * there is opened without that wish, so that nothing is made in a lower, and asked here.
 */
#include "internal.h"

/* How far files of TYPE are guarded. Sockets and devices, which nobody makes so, always are. */
static int guard(uint8_t type)
{
	char value = '1';
	const bool regular = type == DT_REG;
	if (!regular && type != DT_FIFO)
		return 1;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD,
					 regular ? "/proc/sys/fs/protected_regular"
						 : "/proc/sys/fs/protected_fifos",
					 O_RDONLY | O_CLOEXEC, 0);
	return fd < 0 || sys_read(fd, &value, 1) != 1 ? 0 : value - '0';
}

int overlay_may_open_made(const struct overlay *ov, struct path *p, const struct node *n)
{
	struct node parent;
	struct stat directory, own;
	if (overlay_lookup_parent(ov, p, &parent) || !(parent.marks & NODE_STICKY))
		return 0;
	int error = sys_lstat(overlay_reach(ov, n, p), &own);
	if (!error) {
		PATH_PARENT(p);
		error = sys_lstat(overlay_reach(ov, &parent, p), &directory);
	}
	if (error || !(directory.st_mode & S_ISVTX) || own.st_uid == directory.st_uid ||
	    own.st_uid == (uid_t)SYS1(SYS_geteuid, 0))
		return error;
	const int level = directory.st_mode & (S_IWOTH | S_IWGRP) ? guard(n->type) : 0;
	return level >= (directory.st_mode & S_IWOTH ? 1 : 2) ? -EACCES : 0;
}
