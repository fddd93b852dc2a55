#include "operations.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

const char *const operations_lower[] = {
	"f=one",         "g=two",   "l@f",   "d/",     "d/a=a",   "d/b=b",
	"d/s/",          "d/s/c=c", "d/e/",  "empty/", "gone=g",  "full/",
	"full/x=x",      "m/",      "m/a=a", "m/s/",   "m/s/c=c", "x/",
	"x/y/",          "x/y/z=z", "w=w",   "wd/",    "wd/k=k",  "script*#!/bin/true\n",
	"run>/bin/true", NULL,
};

const char *const operations_upper[] = {
	"u=upper", "g=above", "w!",      "wd!",   "full/",    "full/x!", "m/",
	"m/b=b",   "m/s/",    "m/s/d=d", "pure/", "pure/p=p", NULL,
};

const struct operation operations[] = {
	{"the start of a process", {"start"}},
	{"append to a lower file", {"append", "f"}},
	{"truncate a lower file", {"empty", "f"}},
	{"change a lower file", {"chmod", "f"}},
	{"change a deep lower file", {"chmod", "x/y/z"}},
	{"change a lower directory", {"chmod", "x/y"}},
	{"unlink a lower file", {"unlink", "f"}},
	{"unlink a file of both layers", {"unlink", "g"}},
	{"unlink an upper file", {"unlink", "u"}},
	{"unlink a deep lower file", {"unlink", "x/y/z"}},
	{"create a file", {"create", "n"}},
	{"create a file over a whiteout", {"create", "w"}},
	{"create a file in a lower directory", {"create", "x/y/n"}},
	{"make a symlink over a whiteout", {"symlink", "w"}},
	{"make a fifo over a whiteout", {"mkfifo", "w"}},
	{"link a lower file", {"link", "f", "n"}},
	{"link a lower file over a whiteout", {"link", "f", "w"}},
	{"make a directory", {"mkdir", "n"}},
	{"make a directory over a whiteout", {"mkdir", "w"}},
	{"make one over a directory's whiteout", {"mkdir", "wd"}},
	{"remove a lower directory", {"rmdir", "empty"}},
	{"remove one emptied by whiteouts", {"rmdir", "full"}},
	{"rename a lower file", {"rename", "f", "n"}},
	{"rename a lower file over another", {"rename", "f", "gone"}},
	{"rename a lower file over an upper one", {"rename", "f", "u"}},
	{"rename a file of both layers", {"rename", "g", "n"}},
	{"rename a file over a whiteout", {"rename", "f", "w"}},
	{"rename an upper file over a lower one", {"rename", "u", "f"}},
	{"rename a lower file into a lower directory", {"rename", "f", "x/y/n"}},
	{"rename a lower symlink", {"rename", "l", "n"}},
	{"rename an upper directory", {"rename", "pure", "n"}},
	{"rename an upper directory over a whiteout", {"rename", "pure", "wd"}},
	{"rename a lower directory", {"rename", "d", "n"}},
	{"rename a lower directory over a whiteout", {"rename", "d", "w"}},
	{"rename a lower directory over an empty one", {"rename", "d", "empty"}},
	{"rename a directory over one full of whiteouts", {"rename", "d", "full"}},
	{"rename a merged directory", {"rename", "m", "n"}},
	{"rename a merged directory into a lower one", {"rename", "m", "x/y/n"}},
	{"exchange two lower files", {"exchange", "f", "gone"}},
	{"exchange a lower directory and an upper file", {"exchange", "d", "u"}},
	{"exchange two merged directories", {"exchange", "m", "d"}},
	{"set an attribute of a lower file", {"xattr", "f"}},
	{"change a lower file that is open", {"open", "f"}},
	{"bind a socket", {"socket", "n"}},
	{"bind a socket over a whiteout", {"socket", "w"}},
	{"link a file without a name", {"unnamed", "n"}},
	{"list a merged directory", {"list", "m"}},
	{"list a lower directory", {"list", "d"}},
	{"go about", {"walk", "m/s", "a"}},
	{"read a symlink", {"readlink", "l"}},
	{"read /proc", {"proc", "f"}},
	{"execute a program", {"execute", "./run"}},
	{"execute a script", {"execute", "./script"}},
	{NULL, {NULL}},
};

