/*
 * exec_pointers PATH: hands PATH and pointers to nowhere to calls that take a path, in every
 * position a page can put a string into. Says what each answered. (libc itself reads what execvp
 * gets.)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct stat st;

static int by_open(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 ? fd : close(fd);
}

static int by_stat(const char *path)
{
	return stat(path, &st);
}

static int by_access(const char *path)
{
	return access(path, F_OK);
}

static int by_readlink(const char *path)
{
	char target[64];

	return readlink(path, target, sizeof target) < 0 && errno != EINVAL ? -1 : 0;
}

static int by_chdir(const char *path)
{
	return chdir(path);
}

static int by_unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

static int by_execve(const char *path)
{
	char *const argv[] = {NULL};

	return execve(path, argv, argv);
}

static const struct {
	const char *name;
	int (*call)(const char *path);
} calls[] = {
	{"open", by_open},         {"stat", by_stat},   {"access", by_access},
	{"readlink", by_readlink}, {"chdir", by_chdir}, {"unlinkat", by_unlink},
	{"execve", by_execve},
};

static void ask(const char *what, const char *path)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		errno = 0;
		int result = calls[i].call(path);
		printf("%s %s: %s\n", calls[i].name, what, result < 0 ? strerror(errno) : "done");
	}
}

int main(int argc, char **argv)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), length = strlen(argv[argc - 1]) + 1;
	char *pages =
		mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ask("NULL", NULL);
	ask("1", (const char *)1);
	ask("the last", (const char *)UINTPTR_MAX);
	ask("noncanonical", (const char *)(UINTPTR_MAX / 4));
	mprotect(pages + 3 * page, page, PROT_NONE);
	ask("a hole", pages + 3 * page + 5);
	for (size_t room = length - 2; room <= length + 1; room++) {
		memset(pages + 2 * page, 'x', page);
		memcpy(pages + 3 * page - room, argv[argc - 1], room < length ? room : length);
		ask("at the end", pages + 3 * page - room);
	}
	memcpy(pages + page - length / 2, argv[argc - 1], length);
	ask("across", pages + page - length / 2);
	memset(pages, 'x', 3 * page - 1);
	ask("too long", pages);
	ask("empty", "");
	return 0;
}
