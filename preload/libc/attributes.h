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
/* True for the list that says who may search a directory. */
static inline bool xattr_is_access(const char *name)
{
	return text_same(name, "system.posix_acl_access");
}
/* True where such a list, SIZE bytes at VALUE, leaves nobody out. */
bool xattr_opens(const void *value, size_t size);
/* What is wrong with a change, whatever it is made to: -EINVAL, -EFAULT, -ERANGE, -E2BIG. */
int xattr_check(const char *name, const void *value, size_t size, int flags);
/* -EINVAL, -ERANGE, -EFAULT for the name; -EOPNOTSUPP for one of the overlay's own. */
int xattr_store(struct stored *s, const char *name);
/* The same for one that an object of TYPE is asked for; -ENODATA where such have none. */
int xattr_find(struct stored *s, const char *name, uint8_t type);
/*
 * The names of the object at PATH on disk, or, where that is NULL, of what FD is open on, as
 * programs see them; LIST and SIZE as flistxattr(2) takes them.
 */
ssize_t xattr_list(const char *path, int fd, char *list, size_t size);

/* The changes to what AT, inside merged, stands at. Each answers as its call does. */
int attributes_chmod(struct place *at, mode_t mode);
int attributes_chown(struct place *at, uid_t uid, gid_t gid);
int attributes_utimens(struct place *at, const struct timespec times[2]);
/* With size XATTR_REMOVED the attribute is removed. */
int attributes_xattr(struct place *at, const char *name, const void *value, size_t size, int flags);
#define XATTR_REMOVED ((size_t)-1)
/*
 * Who may search a directory decides what may be seen in it: where AT is one, what was learnt is
 * void. CLOSED to somebody, it closes all that is below as well.
 */
struct change attributes_change(const struct place *at, bool closed);
/* The same for what FD is open on, with AT to work in. */
struct change attributes_change_of(int fd, struct place *at, bool closed);
/* Ends it: the directory is what it was, but for who may search it. */
void attributes_changed(struct change *change);
#define ATTRIBUTES_CHANGE(begun)                                                                   \
	__attribute__((cleanup(attributes_changed), unused)) struct change change = begun
/* attributes.c: fchmodat2(2), of whose flags libc's fchmodat need not know. */
int chmod_by_number(int dirfd, const char *path, mode_t mode, int flags);
/* descriptor_attributes.c: must FD be changed by name? Then where, or *ERROR why not. */
bool descriptor_by_name(int fd, struct place *at, int *error);
/*
 * FD is about to be asked for attributes: where they are another object's, since FD is a directory
 * of which merged may have another part on top by now, the path of that; NULL where FD will do.
 */
const char *descriptor_path_now(int fd, struct place *at);
/* fchmod, fchown and futimens, with AT to work in. */
int descriptor_chmod(int fd, mode_t mode, struct place *at);
int descriptor_chown(int fd, uid_t uid, gid_t gid, struct place *at);
int descriptor_utimens(int fd, const struct timespec times[2], struct place *at);

/*
 * trial.c: a change that is refused must not have copied anything up. Where AT would have to be
 * copied up, gives an object of its type to try the change on, at stage.path, or, where nothing
 * stands there yet, a name to make it by; false: nothing to try. Ending it takes away what is
 * there; errno stays.
 */
struct trial {
	struct stage stage;
	bool made, directory;
};
bool trial_begin(struct trial *t, const struct place *at);
void trial_end(struct trial *t);
#define TRIAL_SCOPED __attribute__((cleanup(trial_end)))

#endif
