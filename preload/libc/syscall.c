/*
 * Calls by number. Those that name files, or change what is known of descriptors, are led to the
 * function of that name; what is not in the table goes to the kernel as it came (syscall.S).
 */
#include "attributes.h"

#include <string.h>

#ifndef SYS_setxattrat
#define SYS_setxattrat    463
#define SYS_getxattrat    464
#define SYS_listxattrat   465
#define SYS_removexattrat 466
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif
#ifndef SYS_file_getattr
#define SYS_file_getattr 468
#define SYS_file_setattr 469
#endif

/* What syscall.S calls; it jumps to the answer. */
__attribute__((used)) void *syscall_route(long number);

typedef long entry(long a, long b, long c, long d, long e, long f);

struct route {
	entry *entry;
	bool narrow; /* it answers an int */
};

/* What the kernel's call and libc's function do differently. */

static int chmod_at(int dirfd, const char *path, mode_t mode)
{
	return fchmodat(dirfd, path, mode, 0);
}

static int access_at(int dirfd, const char *path, int mode)
{
	return faccessat(dirfd, path, mode, 0);
}

static int times_at(int dirfd, const char *path, const struct timespec times[2], int flags)
{
	return path ? utimensat(dirfd, path, times, flags) : futimens(dirfd, times);
}

static int rename_at(int from, const char *old, int to, const char *new)
{
	return renameat2(from, old, to, new, 0);
}

/* getcwd(2) answers the length, its terminator included. */
static long name_cwd(char *buffer, size_t size)
{
	if (!buffer)
		return edge(-EFAULT);
	return getcwd(buffer, size) ? (long)strlen(buffer) + 1 : -1;
}

/* getdents(2): the old record has the type in its last byte, and the name where it was. */
#ifdef SYS_getdents
static long read_directory(int fd, char *buffer, unsigned room)
{
	ssize_t size = getdents64(fd, buffer, room);
	for (ssize_t at = 0; at < size;) {
		struct dirent64 *record = (void *)(buffer + at);
		char *name = record->d_name, type = (char)record->d_type;
		at += record->d_reclen;
		memmove(name - 1, name, strlen(name) + 1);
		buffer[at - 1] = type;
	}
	return size;
}
#endif

static long answer_nothing(void)
{
	return edge(-ENOSYS); /* callers fall back on what is covered */
}

/* No table: the loader would have to write it anew for every program. */
#define ROUTE(name, function, narrow)                                                              \
	case SYS_##name:                                                                           \
		return (struct route){(entry *)(void *)(function), narrow};
#define INT(name, function)  ROUTE(name, function, true)
#define LONG(name, function) ROUTE(name, function, false)

static struct route find(long number)
{
	switch (number) {
#include "syscall.def"
	}
	return (struct route){NULL, false};
}

static long take(long number, long a, long b, long c, long d, long e, long f)
{
	const struct route route = find(number);
	long result = route.entry(a, b, c, d, e, f);
	return route.narrow ? (int)result : result;
}

/* By which a thread gives up what it may open, itself alone: renounce.c. */
static bool renounces(long number)
{
	switch (number) {
	case SYS_setuid:
	case SYS_setreuid:
	case SYS_setresuid:
	case SYS_setfsuid:
	case SYS_setgid:
	case SYS_setregid:
	case SYS_setresgid:
	case SYS_setfsgid:
	case SYS_setgroups:
	case SYS_capset:
	case SYS_unshare:
	case SYS_setns:
	case SYS_prctl:
	case SYS_seccomp:
	case SYS_landlock_restrict_self:
		return true;
	}
	return false;
}

void *syscall_route(long number)
{
	if (renounces(number))
		process_renounces();
	if (find(number).entry && process_ready())
		return (void *)(uintptr_t)take;
	return next_symbol(NEXT_syscall);
}
