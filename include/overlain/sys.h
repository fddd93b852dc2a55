/*
 * sys: raw system calls and the few helpers that need no C library.
 *
 * Everything here answers 0 or a count, or -errno; errno, malloc, stdio, locale and thread-local
 * storage are never touched, so all of it is async-signal-safe and may run in a vfork child, in a
 * signal handler and before the C library is initialised.
 */
#ifndef OVERLAIN_SYS_H
#define OVERLAIN_SYS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

/*
 * For large variables that few processes need: they stand behind the small ones, which then share a
 * page, for each page that is touched costs the start of every process its part.
 */
#define BULKY __attribute__((section(".bss.bulky")))

/* The highest value -errno takes, as seen in a system call's return register. */
#define SYS_MAX_ERRNO 4095

static inline long sys_call(long nr, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
#error "overlain knows the system calls of x86-64 and aarch64"
#endif
}

/* A test that lets calls fail stands in between. */
#ifdef OVERLAIN_SYS_HOOK
long sys_hook(long nr, long a, long b, long c, long d, long e, long f);
#define SYS_CALL sys_hook
#else
#define SYS_CALL sys_call
#endif

#define SYS6(nr, a, b, c, d, e, f)                                                                 \
	SYS_CALL((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define SYS5(nr, a, b, c, d, e) SYS6(nr, a, b, c, d, e, 0)
#define SYS4(nr, a, b, c, d)    SYS6(nr, a, b, c, d, 0, 0)
#define SYS3(nr, a, b, c)       SYS6(nr, a, b, c, 0, 0, 0)
#define SYS2(nr, a, b)          SYS6(nr, a, b, 0, 0, 0, 0)
#define SYS1(nr, a)             SYS6(nr, a, 0, 0, 0, 0, 0)

/* Files and descriptors. */
static inline int sys_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	return (int)SYS4(SYS_openat, dirfd, path, flags, mode);
}
static inline int sys_close(int fd)
{
	return (int)SYS1(SYS_close, fd);
}
static inline ssize_t sys_read(int fd, void *data, size_t size)
{
	return SYS3(SYS_read, fd, data, size);
}
static inline ssize_t sys_pread(int fd, void *data, size_t size, off_t at)
{
	return SYS4(SYS_pread64, fd, data, size, at);
}
static inline ssize_t sys_write(int fd, const void *data, size_t size)
{
	return SYS3(SYS_write, fd, data, size);
}
static inline ssize_t sys_pwrite(int fd, const void *data, size_t size, off_t at)
{
	return SYS4(SYS_pwrite64, fd, data, size, at);
}
static inline off_t sys_lseek(int fd, off_t offset, int whence)
{
	return SYS3(SYS_lseek, fd, offset, whence);
}
static inline int sys_fcntl(int fd, int command, long argument)
{
	return (int)SYS3(SYS_fcntl, fd, command, argument);
}
static inline int sys_ioctl(int fd, unsigned long request, long argument)
{
	return (int)SYS3(SYS_ioctl, fd, request, argument);
}
static inline int sys_ftruncate(int fd, off_t size)
{
	return (int)SYS2(SYS_ftruncate, fd, size);
}
static inline int sys_fsync(int fd)
{
	return (int)SYS1(SYS_fsync, fd);
}
static inline ssize_t sys_copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t size)
{
	return SYS6(SYS_copy_file_range, in, in_at, out, out_at, size, 0);
}
static inline ssize_t sys_getdents64(int fd, void *buffer, size_t size)
{
	return SYS3(SYS_getdents64, fd, buffer, size);
}
static inline int sys_memfd_create(const char *name, unsigned flags)
{
	return (int)SYS2(SYS_memfd_create, name, flags);
}

/* Names. */
static inline int sys_fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	return (int)SYS4(SYS_newfstatat, dirfd, path, st, flags);
}
static inline int sys_lstat(const char *path, struct stat *st)
{
	return sys_fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}
