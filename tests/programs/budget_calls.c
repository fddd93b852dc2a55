/*
 * Makes calls for a tracer to count: `budget_calls OPERATION PATH…`. Each operation is a process of
 * its own that begins with nothing known. It makes the call once, often enough to be known, and
 * then MEASURED times; a system call that does nothing else, and fails, stands before each of the
 * three and behind them (support/calls.h).
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/calls_mark.h"

static int opened = -1; /* by the operation's kind */
static struct stat st;
static char data[4096];
/* All names are read from here. */
static char name[4096] __attribute__((aligned(4096)));

static void do_stat(const char *path)
{
	stat(path, &st);
}

static void do_lstat(const char *path)
{
	lstat(path, &st);
}

static void do_access(const char *path)
{
	(void)!access(path, R_OK);
}

static void do_readlink(const char *path)
{
	(void)!readlink(path, data, sizeof data);
}

static void do_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

static void do_open_to_write(const char *path)
{
	close(open(path, O_WRONLY | O_CLOEXEC));
}

static void do_realpath(const char *path)
{
	(void)!realpath(path, data);
}

static void do_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)!write(fd, "x", 1);
	close(fd);
}

static void do_create(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
	unlink(path);
}

static void do_mkdir(const char *path)
{
	mkdir(path, 0755);
	rmdir(path);
}

static void do_unlink(const char *path)
{
	unlink(path);
}

/* There and back. */
static void do_rename(const char *path)
{
	snprintf(data, sizeof data, "%s.renamed", path);
	rename(path, data);
	rename(data, path);
}

static void do_list(const char *path)
{
	DIR *dir = opendir(path);

	while (dir && readdir(dir))
		;
	if (dir)
		closedir(dir);
}

static void do_chdir(const char *path)
{
	(void)!chdir(path);
}

static void do_fstatat(const char *path)
{
	fstatat(opened, path, &st, 0);
}

static void do_openat(const char *path)
{
	close(openat(opened, path, O_RDONLY | O_CLOEXEC));
}

static void do_descriptor(const char *path)
{
	(void)path;
	(void)!pwrite(opened, "data", 4, 0);
	lseek(opened, 0, SEEK_SET);
	(void)!read(opened, data, 4);
	lseek(opened, 0, SEEK_SET);
	(void)!write(opened, "data", 4);
	(void)!pread(opened, data, 4, 0);
	fstat(opened, &st);
	void *mapped = mmap(NULL, 4, PROT_READ, MAP_PRIVATE, opened, 0);
	munmap(mapped, 4);
	close(dup(opened));
}

static void do_start(const char *path)
{
	char *argv[] = {(char *)path, NULL};
	pid_t child;

	if (posix_spawn(&child, path, NULL, NULL, argv, environ) == 0)
		waitpid(child, NULL, 0);
}

enum kind {
	PLAIN,    /* PATH is what the call is made on */
	NUMBERED, /* PATH and a number: each call is for another name */
	STANDING, /* PATH is the working directory, and the call is on "file" in it */
	BESIDE,   /* PATH is an open directory, and the call is on "file" in it */
	OPEN,     /* PATH is open to read and write */
};

static const struct operation {
	const char *name;
	void (*run)(const char *path);
	enum kind kind;
} operations[] = {
	{"stat", do_stat, PLAIN},         {"lstat", do_lstat, PLAIN},
	{"first", do_lstat, NUMBERED},    {"access", do_access, PLAIN},
	{"readlink", do_readlink, PLAIN}, {"realpath", do_realpath, PLAIN},
	{"open", do_open, PLAIN},         {"open to write", do_open_to_write, PLAIN},
	{"append", do_append, PLAIN},     {"copy-up", do_append, NUMBERED},
	{"create", do_create, PLAIN},     {"mkdir", do_mkdir, PLAIN},
	{"unlink", do_unlink, NUMBERED},  {"rename", do_rename, PLAIN},
	{"list", do_list, PLAIN},         {"chdir", do_chdir, PLAIN},
	{"fstatat", do_fstatat, BESIDE},  {"openat", do_openat, BESIDE},
	{"relative", do_stat, STANDING},  {"descriptor", do_descriptor, OPEN},
	{"start", do_start, PLAIN},
};

static void mark(void)
{
	syscall(CALLS_MARK, CALLS_MARK_ARGUMENT);
}

static void call(const struct operation *o, const char *path, int number)
{
	const bool named = o->kind == STANDING || o->kind == BESIDE;

	if (o->kind == NUMBERED)
		snprintf(name, sizeof name, "%s%d", path, number);
	else
		snprintf(name, sizeof name, "%s", named ? "file" : path);
	o->run(name);
}

static void measure(const struct operation *o, const char *path)
{
	int number = 0;

	if (o->kind == OPEN)
		opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (o->kind == BESIDE)
		opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o->kind == STANDING && chdir(path))
		_exit(1);
	/* That the names can be read is found out before anything is counted. */
	(void)!access(strcpy(name, "/"), F_OK);
	mark();
	call(o, path, number++);
	mark();
	while (number < CALLS_UNTIL_KNOWN)
		call(o, path, number++);
	mark();
	while (number < CALLS_UNTIL_KNOWN + CALLS_MEASURED)
		call(o, path, number++);
	mark();
	_exit(0);
}

static const struct operation *find(const char *word)
{
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (strcmp(operations[i].name, word) == 0)
			return &operations[i];
	return NULL;
}

int main(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const struct operation *o = find(argv[i]);
		int status;
		pid_t child;

		if (!o)
			return 2;
		child = fork();
		if (child == 0)
			measure(o, argv[i + 1]);
		if (waitpid(child, &status, 0) < 0 || status != 0)
			return 1;
	}
	return 0;
}