static int touch(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | flags, 0644);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : close(fd);
}

/* One operand or two; what a verb does not need, it does not look at. */
struct operands {
	const char *a, *b;
};

static int append(const struct operands *o)
{
	return touch(o->a, O_APPEND, "more");
}

static int empty(const struct operands *o)
{
	return touch(o->a, O_TRUNC, "");
}

static int create(const struct operands *o)
{
	return touch(o->a, O_CREAT | O_EXCL, "");
}

static int change_mode(const struct operands *o)
{
	return chmod(o->a, 0700);
}

static int set_attribute(const struct operands *o)
{
	char list[256];

	return listxattr(o->a, list, sizeof list) < 0 ? -1
						      : setxattr(o->a, "user.key", "value", 5, 0);
}

/* A descriptor opened before the copy-up goes on with the copy. */
static int change_open(const struct operands *o)
{
	int fd = open(o->a, O_RDONLY);

	return fd < 0 || touch(o->a, O_APPEND, "") || fchmod(fd, 0700) ? -1 : close(fd);
}

static int do_unlink(const struct operands *o)
{
	return unlink(o->a);
}

static int do_symlink(const struct operands *o)
{
	return symlink("text", o->a);
}

static int make_fifo(const struct operands *o)
{
	return mkfifo(o->a, 0600);
}

static int make_socket(const struct operands *o)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(name.sun_path, o->a);
	return fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) ? -1 : close(fd);
}

static int do_link(const struct operands *o)
{
	return link(o->a, o->b);
}

static int make_dir(const struct operands *o)
{
	return mkdir(o->a, 0755);
}

static int remove_dir(const struct operands *o)
{
	return rmdir(o->a);
}

static int do_rename(const struct operands *o)
{
	return rename(o->a, o->b);
}

static int exchange(const struct operands *o)
{
	return renameat2(AT_FDCWD, o->a, AT_FDCWD, o->b, RENAME_EXCHANGE);
}

/* A file that has no name until it is whole. */
static int link_unnamed(const struct operands *o)
{
	int fd = open(".", O_TMPFILE | O_WRONLY, 0644);
	char name[32];

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return fd < 0 || linkat(AT_FDCWD, name, AT_FDCWD, o->a, AT_SYMLINK_FOLLOW) ? -1 : close(fd);
}

/* --- what changes nothing --- */

static int list(const struct operands *o)
{
	struct dirent **names;
	struct stat st;

	return scandir(o->a, &names, NULL, NULL) < 0 || stat(o->a, &st) ? -1 : 0;
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

static int read_proc(const struct operands *o)
{
	char name[32], buffer[PATH_MAX];
	int fd = open(o->a, O_RDONLY), mounts = open("/proc/self/mountinfo", O_RDONLY);

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return fd < 0 || mounts < 0 || readlink(name, buffer, sizeof buffer) < 0 ? -1 : 0;
}

static int execute(const struct operands *o)
{
	char *const argv[] = {(char *)(uintptr_t)o->a, NULL};
	pid_t pid;
	int status, error = posix_spawn(&pid, o->a, NULL, NULL, argv, environ);

	if (error) {
		errno = error;
		return -1;
	}
	return waitpid(pid, &status, 0) < 0 || status ? -1 : 0;
}

static const struct {
	const char *word;
	int (*run)(const struct operands *o);
} verbs[] = {
	{"append", append},        {"empty", empty},         {"create", create},
	{"chmod", change_mode},    {"xattr", set_attribute}, {"open", change_open},
	{"unlink", do_unlink},     {"symlink", do_symlink},  {"mkfifo", make_fifo},
	{"socket", make_socket},   {"link", do_link},        {"mkdir", make_dir},
	{"rmdir", remove_dir},     {"rename", do_rename},    {"exchange", exchange},
	{"unnamed", link_unnamed}, {"list", list},           {"walk", go_about},
	{"readlink", read_link},   {"proc", read_proc},      {"execute", execute},
};

int operation_do(char *const *words, void (*mark)(void))
{
	const struct operands operands = {words[1], words[1] ? words[2] : NULL};

	if (strcmp(words[0], "start") == 0)
		return 0;
	if (chdir("merged"))
		return -1;
	mark();
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].word, words[0]) == 0)
			return verbs[i].run(&operands);
	return -1;
}