static inline int sys_fstat(int fd, struct stat *st)
{
	return (int)SYS2(SYS_fstat, fd, st);
}
static inline int sys_faccessat(int dirfd, const char *path, int mode, int flags)
{
	return (int)SYS4(SYS_faccessat2, dirfd, path, mode, flags);
}
static inline ssize_t sys_readlinkat(int dirfd, const char *path, char *target, size_t size)
{
	return SYS4(SYS_readlinkat, dirfd, path, target, size);
}
static inline ssize_t sys_readlink(const char *path, char *target, size_t size)
{
	return sys_readlinkat(AT_FDCWD, path, target, size);
}
static inline int sys_mkdirat(int dirfd, const char *path, mode_t mode)
{
	return (int)SYS3(SYS_mkdirat, dirfd, path, mode);
}
static inline int sys_mkdir(const char *path, mode_t mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}
static inline int sys_mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
	return (int)SYS4(SYS_mknodat, dirfd, path, mode, dev);
}
static inline int sys_mknod(const char *path, mode_t mode, dev_t dev)
{
	return sys_mknodat(AT_FDCWD, path, mode, dev);
}
static inline int sys_symlinkat(const char *target, int dirfd, const char *path)
{
	return (int)SYS3(SYS_symlinkat, target, dirfd, path);
}
static inline int sys_symlink(const char *target, const char *path)
{
	return sys_symlinkat(target, AT_FDCWD, path);
}
static inline int sys_linkat(int from, const char *old, int to, const char *path, int flags)
{
	return (int)SYS5(SYS_linkat, from, old, to, path, flags);
}
static inline int sys_unlinkat(int dirfd, const char *path, int flags)
{
	return (int)SYS3(SYS_unlinkat, dirfd, path, flags);
}
static inline int sys_unlink(const char *path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}
static inline int sys_rmdir(const char *path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
static inline int sys_renameat(int from, const char *old, int to, const char *path, unsigned flags)
{
	return (int)SYS5(SYS_renameat2, from, old, to, path, flags);
}
static inline int sys_rename(const char *old, const char *path, unsigned flags)
{
	return sys_renameat(AT_FDCWD, old, AT_FDCWD, path, flags);
}
static inline int sys_chmod(const char *path, mode_t mode)
{
	return (int)SYS3(SYS_fchmodat, AT_FDCWD, path, mode);
}
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452 /* Linux 6.6 */
#endif
/* Of what FD is open on, with O_PATH as well; -ENOSYS where the kernel is older. */
static inline int sys_chmod_open(int fd, mode_t mode)
{
	return (int)SYS4(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH);
}
static inline int sys_fchmod(int fd, mode_t mode)
{
	return (int)SYS2(SYS_fchmod, fd, mode);
}
static inline int sys_lchown(const char *path, uid_t uid, gid_t gid)
{
	return (int)SYS5(SYS_fchownat, AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}
static inline int sys_utimensat(int dirfd, const char *path, const struct timespec t[2], int flags)
{
	return (int)SYS4(SYS_utimensat, dirfd, path, t, flags);
}

/* Extended attributes of the name itself (never of a symlink's target). */
static inline ssize_t sys_lgetxattr(const char *path, const char *name, void *value, size_t size)
{
	return SYS4(SYS_lgetxattr, path, name, value, size);
}
static inline int sys_lsetxattr(const char *path, const char *name, const void *value, size_t size,
				int flags)
{
	return (int)SYS5(SYS_lsetxattr, path, name, value, size, flags);
}
static inline int sys_lremovexattr(const char *path, const char *name)
{
	return (int)SYS2(SYS_lremovexattr, path, name);
}
static inline ssize_t sys_llistxattr(const char *path, char *list, size_t size)
{
	return SYS3(SYS_llistxattr, path, list, size);
}

/* The process. */
static inline ssize_t sys_getcwd(char *buffer, size_t size)
{
	return SYS2(SYS_getcwd, buffer, size);
}
static inline pid_t sys_getpid(void)
{
	return (pid_t)SYS1(SYS_getpid, 0);
}
/* What tells threads apart without a call: the thread pointer of the machine's ABI. */
static inline uintptr_t sys_thread(void)
{
	uintptr_t thread;
#if defined(__x86_64__)
	__asm__("movq %%fs:0, %0" : "=r"(thread));
#elif defined(__aarch64__)
	__asm__("mrs %0, tpidr_el0" : "=r"(thread));
#endif
	return thread;
}
static inline pid_t sys_gettid(void)
{
	return (pid_t)SYS1(SYS_gettid, 0);
}
static inline void *sys_mmap(size_t size, int protection, int flags, int fd)
{
	return (void *)SYS6(SYS_mmap, 0, size, protection, flags, fd, 0);
}
static inline int sys_munmap(void *at, size_t size)
{
	return (int)SYS2(SYS_munmap, at, size);
}
__attribute__((noreturn)) static inline void sys_exit(int status)
{
	for (;;)
		SYS1(SYS_exit_group, status);
}

/* True when a pointer-valued answer (mmap) is an error; the error itself is its value. */
static inline bool sys_failed(const void *answer)
{
	return (uintptr_t)answer > (uintptr_t)-SYS_MAX_ERRNO - 1;
}

/* Descriptors and mappings that close themselves at the end of a scope. */
static inline void sys_close_scoped(const int *fd)
{
	if (*fd >= 0)
		sys_close(*fd);
}
#define CLOSE_SCOPED __attribute__((cleanup(sys_close_scoped)))

/* Hands a scoped descriptor to the caller, who now owns it. */
static inline int sys_steal_fd(int *fd)
{
	int stolen = *fd;
	*fd = -1;
	return stolen;
}

/* Anonymous memory, never given back by name: NULL when there is none. */
void *sys_pages(size_t size);
/*
 * The same where it is needed at once: unless it is much, it is there without a fault for each
 * page, which costs more than all that is done to the page. And more of it: the memory moves.
 */
void *sys_pages_present(size_t size);
void *sys_pages_grow(void *pages, size_t from, size_t to);

#endif
