/*
 * exec_descriptors COUNT: in a directory that holds a file "file", opens COUNT descriptors, by
 * turns on a directory of its own and on that file for reading, and executes itself to use every
 * one: makes a file through each directory, changes the mode through each file. Prints what went
 * wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST 3

static char name[600];

/* Every eighth directory lies deep. */
static const char *directory(int i, const char *inner)
{
	snprintf(name, sizeof name, "%s%d%s", i % 16 ? "d" : "a/long/way/down/e", i, inner);
	return name;
}

static void make_way(int depth)
{
	char part[] = "a/long/way/down";
	for (char *slash = part; depth-- && (slash = strchr(slash + 1, '/'));) {
		*slash = 0;
		mkdir(part, 0755);
		*slash = '/';
	}
	mkdir(part, 0755);
}

static void open_all(int count)
{
	closefrom(FIRST);
	make_way(4);
	for (int i = 0; i < count; i++) {
		if (i % 2 == 0)
			mkdir(directory(i, ""), 0755);
		int fd = open(i % 2 ? "file" : directory(i, ""), O_RDONLY);
		if (fd != FIRST + i)
			printf("%d is open as %d: %s\n", i, fd, strerror(errno));
	}
}

static void complain(int i, const char *what)
{
	printf("%d: %s: %s\n", i, what, strerror(errno));
}

static void use(int i)
{
	struct stat open, named;
	char link[64], text[4096] = "";
	int fd = FIRST + i;
	if (i % 2) {
		if (fchmod(fd, 0640 + (i & 6)))
			complain(i, "fchmod");
		if (fstat(fd, &open) || stat("file", &named) || open.st_ino != named.st_ino ||
		    open.st_dev != named.st_dev)
			complain(i, "another file");
		return;
	}
	int made = openat(fd, "made", O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (made < 0 || access(directory(i, "/made"), F_OK))
		complain(i, "made");
	close(made);
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (readlink(link, text, sizeof text - 1) < 0 || !strstr(text, directory(i, "")))
		complain(i, text);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 0;
	if (argc == 2) {
		open_all(count);
		execl(argv[0], argv[0], argv[1], "use", NULL);
		return 1;
	}
	for (int i = 0; i < count; i++)
		use(i);
	printf("%d used\n", count);
	return 0;
}
