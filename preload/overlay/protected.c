/*
 * What users are guarded against of each other: proc(5), fs.protected_*. The kernel sees to it
 * where a call makes what is not there, follows a link outside, or joins names in the upper. What
 * merged has is opened without the wish to make it, so that nothing is made in a lower; its links
 * are followed here; and what is linked is a copy by then, whose owner is the caller.
 */
#include "internal.h"

/* How far; no one is guarded where that cannot be told. */
static int level(const char *of)
{
	char name[48], value;
	struct text t;
	text_init(&t, name, sizeof name);
	text_add(&t, "/proc/sys/fs/protected_");
	text_add(&t, of);
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
	return fd < 0 || sys_read(fd, &value, 1) != 1 ? 0 : value - '0';
}

/* Sockets and devices, which nobody makes by opening them, always are. */
static int level_of(uint8_t type)
{
	return type == DT_REG ? level("regular") : type == DT_FIFO ? level("fifos") : 1;
}

/*
 * 1 where P, which is N, lies in a sticky DIRECTORY that others may write to, and belongs to
 * neither its owner nor the caller; 0, -errno.
 */
static int is_strangers(const struct overlay *ov, struct path *p, const struct node *n,
			struct stat *directory)
{
	struct node parent;
	struct stat own;
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error || !(parent.marks & NODE_STICKY))
		return 0;
	{
		PATH_PARENT(p);
		error = sys_lstat(overlay_reach(ov, &parent, p), directory);
	}
	if (error || !(directory->st_mode & S_ISVTX) || !(directory->st_mode & (S_IWOTH | S_IWGRP)))
		return error;
	error = sys_lstat(overlay_reach(ov, n, p), &own);
	return error ? error
		     : own.st_uid != directory->st_uid && own.st_uid != (uid_t)SYS1(SYS_geteuid, 0);
}

int overlay_may_open_made(const struct overlay *ov, struct path *p, const struct node *n)
{
	struct stat directory;
	int strangers = is_strangers(ov, p, n, &directory);
	if (strangers <= 0)
		return strangers;
	return level_of(n->type) >= (directory.st_mode & S_IWOTH ? 1 : 2) ? -EACCES : 0;
}

int overlay_may_follow(const struct overlay *ov, struct path *p, const struct node *n)
{
	struct stat directory;
	int strangers = is_strangers(ov, p, n, &directory);
	if (strangers <= 0)
		return strangers;
	return (directory.st_mode & S_IWOTH) && level("symlinks") ? -EACCES : 0;
}

int overlay_may_link(const struct overlay *ov, struct path *p, const struct node *n)
{
	struct stat st;
	const mode_t runs_as_group = S_ISGID | S_IXGRP;
	const uid_t uid = (uid_t)SYS1(SYS_geteuid, 0);
	if (uid == 0 || overlay_in_upper(ov, n))
		return 0;
	const char *path = overlay_reach(ov, n, p);
	int error = sys_lstat(path, &st);
	if (error || st.st_uid == uid)
		return error;
	const bool safe = S_ISREG(st.st_mode) && !(st.st_mode & S_ISUID) &&
			  (st.st_mode & runs_as_group) != runs_as_group &&
			  !sys_faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS);
	return safe || !level("hardlinks") ? 0 : -EPERM;
}
