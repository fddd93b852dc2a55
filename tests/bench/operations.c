/*
 * Times one kind of operation on a tree: prints nanoseconds per operation. Run by bench.sh in every
 * world in turn.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void do_stat(const char *path)
{
	struct stat st;
	stat(path, &st);
}

static void do_access(const char *path)
{
	(void)!access(path, R_OK);
}

static void do_read(const char *path)
{
	char data[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	(void)!read(fd, data, sizeof data);
	close(fd);
}

static void do_create(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	unlink(path);
}

static void do_mkdir(const char *path)
{
	mkdir(path, 0755);
	rmdir(path);
}

static void do_list(const char *path)
{
	DIR *dir = opendir(path);
	while (dir && readdir(dir))
		;
	if (dir)
		closedir(dir);
}

static const struct operation {
	const char *name;
	void (*run)(const char *path);
} operations[] = {
	{"stat", do_stat},     {"access", do_access}, {"read", do_read},
	{"create", do_create}, {"mkdir", do_mkdir},   {"list", do_list},
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	int count = atoi(argv[2]);
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
		if (strcmp(argv[1], operations[i].name))
			continue;
		operations[i].run(argv[3]);
		double start = now();
		for (int n = 0; n < count; n++)
			operations[i].run(argv[3]);
		printf("%.1f\n", (now() - start) / count);
		return 0;
	}
	return 2;
}
