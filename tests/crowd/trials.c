#include "trials.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct shared *shared;

void broken(const char *what, const char *name)
{
	shared->broken++;
	fprintf(stderr, "crowd: %s: %s (%s)\n", name, what, strerror(errno));
}

static bool may_fail(int error)
{
	return error == ENOENT || error == EEXIST || error == ENOTEMPTY;
}

static void write_number(const char *name, long number)
{
	int fd = open(name, O_WRONLY | O_TRUNC);

	if (fd < 0 || dprintf(fd, "%ld", number) < 0)
		broken("cannot be written by its owner", name);
	close(fd);
}

long read_number(const char *name)
{
	char text[32] = "";
	int fd = open(name, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
		broken("cannot be read by its owner", name);
	close(fd);
	return atol(text);
}

/* In a lock made of a name there is one at a time, and the count it guards misses nobody. */
static void guarded(_Atomic int *inside, const char *count, _Atomic long *total)
{
	if (atomic_fetch_add(inside, 1) != 0)
		broken("two have it", count);
	write_number(count, read_number(count) + 1);
	atomic_fetch_add(total, 1);
	atomic_fetch_sub(inside, 1);
}

static void try_file_lock(unsigned *seed)
{
	(void)seed;
	int fd = open("lock", O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0) {
		if (errno != EEXIST)
			broken("exclusive open", "lock");
		return;
	}
	close(fd);
	guarded(&shared->in_file_lock, "count-file", &shared->file_locks);
	if (unlink("lock"))
		broken("unlink by its owner", "lock");
}

static void try_dir_lock(unsigned *seed)
{
	(void)seed;
	if (mkdir("lock.d", 0700)) {
		if (errno != EEXIST)
			broken("mkdir", "lock.d");
		return;
	}
	guarded(&shared->in_dir_lock, "count-dir", &shared->dir_locks);
	if (rmdir("lock.d"))
		broken("rmdir by its owner", "lock.d");
}

static void append_line(unsigned *seed)
{
	int fd = open("log", O_WRONLY | O_APPEND);

	(void)seed;
	if (fd < 0 || write(fd, "1234567\n", 8) != 8)
		broken("append", "log");
	else
		atomic_fetch_add(&shared->appended, 1);
	close(fd);
}

static void slot_name(char *name, unsigned *seed)
{
	unsigned slot = (unsigned)rand_r(seed) % SLOTS;

	sprintf(name, "%s/slot%u", slot % 2 ? "even" : "odd", slot);
}

/* Tokens wander and are never replaced: at the end each is in one place. */
static void move_token(unsigned *seed)
{
	char from[32], to[32];

	slot_name(from, seed);
	slot_name(to, seed);
	unsigned flags = rand_r(seed) % 8 ? RENAME_NOREPLACE : RENAME_EXCHANGE;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, flags) && !may_fail(errno))
		broken("rename", from);
}

static void move_directory(unsigned *seed)
{
	static const char *const names[] = {"tree", "tree.a", "tree.b"};
	const char *from = names[rand_r(seed) % 3], *to = names[rand_r(seed) % 3];

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) && !may_fail(errno))
		broken("rename", from);
}

/* Many write to one lower file for the first time: it is copied up once. */
static void copy_up(unsigned *seed)
{
	char name[32];

	sprintf(name, "copies/%u", (unsigned)rand_r(seed) % COPIES);
	int fd = open(name, O_WRONLY | O_APPEND);
	if (fd < 0 || write(fd, "x", 1) != 1)
		broken("append", name);
	else
		atomic_fetch_add(&shared->copy_round[atoi(name + 7)], 1);
	close(fd);
}

/* What nobody touches is shown once, whatever happens around it. */
static void list(unsigned *seed)
{
	int seen[STEADY] = {0};
	DIR *dir = opendir("even");
	struct dirent *entry;

	(void)seed;
	if (!dir) {
		broken("opendir", "even");
		return;
	}
	while ((entry = readdir(dir)))
		if (strncmp(entry->d_name, "steady", 6) == 0)
			seen[atoi(entry->d_name + 6)]++;
	closedir(dir);
	for (int i = 0; i < STEADY; i++)
		if (seen[i] != 1)
			broken(seen[i] ? "shown twice" : "not shown", "even/steady");
}

static void make_and_remove(unsigned *seed)
{
	char name[32];

	sprintf(name, "even/busy%u", (unsigned)rand_r(seed) % 8);
	int fd = open(name, O_WRONLY | O_CREAT, 0600);
	if (fd < 0)
		broken("open", name);
	close(fd);
	if (unlink(name) && !may_fail(errno))
		broken("unlink", name);
}

void (*const trials[TRIALS])(unsigned *seed) = {
	try_file_lock, try_dir_lock,   append_line, move_token,      move_token,
	list,          move_directory, copy_up,     make_and_remove,
};
