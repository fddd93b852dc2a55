/*
 * call_streams [thread|signal|constructor]: directory streams whole. Which entry comes first is not
 * promised, so what is read is told in order.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call_where.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct names {
	char at[512][40];
	size_t count;
};
static struct names read_first, read_again;

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void add(struct names *n, const struct dirent *entry)
{
	snprintf(n->at[n->count++], sizeof *n->at, "%.30s/%d", entry->d_name, entry->d_type);
}

static void read_all(struct names *n, DIR *dir)
{
	n->count = 0;
	errno = 0;
	for (struct dirent *entry; (entry = readdir(dir));)
		add(n, entry);
	if (errno)
		printf("read: %s\n", strerrorname_np(errno));
	qsort(n->at, n->count, sizeof *n->at, compare);
}

static bool same(const struct names *a, const struct names *b)
{
	return a->count == b->count && memcmp(a->at, b->at, a->count * sizeof *a->at) == 0;
}

static void show(const char *what, const struct names *n)
{
	printf("%s %zu:", what, n->count);
	for (size_t i = 0; i < n->count && i < 40; i++)
		printf(" %s", n->at[i]);
	puts("");
}

static void go_about(const char *path)
{
	DIR *dir = opendir(path);
	struct stat open_one, named;

	if (!dir) {
		printf("%s: %s\n", path, strerrorname_np(errno));
		return;
	}
	fstat(dirfd(dir), &open_one);
	stat(path, &named);
	printf("%s: same object %d, flags %x %x\n", path, open_one.st_ino == named.st_ino,
	       (unsigned)fcntl(dirfd(dir), F_GETFD),
	       (unsigned)fcntl(dirfd(dir), F_GETFL) & O_ACCMODE);
	read_all(&read_first, dir);
	show("all", &read_first);
	printf("at the end %d\n", readdir(dir) == NULL);
	rewinddir(dir);
	read_all(&read_again, dir);
	printf("rewound, the same %d\n", same(&read_first, &read_again));
	for (int skip = 0; skip < 4; skip++) {
		rewinddir(dir);
		for (int i = 0; i < skip; i++)
			readdir(dir);
		long here = telldir(dir);

		read_all(&read_first, dir);
		seekdir(dir, here);
		read_all(&read_again, dir);
		printf("from %d on, the same %d\n", skip, same(&read_first, &read_again));
	}
	printf("closed %d\n", closedir(dir));
}

/* Each entry that was there is met once, though others go and come meanwhile. */
static void change_while_reading(const char *path)
{
	char name[64];
	int made = 0, met = 0;

	for (; made < 150; made++) {
		snprintf(name, sizeof name, "%s/entry%04d", path, made);
		close(open(name, O_CREAT | O_WRONLY, 0600));
	}
	DIR *dir = opendir(path);

	for (struct dirent *entry; (entry = readdir(dir));) {
		if (strncmp(entry->d_name, "entry", 5) != 0)
			continue;
		met++;
		unlinkat(dirfd(dir), entry->d_name, 0);
		snprintf(name, sizeof name, "%s/fresh", path);
		close(open(name, O_CREAT | O_WRONLY, 0600));
		unlink(name);
	}
	closedir(dir);
	dir = opendir(path);
	read_all(&read_first, dir);
	closedir(dir);
	printf("%s: met %d of %d\n", path, met, made);
	show("left", &read_first);
}

static void by_descriptor(const char *path)
{
	static const int flags[] = {O_RDONLY, O_PATH, O_RDONLY | O_CLOEXEC};

	for (size_t i = 0; i < COUNT(flags); i++) {
		int fd = open(path, flags[i]), copy = dup(fd);
		DIR *dir = fdopendir(fd);

		printf("fdopendir %s %x: %s\n", path, (unsigned)flags[i],
		       dir ? "done" : strerrorname_np(errno));
		if (!dir) {
			close(fd);
			close(copy);
			continue;
		}
		printf("the same number %d\n", dirfd(dir) == fd);
		read_all(&read_first, dir);
		show("by number", &read_first);
		if (flags[i] != O_PATH) {
			DIR *again = fdopendir(copy);

			rewinddir(again);
			read_all(&read_again, again);
			printf("a copy reads %d\n", read_again.count > 0);
			closedir(again);
		}
		printf("closed %d\n", closedir(dir));
	}
}

