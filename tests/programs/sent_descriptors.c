/*
 * sent_descriptors: one process opens things in the working directory and sends them to another,
 * which was started by exec and knows nothing of them but what it received. The directory holds
 * file, doomed, doomed2 and dir/; the one above it is sent as well. Prints what the receiver finds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { DIR_SENT, FILE_SENT, DOOMED_SENT, ABOVE_SENT, HERE_SENT, COUNT };

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(COUNT * sizeof(int))];
};

static void send_all(int to, const int *fds)
{
	union control control = {0};
	struct iovec piece = {"x", 1};
	struct msghdr message = {.msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(COUNT * sizeof *fds);
	memcpy(CMSG_DATA(&control.header), fds, COUNT * sizeof *fds);
	if (sendmsg(to, &message, 0) < 0)
		perror("sendmsg");
}

static void receive_all(int from, int *fds, bool several)
{
	union control control;
	char byte;
	struct iovec piece = {&byte, 1};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &piece,
					      .msg_iovlen = 1,
					      .msg_control = &control,
					      .msg_controllen = sizeof control}};
	if (several ? recvmmsg(from, &message, 1, 0, NULL) < 0
		    : recvmsg(from, &message.msg_hdr, 0) < 0)
		perror("receiving");
	memcpy(fds, CMSG_DATA(&control.header), COUNT * sizeof *fds);
}

static void said(const char *what, int result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

static void same(int fd, const char *name)
{
	struct stat open, named;
	bool is = !fstat(fd, &open) && !stat(name, &named) && open.st_ino == named.st_ino &&
		  open.st_dev == named.st_dev;
	printf("%s is %s\n", name, is ? "the same" : "another");
}

static void use_all(const int *fds)
{
	char here[4096], text[16] = "";
	int entries = 0;
	same(fds[DIR_SENT], "dir");
	same(fds[FILE_SENT], "file");
	said("made in dir", openat(fds[DIR_SENT], "made", O_CREAT | O_WRONLY, 0644));
	said("beside dir", openat(fds[DIR_SENT], "../file", O_RDONLY));
	said("mkdirat", mkdirat(fds[DIR_SENT], "sub", 0755));
	said("fchmod", fchmod(fds[FILE_SENT], 0600));
	said("fsetxattr", fsetxattr(fds[FILE_SENT], "user.colour", "red", 3, 0));
	fchmod(fds[DOOMED_SENT], 0600); /* what it says is the file system's affair */
	said("from above", openat(fds[ABOVE_SENT], "merged/file", O_RDONLY));
	DIR *dir = fdopendir(fds[DIR_SENT]);
	while (dir && readdir(dir))
		entries++;
	printf("%d entries\n", entries);
	said("fchdir", fchdir(fds[HERE_SENT]));
	printf("in %s\n", strrchr(getcwd(here, sizeof here), '/'));
	said("made here", open("made", O_CREAT | O_WRONLY | O_EXCL, 0644));
	said("read", (int)pread(fds[FILE_SENT], text, sizeof text - 1, 0));
	printf("%s", text);
}

int main(int argc, char **argv)
{
	int fds[COUNT], ends[2];
	char number[16];
	if (argc > 1) {
		receive_all(atoi(argv[1]), fds, argc > 2);
		use_all(fds);
		return 0;
	}
	for (int i = 0; i < 2; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
			return 1;
		snprintf(number, sizeof number, "%d", ends[1]);
		fflush(stdout);
		if (fork() == 0) {
			execl(argv[0], argv[0], number, i ? "several" : NULL, NULL);
			_exit(1);
		}
		close(ends[1]);
		fds[DIR_SENT] = open("dir", O_RDONLY | O_DIRECTORY);
		fds[FILE_SENT] = open("file", O_RDONLY);
		fds[DOOMED_SENT] = open(i ? "doomed2" : "doomed", O_RDONLY);
		fds[ABOVE_SENT] = open("..", O_PATH);
		fds[HERE_SENT] = open(".", O_RDONLY);
		unlink(i ? "doomed2" : "doomed");
		send_all(ends[0], fds);
		wait(NULL);
		unlink("made");
		rmdir("dir/sub");
	}
	int self = pidfd_open(getpid(), 0);
	int taken = pidfd_getfd(self, fds[DIR_SENT], 0);
	said("taken", openat(taken, "taken", O_CREAT | O_WRONLY | O_EXCL, 0644));
	return 0;
}
