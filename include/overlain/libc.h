/*
 * libc: the exported names. Each body asks where its path leads and hands the rest to the rooms
 * below; here, and only here, -errno becomes errno.
 *
 * symbols.def is the list of the names. From it come the exports (with the types of libc's own
 * headers), the table behind NEXT(), the linker's version script and the twins.
 */
#ifndef OVERLAIN_LIBC_H
#define OVERLAIN_LIBC_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

/* clang-format off */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <gshadow.h>
#include <libintl.h>
#include <link.h>
#include <mntent.h>
#include <netdb.h>
#include <nl_types.h>
#include <pwd.h>
#include <shadow.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/fsuid.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/quota.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>
#include <utmp.h>
#include <utmpx.h>
#include <wordexp.h>
#include <linux/openat2.h>
/* clang-format on */

#include "overlain/process.h"

/* Names that libc exports for older or fortified programs and no longer declares. */
int pivot_root(const char *new, const char *old);
int capset(void *header, const void *data);
int __getlogin_r_chk(char *buffer, size_t size, size_t room);
int __open_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstat(int version, int fd, struct stat *st);
int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags);
int __xmknod(int version, const char *path, mode_t mode, dev_t *dev);
int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *dev);
char *__realpath_chk(const char *path, char *resolved, size_t size);
char *__getcwd_chk(char *buffer, size_t size, size_t room);
ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room);
ssize_t __recvfrom_chk(int fd, void *data, size_t length, size_t room, int flags,
		       __SOCKADDR_ARG name, socklen_t *size);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size, size_t room);
char *__getwd_chk(char *buffer, size_t room);
void __chk_fail(void) __attribute__((noreturn));

/* Names that the run-time libraries of sanitizers look for. */
const char *__asan_default_options(void);
const char *__tsan_default_suppressions(void);

/* Names that only newer ones have. */
int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);
int pidfd_spawnp(int *pidfd, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);
int pidfd_getfd(int pidfd, int theirs, unsigned flags);
int openat2(int dirfd, const char *path, const struct open_how *how, size_t size);

#define SYMBOL(name) extern __typeof__(name) name __attribute__((visibility("default")));
#define TWIN(name, of)
#define BEFORE(name, function) SYMBOL(name)
#include "../../preload/libc/symbols.def"
#undef SYMBOL
#undef TWIN
#undef BEFORE

enum next_index {
#define SYMBOL(name) NEXT_##name,
#define TWIN(name, of)
#define BEFORE(name, function) SYMBOL(name)
#include "../../preload/libc/symbols.def"
#undef SYMBOL
#undef TWIN
#undef BEFORE
	NEXT_COUNT,
};

/* The definition behind ours: libc's, or that of another preloaded object in between. */
void *next_symbol(enum next_index index);
/* True when that is libc's own: then nobody has another opinion of what the kernel says. */
bool next_is_libc(enum next_index index);
#define NEXT(name) ((__typeof__(&name))next_symbol(NEXT_##name))

/* Before libc looks for an account or a host: services.c. Threads may meet in it. */
void services_ask(void);

/* -errno becomes errno and -1; what is not negative is the result. */
static inline long edge(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

/* The flags of place_find for the AT_SYMLINK_* and AT_EMPTY_PATH flags of a call. */
static inline unsigned place_flags(int flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW ? 0 : PLACE_FOLLOW) |
	       (flags & AT_EMPTY_PATH ? PLACE_EMPTY : 0);
}

/* Whatever else fstatat and statx are asked for, the kernel refuses before it looks at the path. */
#define FSTATAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)

/* Of a name that goes, the kernel asks whether it may before it asks whether it can be one. */
static inline int removal_error(const struct place *at, int error)
{
	bool refused = error == -ENAMETOOLONG && at->overlay && !at->overlay->writable;
	return refused ? -EROFS : error;
}

/* An open of a place inside merged. */
#define OPENING(how, mode)                                                                         \
	(&(const struct opening){how, mode, NEXT(openat), next_is_libc(NEXT_openat)})

/* open.c: where an open of PATH with FLAGS leads; 0 or -errno. */
int open_find(struct place *at, int dirfd, const char *path, int flags);

/* remove.c: 1 when the last component of PATH is ".", 2 when it is "..", else 0. */
int path_ends_in_dots(const char *path);

/* True when the call that answered RESULT should be tried again at where AT leads now. */
static inline bool again(long result, struct place *at)
{
	int what = result < 0 && !at->tried ? place_again(at, errno) : 0;
	if (what < 0)
		errno = -what;
	return what > 0;
}

#endif
