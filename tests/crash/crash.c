/*
 * crash STRIDE [OPERATION]: kills each operation at each of its system calls in turn, or at every
 * STRIDE-th. What is left must be
 * the state before it or the state after it, for us and for the kernel, with the lower as it was
 * and nothing in workdir once the next process has started.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "killer.h"
#include "stage.h"
#include "support/format.h"
#include "support/listing.h"

static const char *const lower[] = {
	"f=one",   "g=two",  "l@f",    "d/",      "d/a=a",    "d/b=b", "d/s/",   "d/s/c=c",
	"d/e/",    "empty/", "gone=g", "full/",   "full/x=x", "m/",    "m/a=a",  "m/s/",
	"m/s/c=c", "x/",     "x/y/",   "x/y/z=z", "w=w",      "wd/",   "wd/k=k", NULL,
};

static const char *const upper[] = {
	"u=upper", "g=above", "w!",      "wd!",   "full/",    "full/x!", "m/",
	"m/b=b",   "m/s/",    "m/s/d=d", "pure/", "pure/p=p", NULL,
};

/* What the operation is called, and what makes it. */
static const struct operation {
	const char *name;
	const char *words[5];
} operations[] = {
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
};

static int touch(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | flags, 0644);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : close(fd);
}

/* One operation, between the mark and the end of this process. */
static int operate(char **words)
{
	const char *what = words[0], *a = words[1], *b = a ? words[2] : NULL;

	if (strcmp(what, "start") == 0)
		return 0;
	if (chdir("merged"))
		return -1;
	killer_mark();
	if (strcmp(what, "append") == 0)
		return touch(a, O_APPEND, "more");
	if (strcmp(what, "empty") == 0)
		return touch(a, O_TRUNC, "");
	if (strcmp(what, "create") == 0)
		return touch(a, O_CREAT | O_EXCL, "");
	if (strcmp(what, "chmod") == 0)
		return chmod(a, 0700);
	if (strcmp(what, "unlink") == 0)
		return unlink(a);
	if (strcmp(what, "symlink") == 0)
		return symlink("text", a);
	if (strcmp(what, "mkfifo") == 0)
		return mkfifo(a, 0600);
	if (strcmp(what, "link") == 0)
		return link(a, b);
	if (strcmp(what, "mkdir") == 0)
		return mkdir(a, 0755);
	if (strcmp(what, "rmdir") == 0)
		return rmdir(a);
	return renameat2(AT_FDCWD, a, AT_FDCWD, b,
			 strcmp(what, "exchange") == 0 ? RENAME_EXCHANGE : 0);
}

static void start(void *data)
{
	const struct operation *op = data;

	area_exec("--do", op->words);
}

static bool run(const struct operation *op, int at, int *status)
{
	area_reset(upper);
	return killer_run(at, strcmp(op->words[0], "start") == 0, start, (void *)(uintptr_t)op,
			  status);
}

static void complain(const struct operation *op, int at, const char *fault)
{
	errx(1, "%s, killed at system call %d: %s", op->name, at, fault);
}

static void check(const struct operation *op, int at, const char *before, const char *after)
{
	char *shown = area_shown(), *fault = area_fault(shown);

	if (strcmp(shown, before) != 0 && strcmp(shown, after) != 0)
		fault = format("neither before nor after: %s\n%s", first_difference(before, shown),
			       first_difference(after, shown));
	if (fault)
		complain(op, at, fault);
	free(shown);
}

/* How many kills it survived. */
static int torment(const struct operation *op, int stride)
{
	int status, kills = 0;

	area_reset(upper);
	char *before = area_shown();
	run(op, 1 << 20, &status);
	if (status != 0)
		complain(op, 0, "it does not succeed when it is left alone");
	char *after = area_shown(), *fault = area_fault(after);
	if (fault)
		complain(op, 0, fault);
	for (int at = 1; run(op, at, &status); at += stride, kills++)
		check(op, at, before, after);
	free(before);
	free(after);
	return kills;
}

int main(int argc, char **argv)
{
	size_t count = sizeof operations / sizeof *operations, run_count = 0;
	int kills = 0, stride = argc > 1 ? atoi(argv[1]) : 0;

	if (argc > 2 && strcmp(argv[1], "--do") == 0)
		return operate(argv + 2) != 0;
	if (argc > 1 && strcmp(argv[1], "--list") == 0) {
		list_tree(stdout, "merged", LIST_AGREE);
		return 0;
	}
	if (stride < 1)
		errx(2, "usage: crash STRIDE [OPERATION]");
	area_make(lower);
	for (size_t i = 0; i < count; i++) {
		if (argc > 2 && !strstr(operations[i].name, argv[2]))
			continue;
		kills += torment(&operations[i], stride);
		run_count++;
	}
	area_remove();
	printf("crash: %d kills in %zu operations: each leaves the state before or after\n", kills,
	       run_count);
	return run_count == 0;
}
