/*
 * close_everything: uses the tree in the working directory, which holds file and dir/inner, after
 * each way in which programs get rid of descriptors they do not know, then with room for 32 alone,
 * and once more after an exec. Prints what failed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int list(const char *path)
{
	int entries = 0;
	DIR *dir = opendir(path);
	while (dir && readdir(dir))
		entries++;
	return dir ? closedir(dir), entries - 3 : -1;
}

static void by_loop(void)
{
	for (long fd = 3; fd < sysconf(_SC_OPEN_MAX); fd++)
		close((int)fd);
}

static void by_closefrom(void)
{
	closefrom(3);
}

static void by_close_range(void)
{
	close_range(3, ~0u, 0);
}

/* It closes nothing now, however often it is asked: what is open does not grow more. */
static void by_close_on_exec(void)
{
	for (int round = 0; round < 40; round++) {
		struct stat st;
		close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
		for (int i = 0; i < 30; i++)
			stat("dir/inner", &st);
		for (int i = 0; i < 3; i++) {
			close(open("dir/new", O_CREAT | O_RDWR, 0644));
			unlink("dir/new");
		}
	}
	if (list("/proc/self/fd") > 40)
		printf("more and more is open\n");
	by_close_range();
}

static void by_system_call(void)
{
	syscall(SYS_close_range, 3, ~0u, 0);
}

/* Another directory takes every number, so that nothing can be left to chance. */
static void by_dup2(void)
{
	int null = open("/usr", O_RDONLY);
	for (int fd = 3; fd < 1100; fd++)
		if (fd != null)
			dup2(null, fd);
}

static void by_limit(void)
{
	const struct rlimit few = {32, 32};
	closefrom(3);
	setrlimit(RLIMIT_NOFILE, &few);
}

static void check(const char *after, const char *what, int result)
{
	if (result < 0)
		printf("%s: %s: %s\n", after, what, strerror(errno));
}

static void use(const char *after)
{
	struct stat st;
	int fd = open("dir/inner", O_RDWR);
	check(after, "stat", stat("file", &st));
	check(after, "open", fd);
	close(fd);
	fd = open("dir/new", O_CREAT | O_EXCL | O_RDWR, 0644);
	check(after, "create", fd);
	close(fd);
	check(after, "unlink", unlink("dir/new"));
	check(after, "list", list("dir"));
	check(after, "rename", rename("file", "other"));
	check(after, "rename", rename("other", "file"));
	check(after, "system", -system("test -f file && test -f dir/inner"));
	printf("%s\n", after);
	fflush(stdout);
}

static const struct way {
	const char *name;
	void (*go)(void);
} ways[] = {
	{"loop", by_loop},
	{"closefrom", by_closefrom},
	{"close_range", by_close_range},
	{"close on exec", by_close_on_exec},
	{"system call", by_system_call},
	{"limit", by_limit},
};

int main(int argc, char **argv)
{
	if (argc == 1) {
		by_dup2();
		closefrom(3);
		use("dup2");
	}
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		ways[i].go();
		use(ways[i].name);
	}
	if (argc == 1)
		execl(argv[0], argv[0], "again", NULL);
	return argc == 1;
}
