/*
 * Two processes hand names back and forth: one changes a name, the other must see it at once, then
 * changes it in turn. Prints the first stale answer, or how many rounds went by without one.
 *
 *   coherence_pair DIRECTORY ROUNDS      DIRECTORY/low0 … low7 are files, DIRECTORY/dir0 … dir7
 *                                        directories with a file "f" each, from a lower layer
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMES 8

/* What stands at a name, in the terms both sides agree on. */
enum state { ABSENT, SMALL, LARGE, DIRECTORY, FULL };

struct message {
	int name;
	enum state state;
};

static char path[4096];

static const char *name_of(int name, const char *inner)
{
	snprintf(path, sizeof path, "%s%d%s", name < NAMES ? "low" : "dir", name % NAMES, inner);
	return path;
}

static enum state look(int name)
{
	struct stat st, inside;
	if (stat(name_of(name, ""), &st))
		return ABSENT;
	if (S_ISDIR(st.st_mode))
		return stat(name_of(name, "/f"), &inside) ? DIRECTORY : FULL;
	return st.st_size > 10 ? LARGE : SMALL;
}

static void write_file(const char *file, int flags, const char *text)
{
	int fd = open(file, O_WRONLY | flags, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror(file);
	close(fd);
}

/* Changes what stands at NAME to something else, by a road that depends on TURN. */
static void change(int name, int turn)
{
	char other[64];
	switch (look(name)) {
	case ABSENT:
		if (turn % 3 == 0) {
			mkdir(name_of(name, ""), 0755);
		} else if (turn % 3 == 1) {
			write_file(name_of(name, ""), O_CREAT | O_EXCL, "small");
		} else {
			snprintf(other, sizeof other, "moving%d", getpid());
			write_file(other, O_CREAT, "something larger");
			rename(other, name_of(name, ""));
		}
		break;
	case SMALL:
		write_file(name_of(name, ""), O_APPEND, " and more, and more");
		break;
	case LARGE:
		if (turn % 2)
			unlink(name_of(name, ""));
		else
			truncate(name_of(name, ""), 3);
		break;
	case DIRECTORY:
		if (turn % 2)
			rmdir(name_of(name, ""));
		else
			write_file(name_of(name, "/f"), O_CREAT, "f");
		break;
	case FULL:
		unlink(name_of(name, "/f"));
		break;
	}
}

static void check(const struct message *m, int turn)
{
	enum state now = look(m->name);
	if (now == m->state)
		return;
	printf("turn %d: %s is %d, the other left %d\n", turn, name_of(m->name, ""), now, m->state);
	exit(1);
}

static void play(int in, int out, int rounds, int first)
{
	struct message m;
	for (int turn = first; turn < rounds; turn += 2) {
		if (turn > 0) {
			if (read(in, &m, sizeof m) != sizeof m)
				exit(1);
			check(&m, turn);
		}
		m.name = turn * 7 % (2 * NAMES);
		look(m.name); /* so that there is something to go stale here, too */
		change(m.name, turn / 3);
		m.state = look(m.name);
		if (write(out, &m, sizeof m) != sizeof m)
			exit(1);
	}
}

int main(int argc, char **argv)
{
	int there[2], back[2], status;
	if (argc != 3 || chdir(argv[1]) || pipe(there) || pipe(back))
		return 2;
	int rounds = atoi(argv[2]) & ~1;
	pid_t child = fork();
	if (child == 0) {
		close(there[1]);
		close(back[0]);
		play(there[0], back[1], rounds, 1);
		exit(0);
	}
	close(there[0]);
	close(back[1]);
	play(back[0], there[1], rounds, 0);
	struct message last;
	if (read(back[0], &last, sizeof last) != sizeof last)
		return 1;
	check(&last, rounds);
	waitpid(child, &status, 0);
	printf("%d rounds\n", rounds);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
