/*
 * call_reading [thread|signal|constructor]: every call that looks at a path, on every awkward one;
 * from main, from a thread with a small stack, from a signal handler, or before main.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "call_paths.h"
#include "call_where.h"

/* What of a file is the same wherever it lies: a directory's size is not. */
static long told(long result, const struct stat *st)
{
	return result < 0 ? -1 : S_ISREG(st->st_mode) ? (long)st->st_size : (long)st->st_mode;
}

#define STATS(name, call)                                                                          \
	static long name(const char *path)                                                         \
	{                                                                                          \
		struct stat st;                                                                    \
                                                                                                   \
		return told(call, &st);                                                            \
	}
STATS(by_stat, stat(path, &st))
STATS(by_lstat, lstat(path, &st))
STATS(by_fstatat, fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW))
STATS(by_fstatat_flags, fstatat(AT_FDCWD, path, &st, 0x400000))
STATS(by_number, syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0))

static long by_fstatat_empty(const char *path)
{
	struct stat st;
	int fd = open("merged/docs", O_PATH), result = fstatat(fd, path, &st, AT_EMPTY_PATH);
	int saved = errno;

	close(fd);
	errno = saved;
	return told(result, &st);
}

static long by_statx(const char *path)
{
	struct statx stx;
	int result = statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &stx);

	return result < 0 ? -1 : stx.stx_mode;
}

static long by_statx_flags(const char *path)
{
	struct statx stx;

	return statx(AT_FDCWD, path, AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, 0, &stx);
}

static long opened(int fd)
{
	struct stat st;

	if (fd < 0)
		return -1;
	fstat(fd, &st);
	close(fd);
	return told(0, &st);
}

static long by_fopen(const char *path)
{
	struct stat st;
	FILE *file = stat(path, &st) == 0 && S_ISFIFO(st.st_mode) ? NULL : fopen(path, "re");

	if (!file)
		return -1;
	fclose(file);
	return 0;
}

/* What lies outside merged is not the same everywhere. */
static bool leads_out(const char *path)
{
	return strcmp(path, "/") == 0 || strcmp(path, ".") == 0 || strcmp(path, "merged/..") == 0;
}

static long by_opendir(const char *path)
{
	DIR *dir = opendir(path);
	long count = 0;

	if (!dir)
		return -1;
	while (!leads_out(path) && readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* The length of the name behind the directory this runs in. */
static long by_realpath(const char *path)
{
	char *here = realpath(".", NULL), *there = realpath(path, NULL);
	int saved = errno;
	long length = there ? (long)strlen(there) - (long)strlen(here) : -1;

	if (there && length < 0)
		length = 0;
	free(here);
	free(there);
	errno = saved;
	return length;
}

static long by_chdir(const char *path)
{
	char *before = getcwd(NULL, 0), *after = NULL;
	int home = open(".", O_PATH);
	long length = -1;

	if (chdir(path) == 0 && (after = getcwd(NULL, 0)))
		length = (long)strlen(after) - (long)strlen(before);
	if (after && length < 0)
		length = 0;
	int saved = errno;
	fchdir(home);
	close(home);
	free(before);
	free(after);
	errno = saved;
	return length;
}

#define CALLS(name, call)                                                                          \
	static long name(const char *path)                                                         \
	{                                                                                          \
		char text[64] __attribute__((unused));                                             \
		struct statvfs fs __attribute__((unused));                                         \
                                                                                                   \
		return call;                                                                       \
	}
CALLS(exists, access(path, F_OK))
CALLS(may_all, access(path, R_OK | W_OK))
CALLS(may_run, faccessat(AT_FDCWD, path, X_OK, AT_EACCESS))
CALLS(may_odd, access(path, 8))
CALLS(by_open, opened(open(path, O_RDONLY | O_NONBLOCK)))
CALLS(by_open_directory, opened(open(path, O_RDONLY | O_DIRECTORY)))
CALLS(by_open_nofollow, opened(open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)))
CALLS(by_open_path, opened(open(path, O_PATH)))
CALLS(by_open_path_nofollow, opened(open(path, O_PATH | O_NOFOLLOW)))
CALLS(by_open_odd, opened(open(path, O_RDONLY | O_CREAT | O_DIRECTORY, 0600)))
CALLS(by_readlink, readlink(path, text, sizeof text))
CALLS(by_readlink_short, readlink(path, text, 4))
CALLS(by_readlink_nothing, readlink(path, text, 0))
CALLS(by_statvfs, statvfs(path, &fs))
CALLS(by_pathconf, pathconf(path, _PC_NAME_MAX))
CALLS(by_getxattr, getxattr(path, "user.colour", text, sizeof text))
CALLS(by_getxattr_private, lgetxattr(path, "user.overlay.opaque", text, sizeof text))

static const struct call calls[] = {
	{"stat", by_stat, false},
	{"lstat", by_lstat, false},
	{"fstatat", by_fstatat, false},
	{"fstatat AT_EMPTY_PATH", by_fstatat_empty, false},
	{"fstatat odd", by_fstatat_flags, false},
	{"statx", by_statx, false},
	{"statx odd", by_statx_flags, false},
	{"SYS_newfstatat", by_number, false},
	{"access F_OK", exists, false},
	{"access RW", may_all, false},
	{"faccessat X_OK", may_run, false},
	{"access odd", may_odd, false},
	{"open", by_open, false},
	{"open O_DIRECTORY", by_open_directory, false},
	{"open O_NOFOLLOW", by_open_nofollow, false},
	{"open O_PATH", by_open_path, false},
	{"open O_PATH|O_NOFOLLOW", by_open_path_nofollow, false},
	{"open O_CREAT|O_DIRECTORY", by_open_odd, false},
	{"fopen", by_fopen, false},
	{"opendir", by_opendir, true},
	{"readlink", by_readlink, false},
	{"readlink short", by_readlink_short, false},
	{"readlink nothing", by_readlink_nothing, false},
	{"realpath", by_realpath, true},
	{"chdir", by_chdir, false},
	{"statvfs", by_statvfs, false},
	{"pathconf", by_pathconf, true},
	{"getxattr", by_getxattr, false},
	{"lgetxattr private", by_getxattr_private, false},
};

void run(void)
{
	show_all(calls, COUNT(calls), true);
	fflush(stdout);
}
