/* call_pointers [thread|signal|constructor]: pointers to nowhere for what a call reads or fills. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call_where.h"

/* Where there is nothing; the compiler is not to know. */
static void *volatile nowhere = (void *)16;

static void told(const char *what, long result)
{
	if (result < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else
		printf("%s: done\n", what);
}
#define TRY(call) told(#call, call)

static void talk(void)
{
	struct sockaddr_un name = {AF_UNIX, "merged/by-pointer"};
	struct msghdr unnamed = {.msg_name = nowhere, .msg_namelen = 110};
	socklen_t size = sizeof name;
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	int other = socket(AF_UNIX, SOCK_DGRAM, 0);

	TRY(bind(server, nowhere, 110));
	TRY(bind(server, (const struct sockaddr *)&name, size));
	listen(server, 1);
	TRY(connect(client, nowhere, 110));
	TRY(connect(client, (const struct sockaddr *)&name, size));
	TRY(getsockname(server, nowhere, &size));
	TRY(getsockname(server, (struct sockaddr *)&name, nowhere));
	size = 1;
	TRY(getsockname(server, (struct sockaddr *)&name, &size));
	size = 5;
	TRY(getpeername(client, (struct sockaddr *)&name, &size));
	TRY(getpeername(client, nowhere, nowhere));
	TRY(accept(server, nowhere, nowhere));
	TRY(sendto(other, "x", 1, 0, nowhere, 110));
	TRY(sendmsg(other, nowhere, 0));
	TRY(sendmsg(other, &unnamed, 0));
	TRY(sendmmsg(other, nowhere, 2, 0));
	TRY(recvmsg(other, nowhere, MSG_DONTWAIT));
	TRY(recvfrom(other, nowhere, 10, MSG_DONTWAIT, nowhere, nowhere));
	TRY(recvmmsg(other, nowhere, 2, MSG_DONTWAIT, NULL));
	close(server);
	close(client);
	close(other);
	unlink("merged/by-pointer");
}

static void look(void)
{
	TRY(stat("merged", nowhere));
	TRY(lstat("merged/README", nowhere));
	TRY(fstat(open("merged/README", O_RDONLY), nowhere));
	TRY(fstat(open("merged/docs", O_RDONLY), nowhere));
	TRY(statx(AT_FDCWD, "merged/docs", 0, STATX_ALL, nowhere));
	TRY(statfs("merged/docs", nowhere));
	TRY(fstatfs(open("merged/docs", O_RDONLY), nowhere));
	TRY(readlink("merged/rel", nowhere, 10));
	TRY(readlink("/proc/self/cwd", nowhere, 100));
	TRY(getcwd(nowhere, 100) ? 0 : -1);
	chdir("merged/docs");
	TRY(readlink("/proc/self/cwd", nowhere, 100));
	TRY(getcwd(nowhere, 100) ? 0 : -1);
	chdir("../..");
}

static void change(void)
{
	TRY(rename("merged/nope", nowhere));
	TRY(rename(nowhere, "merged/nope"));
	TRY(link(nowhere, "merged/nope"));
	TRY(link("merged/README", nowhere));
	TRY(symlink(nowhere, "merged/nope"));
	TRY(symlink("target", nowhere));
	TRY(utimensat(AT_FDCWD, "merged/README", nowhere, 0));
	TRY(futimens(open("merged/README", O_RDONLY), nowhere));
	TRY(openat(open("merged", O_PATH), nowhere, O_RDONLY));
	TRY(mkdirat(open("merged", O_PATH), nowhere, 0700));
}

/* Newer than this libc may be: where the name is, it must work. */
static void start(void)
{
	int (*spawn)(int *, const char *, const posix_spawn_file_actions_t *,
		     const posix_spawnattr_t *, char *const *, char *const *) =
		(int (*)(int *, const char *, const posix_spawn_file_actions_t *,
			 const posix_spawnattr_t *, char *const *,
			 char *const *))dlsym(RTLD_DEFAULT, "pidfd_spawn");
	char *const argv[] = {(char *)(unsigned long)"false", NULL};
	siginfo_t info = {0};
	int child = -1;

	if (spawn && (spawn(&child, "/bin/false", NULL, NULL, argv, environ) != 0 ||
		      waitid(P_PIDFD, (id_t)child, &info, WEXITED) != 0 || info.si_status != 1))
		puts("pidfd_spawn does not work");
}

void run(void)
{
	talk();
	look();
	change();
	start();
	fflush(stdout);
}
