/*
 * spawn_actions [-p] [ACTION]… -- COMMAND…: posix_spawn (-p: posix_spawnp) with file actions, in
 *the order given:
 *
 *	close:FD  dup2:FD:TO  chdir:PATH  fchdir:FD  closefrom:FD
 *	read:FD:PATH  write:FD:PATH  append:FD:PATH  excl:FD:PATH
 *
 * A word DIR:PATH opens that directory in the parent, at the lowest free descriptor from 10 on.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const struct {
	const char *word;
	int flags;
} opens[] = {
	{"read", O_RDONLY},
	{"write", O_WRONLY | O_CREAT | O_TRUNC},
	{"append", O_WRONLY | O_CREAT | O_APPEND},
	{"excl", O_WRONLY | O_CREAT | O_EXCL},
};

static void usage(const char *word)
{
	fprintf(stderr, "spawn_actions: %s?\n", word);
	exit(2);
}

static void add(posix_spawn_file_actions_t *actions, char *word)
{
	char *first = strchr(word, ':');
	if (!first)
		usage(word);
	*first++ = 0;
	char *second = strchr(first, ':');
	if (second)
		second++;
	int fd = atoi(first);
	if (strcmp(word, "DIR") == 0) {
		int found = open(first, O_RDONLY | O_DIRECTORY);
		if (found < 0 || fcntl(found, F_DUPFD, 10) < 0)
			usage(first);
		close(found);
	} else if (strcmp(word, "close") == 0) {
		posix_spawn_file_actions_addclose(actions, fd);
	} else if (strcmp(word, "closefrom") == 0) {
		posix_spawn_file_actions_addclosefrom_np(actions, fd);
	} else if (strcmp(word, "chdir") == 0) {
		posix_spawn_file_actions_addchdir_np(actions, first);
	} else if (strcmp(word, "fchdir") == 0) {
		posix_spawn_file_actions_addfchdir_np(actions, fd);
	} else if (second && strcmp(word, "dup2") == 0) {
		posix_spawn_file_actions_adddup2(actions, fd, atoi(second));
	} else {
		for (size_t i = 0; second && i < sizeof opens / sizeof *opens; i++)
			if (strcmp(word, opens[i].word) == 0) {
				posix_spawn_file_actions_addopen(actions, fd, second,
								 opens[i].flags, 0666);
				return;
			}
		usage(word);
	}
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	bool search = argc > 1 && strcmp(argv[1], "-p") == 0;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	argv += 1 + search;
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		add(&actions, *argv);
	if (!*argv || !argv[1])
		usage("command");
	argv++;
	int error =
		(search ? posix_spawnp : posix_spawn)(&pid, *argv, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error) {
		printf("error %s\n", strerrorname_np(error));
		return 1;
	}
	char here[4096];
	if (waitpid(pid, &status, 0) != pid || !getcwd(here, sizeof here))
		return 3;
	printf("status %d; the parent stays in %s\n", WEXITSTATUS(status), strrchr(here, '/') + 1);
	return 0;
}
