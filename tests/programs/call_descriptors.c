/*
 * call_descriptors: changes what stands below `merged` through descriptors that were opened for
 * reading, each object by one call and in one way, and shows what the descriptor says afterwards.
 *
 * The objects are merged/TYPE-CALL-WAY; `call_descriptors CALL FD` is what an exec runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int by_fchmod(int fd)
{
	return fchmod(fd, 0710);
}

static int by_fchown(int fd)
{
	return fchown(fd, geteuid(), (gid_t)-1);
}

static int by_futimens(int fd)
{
	return futimens(fd, (struct timespec[2]){{1000, 0}, {2000, 0}});
}

static int by_fsetxattr(int fd)
{
	return fsetxattr(fd, "user.taste", "sour", 4, XATTR_REPLACE);
}

static int by_fremovexattr(int fd)
{
	return fremovexattr(fd, "user.taste");
}

static int by_setflags(int fd)
{
	int flags = 0;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return -1;
	flags |= FS_NODUMP_FL;
	return ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

static int by_fssetxattr(int fd)
{
	struct fsxattr attributes;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attributes) < 0)
		return -1;
	attributes.fsx_xflags |= FS_XFLAG_NOATIME;
	return ioctl(fd, FS_IOC_FSSETXATTR, &attributes);
}

static const struct change {
	const char *name;
	int (*on)(int fd);
} changes[] = {
	{"fchmod", by_fchmod},
	{"fchown", by_fchown},
	{"futimens", by_futimens},
	{"fsetxattr", by_fsetxattr},
	{"fremovexattr", by_fremovexattr},
	{"setflags", by_setflags},
	{"fssetxattr", by_fssetxattr},
};

static void report(const char *what, int result)
{
	printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
	fflush(stdout);
}

static void show(const char *name, int fd)
{
	char value[64] = "", data[64] = "", list[256];
	struct statx stx;
	struct stat st;
	int flags = 0;
	long length = fgetxattr(fd, "user.taste", value, sizeof value);

	fstat(fd, &st);
	statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx);
	ioctl(fd, FS_IOC_GETFLAGS, &flags);
	printf("%s: %o %o %d", name, st.st_mode, stx.stx_mode, (unsigned)st.st_ino == stx.stx_ino);
	printf(" %ld %.*s %ld", st.st_mtime < 3000 ? (long)st.st_mtime : -1,
	       (int)(length < 0 ? 0 : length), value, (long)flistxattr(fd, list, sizeof list));
	printf(" flags %x", (unsigned)flags & (FS_NODUMP_FL | FS_NOATIME_FL));
	if (S_ISREG(st.st_mode))
		printf(" %ld %s", (long)pread(fd, data, sizeof data - 1, 0), data);
	puts("");
}

static void change_plainly(const struct change *change, int fd)
{
	report(change->name, change->on(fd));
}

static void change_copy(const struct change *change, int fd)
{
	int copy = dup(fd);

	report(change->name, change->on(copy));
	show("the copy", copy);
	close(copy);
}

static void change_by_child(const struct change *change, int fd)
{
	fflush(stdout);
	if (fork() == 0) {
		report(change->name, change->on(fd));
		show("the child's", fd);
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static const char *self;

static void change_by_program(const struct change *change, int fd)
{
	char number[16];

	snprintf(number, sizeof number, "%d", fd);
	fflush(stdout);
	if (fork() == 0) {
		execl(self, self, change->name, number, NULL);
		_exit(127);
	}
	wait(NULL);
}

static const struct way {
	const char *name;
	void (*by)(const struct change *change, int fd);
} ways[] = {
	{"plain", change_plainly},
	{"dup", change_copy},
	{"fork", change_by_child},
	{"exec", change_by_program},
};

static int change_by_name(const char *name, int fd)
{
	for (size_t i = 0; i < COUNT(changes); i++)
		if (strcmp(changes[i].name, name) == 0)
			change_plainly(&changes[i], fd);
	show("the program's", fd);
	return 0;
}

static void play(const char *type, const struct change *change, const struct way *way)
{
	char name[128];

	snprintf(name, sizeof name, "merged/%s-%s-%s", type, change->name, way->name);
	int fd = open(name, O_RDONLY), other = open(name, O_RDONLY);

	printf("-- %s %s\n", name, fd < 0 ? strerrorname_np(errno) : "");
	way->by(change, fd);
	show("afterwards", fd);
	show("another", other);
	close(fd);
	close(other);
}

int main(int argc, char **argv)
{
	static const char *const types[] = {"file", "merged", "directory"};

	self = argv[0];
	if (argc > 2)
		return change_by_name(argv[1], atoi(argv[2]));
	for (size_t type = 0; type < COUNT(types); type++)
		for (size_t i = 0; i < COUNT(changes); i++)
			for (size_t way = 0; way < COUNT(ways); way++)
				play(types[type], &changes[i], &ways[way]);
	return 0;
}
