/*
 * storm_vfork ROUNDS THREADS HOW: threads start children that share their memory, all at the same
 * time, each of which moves to a directory of its own, opens it and executes a shell there. HOW is
 * vfork, clone (which sleeps as vfork does) or share (which does not). Prints what was not as it
 * must be.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storm.h"

enum { THREADS_MAX = 32, STACK = 65536, FIRST = 200 };

static int rounds, flags = -1;

struct child {
	char directory[32];
	char script[256];
	int fd;
};

static int live(void *data)
{
	struct child *c = data;
	if (chdir(c->directory) || usleep(2000) || access("mine", F_OK))
		_exit(2);
	if (dup2(open(".", O_RDONLY), c->fd) < 0 || faccessat(c->fd, "mine", F_OK, 0))
		_exit(3);
	execl("/bin/sh", "sh", "-c", c->script, NULL);
	_exit(4);
}

static pid_t start(struct child *c, char *stack)
{
	if (flags >= 0)
		return clone(live, stack + STACK, flags | SIGCHLD, c);
	pid_t pid = vfork();
	if (pid == 0)
		live(c);
	return pid;
}

static void *run(void *data)
{
	const int id = (int)(intptr_t)data;
	struct child c = {.fd = FIRST + id};
	char here[4096], *stack = malloc(STACK);
	int status;
	sprintf(c.directory, "own%d", id);
	sprintf(c.script,
		"read x <mine; test \"$x\" = %d && test $(pwd | sed 's,.*/,,') = own%d && "
		"test -f /proc/self/fd/%d/mine",
		id, id, c.fd);
	for (int round = 0; round < rounds; round++) {
		pid_t pid = start(&c, stack);
		must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, c.directory);
		must(getcwd(here, sizeof here) && !strstr(here, "own"), "the parent moved");
		must(access("own0", F_OK) == 0, "the parent is elsewhere");
	}
	free(stack);
	return NULL;
}

static void make(int id)
{
	char path[32];
	sprintf(path, "own%d", id);
	mkdir(path, 0755);
	strcat(path, "/mine");
	FILE *file = fopen(path, "w");
	must(file && fprintf(file, "%d\n", id) > 0 && fclose(file) == 0, path);
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];
	if (argc != 4 || atoi(argv[2]) > THREADS_MAX)
		return 2;
	rounds = atoi(argv[1]);
	if (strcmp(argv[3], "vfork") != 0)
		flags = CLONE_VM | (strcmp(argv[3], "clone") ? 0 : CLONE_VFORK);
	const int count = atoi(argv[2]);
	for (int i = 0; i < count; i++)
		make(i);
	for (intptr_t i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("%d wrong\n", wrong);
	return wrong != 0;
}
