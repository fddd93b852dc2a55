/*
 * call_numbers [thread|signal|constructor]: calls made by their numbers, as programs do that know
 * more of them than their libc does. `call_numbers absent` tells of those nobody is to use.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "call_where.h"

static long told(const char *what, long result)
{
	if (result < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else
		printf("%s: done\n", what);
	return result;
}

#define BY(name, ...) told(#name, syscall(SYS_##name, __VA_ARGS__))

static void show(const char *path)
{
	struct stat st = {0};
	int error = (int)syscall(SYS_newfstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);

	printf("  %s: %d %o %ld %d\n", path, error, st.st_mode,
	       S_ISREG(st.st_mode) ? (long)st.st_size : 0, st.st_mtime < 3000);
}

static void show_text(const char *what, const char *text, long length)
{
	const char *found = length > 0 ? strstr(text, "/merged") : NULL;

	printf("  %s: %s %.*s\n", what, found ? found : "",
	       found ? 0 : (int)(length > 0 ? length : 0), text);
}

static void in_merged(int fd)
{
	struct open_how how = {.flags = O_RDONLY};
	struct statfs fs;
	struct statx stx;
	struct stat st;
	static char text[4096];

	BY(openat, fd, "README", O_RDONLY);
	BY(openat, fd, "by-openat", O_CREAT | O_WRONLY | O_EXCL, 0604);
	BY(openat2, fd, "README", &how, sizeof how);
	BY(newfstatat, fd, "docs", &st, 0);
	BY(statx, fd, "rel", AT_SYMLINK_NOFOLLOW, STATX_ALL, &stx);
	BY(statfs, "merged/docs", &fs);
	BY(fstatfs, fd, &fs);
	BY(fstat, fd, &st);
	BY(faccessat, fd, "README", W_OK);
	BY(faccessat2, fd, "README", X_OK, AT_EACCESS);
	memset(text, 0, sizeof text);
	long length = BY(readlinkat, fd, "rel", text, sizeof text);

	show_text("rel", text, length);
	BY(mkdirat, fd, "by-mkdirat", 0701);
	BY(mknodat, fd, "by-mknodat", S_IFIFO | 0600, 0);
	BY(symlinkat, "target", fd, "by-symlinkat");
	BY(linkat, fd, "README", fd, "by-linkat", 0);
	BY(renameat2, fd, "by-linkat", fd, "by-renameat2", RENAME_NOREPLACE);
	BY(unlinkat, fd, "old/stays", 0);
	BY(unlinkat, fd, "empty", AT_REMOVEDIR);
	BY(fchmodat, fd, "kept1", 0606);
	BY(fchownat, fd, "kept1", -1, -1, 0);
	BY(utimensat, fd, "kept1", ((struct timespec[2]){{1, 0}, {2, 0}}), 0);
	BY(truncate, "merged/kept2", 2);
	BY(setxattr, "merged/kept2", "user.a", "1", 1, 0);
	BY(lsetxattr, "merged/kept2", "user.b", "22", 2, XATTR_CREATE);
	BY(getxattr, "merged/kept2", "user.b", text, sizeof text);
	BY(lgetxattr, "merged/rel", "user.b", text, sizeof text);
	BY(listxattr, "merged/kept2", text, sizeof text);
	BY(llistxattr, "merged/marked", text, sizeof text);
	BY(removexattr, "merged/kept2", "user.a");
	BY(lremovexattr, "merged/kept2", "user.c");
	for (const char *const *name =
		     (const char *const[]){"by-openat", "by-mkdirat", "by-mknodat", "by-symlinkat",
					   "by-renameat2", "by-linkat", "old/stays", "empty",
					   "kept1", "kept2", NULL};
	     *name; name++) {
		char path[64];

		snprintf(path, sizeof path, "merged/%s", *name);
		show(path);
	}
}

static void by_descriptor(void)
{
	char text[256];
	struct stat st;
	int fd = (int)BY(openat, AT_FDCWD, "merged/src/main.c", O_RDONLY);

	BY(fchmod, fd, 0611);
	BY(fchown, fd, -1, -1);
	BY(utimensat, fd, NULL, ((struct timespec[2]){{1, 0}, {2, 0}}), 0);
	BY(fsetxattr, fd, "user.a", "1", 1, 0);
	BY(fgetxattr, fd, "user.a", text, sizeof text);
	BY(flistxattr, fd, text, sizeof text);
	BY(fremovexattr, fd, "user.a");
	BY(fstat, fd, &st);
	printf("  %o %d\n", st.st_mode, st.st_mtime < 3000);
	int copy = (int)BY(dup, fd);

	BY(dup3, fd, copy + 1, O_CLOEXEC);
	BY(fcntl, fd, F_DUPFD_CLOEXEC, 50);
	BY(close_range, copy, copy + 1, 0);
	BY(close, fd);
	BY(fstat, fd, &st);
	show("merged/src/main.c");
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void list_directory(void)
{
	static char buffer[4096], names[64][32];
	int fd = open("merged/docs", O_RDONLY);
	size_t count = 0;
	long size;

	while ((size = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
		for (long at = 0; at < size; count++) {
			struct dirent64 *entry = (void *)(buffer + at);

			snprintf(names[count], sizeof *names, "%.20s/%d", entry->d_name,
				 entry->d_type);
			at += entry->d_reclen;
		}
	qsort(names, count, sizeof *names, compare);
	printf("getdents64:");
	for (size_t i = 0; i < count; i++)
		printf(" %s", names[i]);
	puts("");
	close(fd);
}

static void move_about(void)
{
	static char text[4096];
	int home = open(".", O_RDONLY);

	BY(chdir, "merged/docs");
	show_text("getcwd", text, syscall(SYS_getcwd, text, sizeof text));
	BY(getcwd, text, 2);
	show("both.txt");
	BY(fchdir, home);
	show("merged/docs/both.txt");
	close(home);
}

static void start_programs(void)
{
	char *const argv[] = {(char *)(unsigned long)"hello", (char *)(unsigned long)"there", NULL};
	int fd = open("merged/bin", O_PATH);

	fflush(stdout);
	if (fork() == 0) {
		syscall(SYS_execve, "merged/bin/hello", argv, environ);
		_exit(1);
	}
	wait(NULL);
	if (fork() == 0) {
		syscall(SYS_execveat, fd, "hello", argv, environ, 0);
		_exit(1);
	}
	wait(NULL);
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (child == 0)
		_exit(access("merged/README", F_OK) == 0 ? 7 : 8);
	int status = 0;

	waitpid((pid_t)child, &status, 0);
	printf("clone: %d\n", WEXITSTATUS(status));
	close(fd);
}

static void talk(void)
{
	struct sockaddr_un name = {AF_UNIX, "merged/by-number"};
	socklen_t size = sizeof name;
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	int watch = inotify_init1(0);

	BY(bind, server, &name, sizeof name);
	listen(server, 1);
	BY(connect, client, &name, sizeof name);
	BY(getpeername, client, &name, &size);
	printf("  %s %d\n", name.sun_path, (int)size);
	size = sizeof name;
	BY(getsockname, server, &name, &size);
	printf("  %s %d\n", name.sun_path, (int)size);
	BY(accept4, server, NULL, NULL, 0);
	BY(inotify_add_watch, watch, "merged/docs", IN_CREATE);
	close(watch);
	close(server);
	close(client);
	unlink("merged/by-number");
}

#ifdef SYS_open
static void of_old(void)
{
	struct stat st;
	char text[64];
	int fd = (int)BY(open, "merged/by-open", O_CREAT | O_WRONLY, 0640);

	BY(dup2, fd, 60);
	BY(creat, "merged/by-creat", 0600);
	BY(stat, "merged/by-creat", &st);
	BY(lstat, "merged/rel", &st);
	BY(access, "merged/old/gone", F_OK);
	BY(readlink, "merged/rel", text, sizeof text);
	BY(mkdir, "merged/by-mkdir", 0700);
	BY(rename, "merged/by-mkdir", "merged/by-rename");
	BY(renameat, AT_FDCWD, "merged/by-rename", AT_FDCWD, "merged/by-renameat");
	BY(rmdir, "merged/by-renameat");
	BY(link, "merged/README", "merged/by-link");
	BY(symlink, "x", "merged/by-symlink");
	BY(mknod, "merged/by-mknod", S_IFREG | 0600, 0);
	BY(chmod, "merged/by-mknod", 0666);
	BY(chown, "merged/by-mknod", -1, -1);
	BY(lchown, "merged/by-symlink", -1, -1);
	BY(utime, "merged/by-mknod", &(struct utimbuf){1, 2});
	show("merged/by-mknod");
	BY(utimes, "merged/by-mknod", ((struct timeval[2]){{1, 0}, {4000, 0}}));
	BY(futimesat, AT_FDCWD, "merged/by-mknod", ((struct timeval[2]){{1, 0}, {2, 0}}));
	show("merged/by-mknod");
	BY(unlink, "merged/by-mknod");
	show("merged/by-mknod");
	int docs = open("merged/hidden", O_RDONLY);
	char buffer[512];
	long size = syscall(SYS_getdents, docs, buffer, sizeof buffer);

	for (long at = 0; at < size; at += *(unsigned short *)(void *)(buffer + at + 16))
		if (buffer[at + 18] != '.')
			printf("getdents: %s %d\n", buffer + at + 18,
			       buffer[at + *(unsigned short *)(void *)(buffer + at + 16) - 1]);
	close(docs);
}
#endif

void run(void)
{
	in_merged(open("merged", O_RDONLY));
	by_descriptor();
	list_directory();
	move_about();
	start_programs();
	talk();
#ifdef SYS_open
	of_old();
#endif
	fflush(stdout);
}

/* Those that would pass merged by: callers fall back on others. */
__attribute__((constructor)) static void try_absent(int argc, char **argv)
{
	static const int numbers[] = {SYS_io_uring_setup, 463, 464, 465, 466, 467, 468, 469};

	if (argc < 2 || strcmp(argv[1], "absent") != 0)
		return;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		printf("%d: %s\n", numbers[i],
		       syscall(numbers[i], -1, NULL, -1, NULL) < 0 ? strerrorname_np(errno)
								   : "there");
	fflush(stdout);
}
