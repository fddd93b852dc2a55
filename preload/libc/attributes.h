/* What the calls that change attributes share, by name and by descriptor. */
#ifndef LIBC_ATTRIBUTES_H
#define LIBC_ATTRIBUTES_H

#include "overlain/libc.h"

#include <linux/limits.h>

/* A program's name for an attribute as it is stored on disk. */
struct stored {
	const char *name;
	char buffer[XATTR_NAME_MAX + 1];
};
/* -EINVAL, -ERANGE, -EFAULT for the name; -EOPNOTSUPP for one of the overlay's own. */
int xattr_store(struct stored *s, const char *name);
/*
 * The list ALL of SIZE bytes (or -1, with errno set) as programs see it, copied to LIST where ROOM
 * is not 0; answers its size, or -1 and ERANGE.
 */
ssize_t xattr_reveal(char *all, ssize_t size, char *list, size_t room);

/* How an object is copied up for a change of the attribute stored as NAME: xattr(7). */
raise_call *xattr_raise(const char *name);
/* attributes.c: the same for its times; whoever may write may set them to now: utimensat(2). */
raise_call *raise_to_date(const struct timespec times[2]);
/* descriptor_attributes.c: must FD be changed by name? Then where, or *ERROR why not. */
bool descriptor_by_name(int fd, raise_call *raise, struct place *at, const char **path, int *error);
/* fchmod, fchown and futimens, with AT to work in. */
int descriptor_chmod(int fd, mode_t mode, struct place *at);
int descriptor_chown(int fd, uid_t uid, gid_t gid, struct place *at);
int descriptor_utimens(int fd, const struct timespec times[2], struct place *at);

#endif
