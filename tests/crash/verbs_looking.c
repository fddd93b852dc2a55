/* What programs do that changes nothing. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "operations.h"

static int list(const struct operands *o)
{
	struct dirent **names;
	struct stat st;

	return scandir(o->a, &names, NULL, NULL) < 0 || stat(o->a, &st) ? -1 : 0;
}

static int unlink_one(const struct operands *o)
{
	return unlink(o->a);
}

static int list_here(const struct operands *o)
{
	(void)o;
	return list(&(struct operands){".", NULL});
}

/* A stream back and forth, with another beside it. */
static int stream(const struct operands *o)
{
	DIR *one = opendir(o->a), *two = one ? opendir(o->a) : NULL;

	if (!two || !readdir(one) || !readdir(two))
		return -1;
	long at = telldir(one);
	rewinddir(two);
	seekdir(one, at);
	errno = 0;
	while (readdir(one))
		;
	return errno || closedir(one) || closedir(two) ? -1 : 0;
}

static int get_entries(const struct operands *o)
{
	char buffer[512];
	ssize_t size;
	int fd = open(o->a, O_RDONLY | O_DIRECTORY);

	while (fd >= 0 && (size = getdents64(fd, buffer, sizeof buffer)) > 0)
		;
	return fd < 0 || size < 0 || lseek(fd, 0, SEEK_SET) ||
			       getdents64(fd, buffer, sizeof buffer) < 0
		       ? -1
		       : close(fd);
}

static int see(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path, (void)st, (void)type, (void)ftw;
	return 0;
}

static int walk_tree(const struct operands *o)
{
	glob_t found;
	char pattern[64];

	snprintf(pattern, sizeof pattern, "%s/*/*", o->a);
	if (nftw(o->a, see, 4, FTW_PHYS))
		return -1;
	int error = glob(pattern, 0, NULL, &found);
	if (error == GLOB_NOSPACE)
		errno = ENOMEM;
	return error && error != GLOB_NOMATCH && error != GLOB_ABORTED ? -1 : 0;
}

static int go_about(const struct operands *o)
{
	char buffer[PATH_MAX];

	if (chdir(o->a) || !getcwd(buffer, sizeof buffer))
		return -1;
	int fd = open("..", O_RDONLY | O_DIRECTORY);
	if (fd < 0 || faccessat(fd, o->b, R_OK, 0) || fchdir(fd))
		return -1;
	return close(fd);
}

static int read_link(const struct operands *o)
{
	char buffer[PATH_MAX];

	return readlink(o->a, buffer, sizeof buffer) < 0 || !realpath(o->a, buffer) ? -1 : 0;
}

static int is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? 1 : errno == ENOENT ? 0 : -1;
}

static int there(const struct operands *o)
{
	return is_there(o->a) == 1 ? 0 : -1;
}

/* Many names in vain, then one that is there; each in its turn learnt of and remembered. */
static int look(const struct operands *o)
{
	char name[64];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "%s/missing%d", o->a, i);
		if (is_there(name))
			return -1;
	}
	for (int i = 0; i < 20; i++)
		if (is_there(o->b) != 1 || access(o->b, R_OK))
			return -1;
	return 0;
}

/* More names than what is remembered has room for at first. */
static int look_far(const struct operands *o)
{
	char name[64];

	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "%s/missing%d", o->a, i);
		if (is_there(name))
			return -1;
	}
	return 0;
}

/* That it comes to light is an error of its own. */
static int find_hidden(const struct operands *o)
{
	int found = is_there(o->a);

	if (found > 0)
		errno = EEXIST;
	return found ? -1 : 0;
}

static int get_attributes(const struct operands *o)
{
	char list[256], value[64];
	struct statvfs fs;

	return listxattr(o->a, list, sizeof list) < 0 ||
			       getxattr(o->a, "user.key", value, sizeof value) < 0 ||
			       listxattr(o->a, NULL, 0) < 0 || statvfs(o->a, &fs) ||
			       pathconf(o->a, _PC_NAME_MAX) < 0
		       ? -1
		       : 0;
}

static int say_no(const struct operands *o)
{
	int fd = open(o->a, O_WRONLY);

	return fd < 0 && errno == EROFS && access(o->a, R_OK) == 0 ? 0 : -1;
}

