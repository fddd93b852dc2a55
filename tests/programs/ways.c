/*
 * ways WAY FILE: changes FILE, each time by another way that once slipped past somebody. Exits with
 * 0 when it was changed, 1 when that was refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static int by_fopen(const char *path)
{
	FILE *file = fopen(path, "a");

	return !file || fputs("more\n", file) < 0 ? -1 : fclose(file);
}

static int by_freopen(const char *path)
{
	FILE *file = freopen(path, "r+", stdin);

	return !file || fputs("more\n", file) < 0 ? -1 : fclose(file);
}

static int by_truncate(const char *path)
{
	return truncate(path, 1);
}

static int directory_of(const char *path)
{
	return open(dirname(strdup(path)), O_RDONLY | O_DIRECTORY);
}

static int write_and_close(int fd)
{
	return fd < 0 || write(fd, "more\n", 5) != 5 ? -1 : close(fd);
}

static int by_openat(const char *path)
{
	return write_and_close(openat(directory_of(path), basename(strdup(path)), O_WRONLY));
}

static int by_fchmodat(const char *path)
{
	return fchmodat(directory_of(path), basename(strdup(path)), 0600, 0);
}

static int by_setxattr(const char *path)
{
	return setxattr(path, "user.way", "1", 1, 0);
}

static int by_syscall(const char *path)
{
	return write_and_close((int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY));
}

static int by_mmap(const char *path)
{
	int fd = open(path, O_RDWR);
	char *data = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (data == MAP_FAILED)
		return -1;
	*data = '!';
	return msync(data, 1, MS_SYNC);
}

/* A call nobody's library sees. */
static int by_instruction(const char *path)
{
	long result;
#if defined(__x86_64__)
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(SYS_open), "D"(path), "S"((long)O_WRONLY), "d"(0L)
			 : "rcx", "r11", "memory");
#else
	register long x8 __asm__("x8") = SYS_openat;
	register long x0 __asm__("x0") = AT_FDCWD;
	register long x1 __asm__("x1") = (long)path;
	register long x2 __asm__("x2") = O_WRONLY;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	result = x0;
#endif
	errno = result < 0 ? (int)-result : 0;
	return write_and_close((int)result);
}

static const struct {
	const char *name;
	int (*change)(const char *path);
} ways[] = {
	{"fopen", by_fopen},     {"freopen", by_freopen},   {"truncate", by_truncate},
	{"openat", by_openat},   {"fchmodat", by_fchmodat}, {"setxattr", by_setxattr},
	{"syscall", by_syscall}, {"mmap", by_mmap},         {"instruction", by_instruction},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof ways / sizeof *ways; i++) {
		if (strcmp(ways[i].name, argv[1]) != 0)
			continue;
		if (ways[i].change(argv[2]) == 0)
			return 0;
		perror(argv[2]);
		return 1;
	}
	return 2;
}
