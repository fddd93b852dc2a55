/*
 * call_changing [thread|signal|constructor]: every call that changes what stands at a path, on
 * every awkward one, in one tree.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "call_paths.h"
#include "call_where.h"

static long opened(int fd)
{
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* A source that is there each time. */
static long from_fresh(int (*call)(const char *old, const char *new), const char *path)
{
	opened(open("merged/fresh", O_CREAT | O_WRONLY, 0600));
	int result = call("merged/fresh", path), saved = errno;

	unlink("merged/fresh");
	errno = saved;
	return result;
}

static long by_rename_to(const char *path)
{
	return from_fresh(rename, path);
}

static long by_link_to(const char *path)
{
	return from_fresh(link, path);
}

/* There and back, so that the tree stays what it is. */
static long by_rename_from(const char *path)
{
	int result = rename(path, "merged/moved"), saved = errno;

	if (result == 0)
		rename("merged/moved", path);
	errno = saved;
	return result;
}

static long by_link_from(const char *path)
{
	int result = link(path, "merged/linked"), saved = errno;

	unlink("merged/linked");
	errno = saved;
	return result;
}

#define CALLS(name, call)                                                                          \
	static long name(const char *path)                                                         \
	{                                                                                          \
		const struct timeval times[2] __attribute__((unused)) = {{1, 2}, {3, 4}};          \
                                                                                                   \
		return call;                                                                       \
	}
CALLS(by_chmod, chmod(path, 0755))
CALLS(by_chown, chown(path, (uid_t)-1, (gid_t)-1))
CALLS(by_lchown, lchown(path, (uid_t)-1, (gid_t)-1))
CALLS(by_fchmodat_odd, fchmodat(AT_FDCWD, path, 0600, 0x800))
CALLS(by_fchownat_odd, fchownat(AT_FDCWD, path, (uid_t)-1, (gid_t)-1, 0x800))
CALLS(by_utimes, utimes(path, times))
CALLS(by_lutimes, lutimes(path, times))
CALLS(by_utimensat_odd, utimensat(AT_FDCWD, path, NULL, 0x800))
CALLS(by_truncate, truncate(path, 3))
CALLS(by_truncate_negative, truncate(path, -1))
CALLS(by_setxattr, setxattr(path, "user.taste", "sweet", 5, 0))
CALLS(by_setxattr_replace, lsetxattr(path, "user.none", "x", 1, XATTR_REPLACE))
CALLS(by_setxattr_odd, setxattr(path, "nonsense", "x", 1, 0))
CALLS(by_removexattr, removexattr(path, "user.taste"))
CALLS(by_write, opened(open(path, O_WRONLY | O_NONBLOCK)))
CALLS(by_append, opened(open(path, O_RDWR | O_APPEND | O_NONBLOCK)))
CALLS(by_cut, opened(open(path, O_RDONLY | O_TRUNC | O_NONBLOCK)))
CALLS(by_write_directory, opened(open(path, O_WRONLY | O_DIRECTORY)))
CALLS(by_unnamed, opened(open(path, O_RDWR | O_TMPFILE, 0600)))
CALLS(by_unnamed_reading, opened(open(path, O_RDONLY | O_TMPFILE, 0600)))
CALLS(by_unlinkat_odd, unlinkat(AT_FDCWD, path, 0x800))
CALLS(by_linkat_odd, linkat(AT_FDCWD, path, AT_FDCWD, "merged/linked", 0x800))
CALLS(by_renameat2_odd, renameat2(AT_FDCWD, path, AT_FDCWD, "merged/moved", 0x800))
CALLS(by_noreplace, renameat2(AT_FDCWD, "merged/nothing", AT_FDCWD, path, RENAME_NOREPLACE))
CALLS(by_exclusive, opened(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600)))
CALLS(by_mkdir, mkdir(path, 0700))
CALLS(by_mkfifo, mkfifo(path, 0600))
CALLS(by_mknod, mknod(path, S_IFREG | 0600, 0))
CALLS(by_mknod_directory, mknod(path, S_IFDIR | 0700, 0))
CALLS(by_symlink, symlink("README", path))
CALLS(by_create, opened(open(path, O_RDWR | O_CREAT, 0600)))
CALLS(by_rmdir, rmdir(path))
CALLS(by_unlink, unlink(path))
CALLS(by_remove, remove(path))

static const struct call calls[] = {
	{"chmod", by_chmod, false},
	{"chown", by_chown, false},
	{"lchown", by_lchown, false},
	{"fchmodat odd", by_fchmodat_odd, false},
	{"fchownat odd", by_fchownat_odd, false},
	{"utimes", by_utimes, false},
	{"lutimes", by_lutimes, false},
	{"utimensat odd", by_utimensat_odd, false},
	{"truncate", by_truncate, false},
	{"truncate -1", by_truncate_negative, false},
	{"setxattr", by_setxattr, false},
	{"lsetxattr XATTR_REPLACE", by_setxattr_replace, false},
	{"setxattr odd", by_setxattr_odd, false},
	{"removexattr", by_removexattr, false},
	{"open O_WRONLY", by_write, false},
	{"open O_APPEND", by_append, false},
	{"open O_TRUNC", by_cut, false},
	{"open O_WRONLY|O_DIRECTORY", by_write_directory, false},
	{"open O_TMPFILE", by_unnamed, false},
	{"open O_RDONLY|O_TMPFILE", by_unnamed_reading, false},
	{"unlinkat odd", by_unlinkat_odd, false},
	{"linkat odd", by_linkat_odd, false},
	{"renameat2 odd", by_renameat2_odd, false},
	{"rename from", by_rename_from, false},
	{"link from", by_link_from, false},
	{"renameat2 RENAME_NOREPLACE", by_noreplace, false},
	{"open O_EXCL", by_exclusive, false},
	{"mkdir", by_mkdir, false},
	{"mkfifo", by_mkfifo, false},
	{"mknod", by_mknod, false},
	{"mknod S_IFDIR", by_mknod_directory, false},
	{"symlink", by_symlink, false},
	{"link to", by_link_to, false},
	{"rename to", by_rename_to, false},
	{"open O_CREAT", by_create, false},
	{"rmdir", by_rmdir, false},
	{"unlink", by_unlink, false},
	{"remove", by_remove, false},
};

void run(void)
{
	show_all(calls, COUNT(calls), false);
}