/* Attributes of what cannot be changed are refused as they would be where it can. */
static int try_attribute(const struct operands *o)
{
	return setxattr(o->a, "user.key", "value", 5, 0) == 0 || errno == EROFS || errno == EPERM
		       ? 0
		       : -1;
}

/* --- /proc --- */

static int link_of(int fd)
{
	char name[32], buffer[PATH_MAX];

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return readlink(name, buffer, sizeof buffer) < 0 ? -1 : 0;
}

static int read_proc(const struct operands *o)
{
	static const char *const tables[] = {"/proc/mounts", "/proc/self/mountinfo", "/etc/mtab"};
	static char pages[2 * 4096] __attribute__((aligned(4096)));
	int fd = open(o->a, O_RDONLY);

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (open(tables[i], O_RDONLY) < 0 && errno != ENOENT)
			return -1;
	/* Into a page and the next. */
	return fd < 0 || link_of(fd) || readlink("/proc/self/cwd", pages + 4090, 4096) < 0 ? -1 : 0;
}

static int read_maps(const struct operands *o)
{
	int fd = open(o->a, O_RDONLY);

	if (fd < 0 || mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED)
		return -1;
	return open("/proc/self/maps", O_RDONLY) < 0 ? -1 : 0;
}

static int unlinked;

static int hold_unlinked(const struct operands *o)
{
	unlinked = open(o->a, O_RDONLY);
	return unlinked < 0 ? -1 : unlink(o->a);
}

static int read_unlinked(const struct operands *o)
{
	(void)o;
	return link_of(unlinked);
}

/* Another process, here the one that started this. */
static int read_other(const struct operands *o)
{
	char name[64], buffer[PATH_MAX];
	int fd = open("/proc/self", O_PATH | O_DIRECTORY);

	(void)o;
	snprintf(name, sizeof name, "/proc/%d/cwd", getppid());
	if (readlink(name, buffer, sizeof buffer) < 0)
		return -1;
	snprintf(name, sizeof name, "/proc/%d/root", getppid());
	return fd < 0 || readlink(name, buffer, sizeof buffer) < 0 ||
			       readlinkat(fd, "cwd", buffer, sizeof buffer) < 0
		       ? -1
		       : close(fd);
}

/* --- the working directory --- */

static int use_here(void)
{
	struct stat st;
	char buffer[PATH_MAX];
	DIR *here = getcwd(buffer, sizeof buffer) && !stat(".", &st) ? opendir(".") : NULL;

	return here ? closedir(here) : -1;
}

static int here(const struct operands *o)
{
	(void)o;
	return use_here();
}

/* Some directory moves: it may be the one this process stands in. */
static int stand_and_move(const struct operands *o)
{
	return mkdir("n", 0700) || chdir(o->a) || rename("../n", "../moved") ? -1 : 0;
}

static int stand_and_be_moved(const struct operands *o)
{
	return chdir(o->a) || rename(o->b, "../moved") ? -1 : 0;
}

static int removed = -1;

static int hold_removed(const struct operands *o)
{
	removed = open(o->a, O_RDONLY | O_DIRECTORY);
	return removed < 0 ? -1 : rmdir(o->a);
}

static int enter_removed(const struct operands *o)
{
	struct stat st;

	(void)o;
	return fstat(removed, &st) || (fchdir(removed) && errno != ENOENT) ? -1 : 0;
}

static int stand_in_removed(const struct operands *o)
{
	return chdir(o->a) || rmdir(o->b) ? -1 : 0;
}

static int in_removed(const struct operands *o)
{
	struct stat st;

	(void)o;
	if (stat(".", &st) || chdir("."))
		return -1;
	return open("n", O_CREAT | O_WRONLY, 0644) < 0 && errno == ENOENT ? 0 : -1;
}

/* The kernel was told without the library. */
static int stand_unknown(const struct operands *o)
{
	int fd = open("/proc/self/cwd", O_PATH);

	(void)o;
	return fd < 0 || chdir("/") || fchdir(fd) ? -1 : 0;
}

/* --- from outside, by links --- */

static int step_out(const struct operands *o)
{
	(void)o;
	return chdir("..");
}

static int from_outside(const struct operands *o)
{
	struct stat st;
	char buffer[PATH_MAX];
	int fd = open(o->a, O_RDONLY | O_DIRECTORY);

	return fd < 0 || stat(o->b, &st) || access(o->b, R_OK) || !realpath(o->b, buffer) ||
			       fstatat(fd, "f", &st, 0) || fchdir(fd)
		       ? -1
		       : use_here();
}

