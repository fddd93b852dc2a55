/*
 * storm_threads ROUNDS [alone]: sixteen threads in every kind of call at once, in a directory that
 * holds common/s0 … s49 of one line each, low0 … low15 with a file "f" each, and gone0 … gone15.
 * Prints what was not as it must be, and how often. Alone it executes no other program.
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "storm.h"

enum { THREADS = 16, FILES = 50 };

static int rounds;
static bool alone;

static const char *name(char *buffer, const char *pattern, int number)
{
	sprintf(buffer, pattern, number);
	return buffer;
}

/* Every thread that comes here adds a line to each file, which one of them copies up. */
static void copy_up(int id, int round)
{
	char path[64], line[32];
	int size = sprintf(line, "%d.%d\n", id, round);
	int fd = open(name(path, "common/s%d", round % FILES), O_WRONLY | O_APPEND);
	must(fd >= 0 && write(fd, line, (size_t)size) == size, path);
	close(fd);
}

static void make_and_move(int id, int round)
{
	char dir[32], moved[32], a[64], b[64];
	struct stat st;
	(void)round;
	must(mkdir(name(dir, "own%d", id), 0755) == 0, "mkdir");
	int fd = open(name(a, "own%d/f", id), O_CREAT | O_EXCL | O_WRONLY, 0644);
	must(fd >= 0, "create");
	close(fd);
	must(rename(a, name(b, "own%d/g", id)) == 0, "rename");
	must(symlink("g", a) == 0 && stat(a, &st) == 0, "symlink");
	must(link(b, name(a, "own%d/h", id)) == 0, "link");
	must(stat(b, &st) == 0 && st.st_nlink == 2, "links");
	must(rename(dir, name(moved, "moved%d", id)) == 0, "rename of a directory");
	must(unlink(name(a, "moved%d/f", id)) == 0, "unlink");
	must(unlink(name(a, "moved%d/g", id)) == 0, "unlink");
	must(unlink(name(a, "moved%d/h", id)) == 0, "unlink");
	must(rmdir(moved) == 0 && stat(moved, &st) < 0, "rmdir");
}

static int count(DIR *dir)
{
	int entries = 0;
	while (readdir(dir))
		entries++;
	return entries;
}

static void list(int id, int round)
{
	DIR *dir = opendir("common");
	(void)id, (void)round;
	must(dir && count(dir) == FILES + 2, "list");
	if (!dir)
		return;
	rewinddir(dir);
	must(count(dir) == FILES + 2, "list again");
	closedir(dir);
}

static void move_lower(int id, int round)
{
	static const char *const patterns[] = {"low%d", "away%d", "low%d/f", "away%d/f"};
	char from[32], to[32], inner[32];
	struct stat st;
	name(from, patterns[round % 2], id);
	must(rename(from, name(to, patterns[(round + 1) % 2], id)) == 0, "rename of a lower's");
	must(stat(name(inner, patterns[2 + (round + 1) % 2], id), &st) == 0, inner);
	must(stat(name(inner, patterns[2 + round % 2], id), &st) < 0, inner);
}

static int status_of(pid_t pid)
{
	int status;
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void spawn(int id, int round)
{
	char *argv[] = {"sh", "-c", "test -f common/s1 && test -d common", NULL};
	pid_t pid;
	(void)id;
	if (round % 10 == 0 && !alone)
		must(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) == 0 &&
			     status_of(pid) == 0,
		     "spawn");
}

/* The child of a threaded program uses the tree at once. */
static void fork_and_use(int id, int round)
{
	char path[32];
	if (round % 10)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		alarm(30);
		int fd = open(name(path, "forked%d", id), O_CREAT | O_EXCL | O_WRONLY, 0600);
		DIR *dir = opendir("common");
		bool fine = fd >= 0 && dir && count(dir) == FILES + 2 && unlink(path) == 0;
		_exit(!fine);
	}
	must(status_of(pid) == 0, "fork");
}