static void by_readdir_r(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent room, *entry = &room;
	int error = 0;

	read_first.count = 0;
	while ((error = readdir_r(dir, &room, &entry)) == 0 && entry)
		add(&read_first, entry);
	qsort(read_first.at, read_first.count, sizeof *read_first.at, compare);
	printf("readdir_r %d", error);
	show("", &read_first);
	closedir(dir);
}

static char *volatile nowhere = (char *)16;

static void by_getdents(const char *path)
{
	static char buffer[4096];
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	ssize_t size;
	off_t base = 0;

	for (int round = 0; round < 2; round++) {
		read_first.count = 0;
		while ((size = getdents64(fd, buffer, round ? sizeof buffer : 300)) > 0)
			for (ssize_t at = 0; at < size;) {
				const struct dirent *entry = (const void *)(buffer + at);

				add(&read_first, entry);
				at += entry->d_reclen;
			}
		qsort(read_first.at, read_first.count, sizeof *read_first.at, compare);
		show("getdents64", &read_first);
		lseek(fd, 0, SEEK_SET);
	}
	size = getdents64(fd, buffer, 1);
	printf("too small: %zd %s", size, strerrorname_np(errno));
	lseek(fd, 0, SEEK_SET);
	size = getdents64(fd, nowhere, 4096);
	printf(", nowhere: %zd %s\n", size, strerrorname_np(errno));
	lseek(fd, 0, SEEK_SET);
	size = getdirentries(fd, buffer, sizeof buffer, &base);
	printf("getdirentries: %d\n", size > 0);
	close(fd);
}

static int only_text(const struct dirent *entry)
{
	return strstr(entry->d_name, ".txt") != NULL;
}

static void by_scandir(const char *path)
{
	struct dirent **list = NULL;
	int merged = open("merged", O_PATH);

	for (int with = 0; with < 4; with++) {
		int count =
			with & 2 ? scandirat(merged, path, &list, with & 1 ? only_text : NULL,
					     alphasort)
				 : scandir(path, &list, with & 1 ? only_text : NULL, versionsort);

		printf("scandir %s %d: %s", path, with, count < 0 ? strerrorname_np(errno) : "");
		for (int i = 0; i < count; i++) {
			printf(" %s", list[i]->d_name);
			free(list[i]);
		}
		puts("");
		if (count >= 0)
			free(list);
	}
	close(merged);
}

void run(void)
{
	static const char *const paths[] = {"merged",       "merged/docs",      "merged/hidden",
					    "merged/old",   "merged/docs/deep", "merged/kind",
					    "merged/empty", "merged/new",       "merged/dirlink",
					    "merged/nope",  "merged/README",    "merged/old/gone",
					    "merged/rel",   "merged/loop",      "merged/pipe"};

	for (size_t i = 0; i < COUNT(paths); i++)
		go_about(paths[i]);
	for (size_t i = 1; i < 8; i++) {
		by_descriptor(paths[i]);
		by_readdir_r(paths[i]);
		by_getdents(paths[i]);
		by_scandir(paths[i]);
		by_scandir(strchr(paths[i], '/') + 1);
	}
	change_while_reading("merged/docs");
	change_while_reading("merged/new");
	printf("fdopendir of a file: %d", fdopendir(open("merged/README", O_RDONLY)) == NULL);
	printf(" %s\n", strerrorname_np(errno));
	printf("fdopendir of nothing: %d", fdopendir(-1) == NULL);
	printf(" %s\n", strerrorname_np(errno));
	fflush(stdout);
}