/* Nothing there, by absolute names, which might be links into merged. */
static int miss_outside(const struct operands *o)
{
	char root[PATH_MAX], name[PATH_MAX + 16];

	(void)o;
	if (!getcwd(root, sizeof root))
		return -1;
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s/missing%d", root, i);
		if (access(name, F_OK) == 0 || errno != ENOENT)
			return -1;
	}
	return 0;
}

/* --- descriptors --- */

static int pair[2];

/* A message that carries a descriptor of this directory. */
static int send_one(const struct operands *o)
{
	struct {
		struct cmsghdr head;
		int fd;
	} control = {{CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}, open(o->a, O_RDONLY)};
	struct iovec data = {"x", 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};

	return control.fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
			       sendmsg(pair[0], &message, 0) != 1
		       ? -1
		       : close(control.fd);
}

static int receive_one(const struct operands *o)
{
	char byte;
	struct stat st;
	struct {
		struct cmsghdr head;
		int fd;
	} control = {.fd = -1};
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof control};

	return recvmsg(pair[1], &message, 0) != 1 || fstat(control.fd, &st) ||
			       fstatat(control.fd, o->b, &st, 0)
		       ? -1
		       : 0;
}

/* So many that the library's own are in the way. */
static int crowd(const struct operands *o)
{
	struct rlimit limit = {2048, 2048};
	int fd = open("/dev/null", O_RDONLY);

	if (setrlimit(RLIMIT_NOFILE, &limit) || look(o))
		return -1;
	while (fd >= 0 && fd < 999)
		fd = dup(fd);
	return fd < 0 ? -1 : 0;
}

static int open_more(const struct operands *o)
{
	for (int i = 0; i < 4; i++)
		if (open(o->b, O_RDONLY) < 0)
			return -1;
	return 0;
}

/* --- memory that is none --- */

static int with_bad_memory(const struct operands *o)
{
	char *nowhere = mmap(NULL, PATH_MAX, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (open(nowhere, O_RDONLY) == 0 || errno != EFAULT)
		return -1;
	if (stat(o->a, (struct stat *)(void *)nowhere) == 0 || errno != EFAULT)
		return -1;
	return readlink("/proc/self/cwd", nowhere, 9) < 0 && errno == EFAULT ? 0 : -1;
}

static int load(const struct operands *o)
{
	void *object = dlopen(o->a, RTLD_NOW);

	if (!object)
		errno = ENOMEM; /* it does not say */
	return object ? 0 : -1;
}

static int load_in_vain(const struct operands *o)
{
	return dlopen(o->a, RTLD_NOW) ? -1 : 0;
}

const struct verb verbs_looking[] = {
	{"list", list, NULL},
	{"list-unlinked", list_here, unlink_one},
	{"stream", stream, NULL},
	{"getdents", get_entries, NULL},
	{"tree", walk_tree, NULL},
	{"walk", go_about, NULL},
	{"readlink", read_link, NULL},
	{"look", look, NULL},
	{"there", there, NULL},
	{"look-far", look_far, NULL},
	{"hidden", find_hidden, NULL},
	{"attributes", get_attributes, NULL},
	{"read-only", say_no, NULL},
	{"xattr-refused", try_attribute, NULL},
	{"proc", read_proc, NULL},
	{"maps", read_maps, NULL},
	{"proc-unlinked", read_unlinked, hold_unlinked},
	{"proc-other", read_other, NULL},
	{"here", here, NULL},
	{"here-moved", here, stand_and_move},
	{"here-itself-moved", here, stand_and_be_moved},
	{"here-unknown", here, stand_unknown},
	{"enter-removed", enter_removed, hold_removed},
	{"in-removed", in_removed, stand_in_removed},
	{"outside", from_outside, NULL},
	{"missing-outside", miss_outside, step_out},
	{"from-outside", from_outside, step_out},
	{"receive", receive_one, send_one},
	{"crowded", open_more, crowd},
	{"bad", with_bad_memory, NULL},
	{"dlopen", load, NULL},
	{"dlopen-missing", load_in_vain, NULL},
	{NULL, NULL, NULL},
};