static void vfork_and_exec(int id, int round)
{
	(void)id;
	if (round % 10 || alone)
		return;
	pid_t pid = vfork();
	if (pid == 0) {
		if (chdir("common") == 0)
			execl("/bin/sh", "sh", "-c", "test -f s1", NULL);
		_exit(1);
	}
	must(status_of(pid) == 0, "vfork");
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)path, (void)st, (void)where;
	return type == FTW_NS;
}

static void walk(int id, int round)
{
	glob_t found;
	(void)id, (void)round;
	must(nftw("common", visit, 8, FTW_PHYS) == 0, "nftw");
	must(glob("common/s*", 0, NULL, &found) == 0 && found.gl_pathc == FILES, "glob");
	globfree(&found);
	char *real = realpath("common/../common/s3", NULL);
	must(real && strstr(real, "merged/common/s3"), "realpath");
	free(real);
}

static void attributes(int id, int round)
{
	char path[32], value[8];
	struct stat st;
	name(path, "common/s%d", (round * 7 + id) % FILES);
	must(chmod(path, 0644) == 0 && stat(path, &st) == 0, "chmod");
	must(setxattr(path, "user.k", "v", 1, 0) == 0, "setxattr");
	must(getxattr(path, "user.k", value, sizeof value) == 1, "getxattr");
	must(utimensat(AT_FDCWD, path, NULL, 0) == 0, "utimensat");
	int dir = open("common", O_PATH | O_DIRECTORY);
	must(fstatat(dir, name(path, "s%d", round % FILES), &st, 0) == 0, "fstatat");
	must(faccessat(dir, "missing", F_OK, 0) < 0, "faccessat");
	close(dir);
}

static void descriptors(int id, int round)
{
	char temporary[] = "tmpXXXXXX";
	struct stat st[3];
	(void)id, (void)round;
	int fds[] = {open("common/s2", O_RDONLY), -1, -1};
	fds[1] = dup(fds[0]);
	fds[2] = fcntl(fds[0], F_DUPFD_CLOEXEC, 100);
	for (int i = 0; i < 3; i++) {
		must(fstat(fds[i], &st[i]) == 0 && st[i].st_ino == st[0].st_ino &&
			     st[i].st_dev == st[0].st_dev,
		     "fstat");
		close(fds[i]);
	}
	int fd = mkstemp(temporary);
	must(fd >= 0 && close(fd) == 0 && unlink(temporary) == 0, "mkstemp");
	FILE *file = fopen("common/s4", "r+");
	must(file != NULL, "fopen");
	if (file)
		fclose(file);
}

static void remove_and_make(int id, int round)
{
	char path[32];
	struct stat st;
	name(path, "gone%d", id);
	if (round % 2 == 0) {
		must(unlink(path) == 0 && stat(path, &st) < 0, "unlink of a lower's");
		return;
	}
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
	must(fd >= 0 && close(fd) == 0 && stat(path, &st) == 0, "create over a whiteout");
}

static void (*const work[THREADS])(int id, int round) = {
	copy_up,        make_and_move,   list,          move_lower, spawn, fork_and_use,
	vfork_and_exec, vfork_and_exec,  walk,          attributes, list,  copy_up,
	descriptors,    remove_and_make, make_and_move, attributes,
};

static void *run(void *data)
{
	int id = (int)(intptr_t)data;
	for (int round = 0; round < rounds; round++)
		work[id](id, round);
	return NULL;
}

/* No line that was added is lost, and none is there twice. */
static void count_lines(void)
{
	char path[32], *line = NULL;
	size_t size = 0;
	int lines = 0;
	for (int i = 0; i < FILES; i++) {
		FILE *file = fopen(name(path, "common/s%d", i), "r");
		while (file && getline(&line, &size, file) > 0)
			lines++;
		must(file && fclose(file) == 0, path);
	}
	free(line);
	must(lines == FILES + 2 * rounds, "lines");
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	rounds = argc > 1 ? atoi(argv[1]) : 0;
	alone = argc > 2;
	for (intptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	count_lines();
	printf("%d wrong\n", wrong);
	return wrong != 0;
}
