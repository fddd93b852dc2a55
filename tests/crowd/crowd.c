/*
 * crowd SECONDS PROCESSES THREADS [KILLS]: many change the same few names at once, and what a plain
 * directory would never do must not happen: an exclusive name that two have, an update that is
 * lost, a name shown twice or not at all. Run in merged, whose lower holds what `crowd --plant`
 * makes; a plain directory will do as well.
 *
 * Each thread draws one of the trials again and again. What they count is compared at the
 * end. With KILLS so many processes a second are killed and replaced: then nothing is counted, but
 * every name is where it may be and nobody waits for the dead.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "trials.h"

static time_t deadline;
static int kills_a_second;

static void *work(void *data)
{
	unsigned seed = (unsigned)(uintptr_t)data;

	while (time(NULL) < deadline && shared->broken < 10) {
		unsigned first = kills_a_second ? LOCK_TRIALS : 0;

		trials[first + (unsigned)rand_r(&seed) % (TRIALS - first)](&seed);
		atomic_fetch_add(&shared->operations, 1);
	}
	return NULL;
}

static int run_process(int number, int threads)
{
	pthread_t thread[64];

	for (int i = 0; i < threads; i++)
		pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(number * 100 + i + 1));
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return 0;
}

static pid_t start_process(int number, int threads)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(run_process(number, threads));
	return pid;
}

/* How many were killed. */
static int crowd(int processes, int threads)
{
	pid_t pids[64];
	int kills = 0, number = 0;

	for (; number < processes; number++)
		pids[number] = start_process(number, threads);
	while (kills_a_second && time(NULL) + 1 < deadline) {
		pid_t *one = &pids[rand() % processes];

		usleep(1000000 / (useconds_t)kills_a_second);
		kill(*one, SIGKILL);
		waitpid(*one, NULL, 0);
		kills++;
		*one = start_process(number++, threads);
	}
	while (wait(NULL) > 0)
		;
	return kills;
}

static void expect(const char *what, long is, long should_be)
{
	if (is != should_be) {
		fprintf(stderr, "crowd: %s: %ld instead of %ld\n", what, is, should_be);
		shared->broken++;
	}
}

static long size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) ? -1 : (long)st.st_size;
}

static int count_tokens(const char *directory, int *seen)
{
	DIR *dir = opendir(directory);
	char path[300];

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (strncmp(entry->d_name, "slot", 4) != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		seen[read_number(path) % TOKENS]++;
	}
	return dir ? closedir(dir) : -1;
}

static void check_tree(void)
{
	static const char *const names[] = {"tree/deep/leaf", "tree.a/deep/leaf",
					    "tree.b/deep/leaf"};
	int found = 0;

	for (int i = 0; i < 3; i++)
		found += access(names[i], F_OK) == 0;
	expect("places of the tree", found, 1);
}

static void check_end(void)
{
	int seen[TOKENS] = {0};

	count_tokens("even", seen);
	count_tokens("odd", seen);
	for (int i = 0; i < TOKENS; i++)
		expect("places of a token", seen[i], 1);
	check_tree();
	if (kills_a_second)
		return;
	expect("count under the file lock", read_number("count-file"), shared->file_locks);
	expect("count under the directory lock", read_number("count-dir"), shared->dir_locks);
	expect("bytes of the log", size_of("log"), 8 * shared->appended);
	for (int i = 0; i < COPIES; i++) {
		char name[32];

		sprintf(name, "copies/%d", i);
		expect(name, size_of(name), 3 + shared->copy_round[i]);
	}
}

static void put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", name);
	close(fd);
}

static int plant(void)
{
	static const char *const dirs[] = {"even", "odd", "copies", "tree", "tree/deep", "lock.d"};
	char name[32], text[8];

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		mkdir(dirs[i], 0755);
	put("lock", "");
	put("log", "");
	put("count-file", "0");
	put("count-dir", "0");
	put("tree/deep/leaf", "leaf");
	for (int i = 0; i < TOKENS; i++) {
		sprintf(name, "%s/slot%d", i % 2 ? "even" : "odd", i);
		sprintf(text, "%d", i);
		put(name, text);
	}
	for (int i = 0; i < STEADY; i++) {
		sprintf(name, "even/steady%d", i);
		put(name, "");
	}
	for (int i = 0; i < 8; i++) {
		sprintf(name, "even/busy%d", i);
		put(name, "");
	}
	for (int i = 0; i < COPIES; i++) {
		sprintf(name, "copies/%d", i);
		put(name, "old");
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--plant") == 0)
		return plant();
	if (argc < 4)
		errx(2, "usage: crowd SECONDS PROCESSES THREADS [KILLS]");
	kills_a_second = argc > 4 ? atoi(argv[4]) : 0;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	deadline = time(NULL) + atoi(argv[1]);
	/* What stands in the lower as a lock is taken away first: from then on there are whiteouts.
	 */
	if (unlink("lock") || rmdir("lock.d"))
		err(1, "lock");
	int kills = crowd(atoi(argv[2]), atoi(argv[3]));
	check_end();
	printf("crowd: %ld operations by %s processes of %s threads, %d of them killed: %s\n",
	       shared->operations, argv[2], argv[3], kills,
	       shared->broken ? "BROKEN" : "as in a plain directory");
	return shared->broken != 0;
}
