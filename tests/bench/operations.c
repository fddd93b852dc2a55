/*
 * Times one kind of operation in the world it is run in: `operations NAME COUNT PATH` prints the
 * nanoseconds each took, `operations run COMMAND…` those of a whole command. Called by bench.py. A
 * slow world need not make all COUNT of them: what can be repeated ends after LONG_ENOUGH.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char data[65536];
static struct stat st;
static int opened = -1; /* PATH itself: a directory, or a file to read and write */

static const char *numbered(const char *path, int n)
{
	static char name[4096];
	snprintf(name, sizeof name, "%s/f%d", path, n);
	return name;
}

static void do_stat(const char *path, int n)
{
	(void)n;
	stat(path, &st);
}

static void do_access(const char *path, int n)
{
	(void)n;
	(void)!access(path, R_OK);
}

static void do_readlink(const char *path, int n)
{
	(void)n;
	(void)!readlink(path, data, sizeof data);
}

static void do_open(const char *path, int n)
{
	(void)n;
	close(open(path, O_RDONLY | O_CLOEXEC));
}

static void do_read(const char *path, int n)
{
	(void)n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	(void)!read(fd, data, 4096);
	close(fd);
}

static void do_dirfd(const char *path, int n)
{
	(void)path, (void)n;
	fstatat(opened, "file", &st, 0);
}

static void do_relative(const char *path, int n)
{
	(void)path, (void)n;
	stat("file", &st);
}

static void do_first(const char *path, int n)
{
	stat(numbered(path, n), &st);
}

static void do_pread(const char *path, int n)
{
	(void)path, (void)n;
	(void)!pread(opened, data, 4096, 0);
}

static void do_pwrite(const char *path, int n)
{
	(void)path, (void)n;
	(void)!pwrite(opened, data, 4096, 0);
}

static void do_list(const char *path, int n)
{
	(void)n;
	DIR *dir = opendir(path);
	while (dir && readdir(dir))
		;
	if (dir)
		closedir(dir);
}

static void do_create(const char *path, int n)
{
	(void)n;
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	unlink(path);
}

static void do_mkdir(const char *path, int n)
{
	(void)n;
	mkdir(path, 0755);
	rmdir(path);
}

static void do_unlink(const char *path, int n)
{
	unlink(numbered(path, n));
}

static void do_append(const char *path, int n)
{
	int fd = open(numbered(path, n), O_WRONLY | O_APPEND | O_CLOEXEC);
	(void)!write(fd, "x", 1);
	close(fd);
}

/* What an append costs that must not touch the file itself: a copy under another name, renamed. */
static void do_replace(const char *path, int n)
{
	char fresh[4200];
	const char *name = numbered(path, n);
	ssize_t size;
	snprintf(fresh, sizeof fresh, "%s.new", name);
	int from = open(name, O_RDONLY | O_CLOEXEC);
	int to = open(fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	while ((size = copy_file_range(from, NULL, to, NULL, 1 << 30, 0)) > 0)
		;
	fsync(to);
	close(from);
	close(to);
	rename(fresh, name);
	do_append(path, n);
}

static const struct operation {
	const char *name;
	void (*run)(const char *path, int n);
	int flags;  /* what PATH is opened with */
	bool enter; /* PATH becomes the working directory */
	bool once;  /* each time with another name: no round to warm up */
} operations[] = {
	{"stat", do_stat, -1, false, false},
	{"access", do_access, -1, false, false},
	{"readlink", do_readlink, -1, false, false},
	{"open", do_open, -1, false, false},
	{"read", do_read, -1, false, false},
	{"dirfd", do_dirfd, O_RDONLY | O_DIRECTORY, false, false},
	{"relative", do_relative, -1, true, false},
	{"first", do_first, -1, false, true},
	{"pread", do_pread, O_RDONLY, false, false},
	{"pwrite", do_pwrite, O_WRONLY, false, false},
	{"list", do_list, -1, false, false},
	{"create", do_create, -1, false, false},
	{"mkdir", do_mkdir, -1, false, false},
	{"unlink", do_unlink, -1, false, true},
	{"append", do_append, -1, false, true},
	{"replace", do_replace, -1, false, true},
};

enum { AT_A_TIME = 50 };
#define LONG_ENOUGH 0.2e9 /* nanoseconds */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int run_command(char **argv)
{
	int status;
	double start = now();
	pid_t child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 1;
	if (status != 0) {
		fprintf(stderr, "%s: status %#x\n", argv[0], (unsigned)status);
		return 1;
	}
	printf("%.1f\n", now() - start);
	return 0;
}

static int run_operation(const struct operation *o, int count, const char *path)
{
	if (o->flags >= 0)
		opened = open(path, o->flags);
	if (o->enter && chdir(path))
		return 1;
	for (int n = 0; n < 32 && !o->once; n++)
		o->run(path, n);
	double start = now(), taken = 0;
	int done = 0;
	while (done < count && (o->once || taken < LONG_ENOUGH)) {
		for (int n = 0; n < AT_A_TIME && done < count; n++)
			o->run(path, ++done);
		taken = now() - start;
	}
	printf("%.1f\n", taken / done);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "run") == 0)
		return run_command(argv + 2);
	for (size_t i = 0; argc == 4 && i < sizeof operations / sizeof *operations; i++)
		if (strcmp(argv[1], operations[i].name) == 0)
			return run_operation(&operations[i], atoi(argv[2]), argv[3]);
	return 2;
}
