/* Programs started, and processes that borrow or hand over. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "operations.h"

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINVAL;
	return status ? -1 : 0;
}

/* What it says is for this very program: others do not mind. */
static int execute(const struct operands *o)
{
	char *const argv[] = {(char *)(uintptr_t)o->a, "--do", "start", NULL};
	pid_t pid;

	errno = posix_spawn(&pid, o->a, NULL, NULL, argv, environ);
	return errno ? -1 : wait_for(pid);
}

static char *name_of_this(void)
{
	static char name[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", name, sizeof name - 1);

	name[length > 0 ? length : 0] = 0;
	return name;
}

static int execute_this(const struct operands *o)
{
	const struct operands itself = {name_of_this(), NULL};

	(void)o;
	return execute(&itself);
}

/* A child that shares its parent's memory: it may call whatever it likes. */
static int borrow(const struct operands *o)
{
	struct stat st;
	char buffer[PATH_MAX];
	int fd = open(o->a, O_RDONLY | O_DIRECTORY);
	pid_t pid = fd < 0 ? -1 : vfork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		bool all = fstatat(fd, o->b, &st, 0) == 0 && fchdir(fd) == 0 &&
			   stat(o->b, &st) == 0 && access("..", X_OK) == 0 &&
			   getcwd(buffer, sizeof buffer) && chdir("..") == 0 &&
			   open(o->a, O_PATH) >= 0;
		_exit(all ? 0 : errno);
	}
	return wait_for(pid);
}

static int by_descriptor(const struct operands *o)
{
	char *const argv[] = {(char *)(uintptr_t)o->a, NULL};
	int at = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid_t pid = at < 0 ? -1 : vfork();

	if (pid == 0) {
		execveat(at, o->a, argv, environ, 0);
		_exit(errno);
	}
	return pid < 0 ? -1 : wait_for(pid);
}

static int by_search(const struct operands *o)
{
	char *const argv[] = {(char *)(uintptr_t)o->a, NULL};
	pid_t pid;

	errno = posix_spawnp(&pid, o->a, NULL, NULL, argv, environ);
	return errno ? -1 : wait_for(pid);
}

/* From a directory of merged, with others open, to a program that takes all of it up. */
static int stand_about(const struct operands *o)
{
	return chdir(o->a) || open(".", O_RDONLY | O_DIRECTORY) < 0 || open(o->b, O_RDONLY) < 0 ||
			       open("/", O_RDONLY | O_DIRECTORY) < 0
		       ? -1
		       : 0;
}

static int hand_over(const struct operands *o)
{
	char *const argv[] = {"crash", "--do", "start", NULL};

	(void)o;
	return execv(name_of_this(), argv);
}

/* As a start that ends as it should: there is no such word. */
static int hand_over_misled(const struct operands *o)
{
	pid_t pid = fork();

	if (pid == 0) {
		setenv("OVERLAIN_ON_ESCAPE", "perhaps", 1);
		hand_over(o);
		_exit(errno);
	}
	return pid < 0 ? -1 : wait_for(pid) && errno == 125 ? 0 : -1;
}

static int hand_over_named(const struct operands *o)
{
	char *const argv[] = {(char *)(uintptr_t)o->a, NULL};

	return execv(o->a, argv);
}

/* Somebody else has workdir to himself. */
static int become_barred(const struct operands *o)
{
	(void)o;
	return chmod("../work/overlain.page", 0700) || setresuid(1, 1, 1) ? -1 : 0;
}

static int hand_over_barred(const struct operands *o)
{
	char *const argv[] = {"crash", "--do", "read-only", "f", NULL};

	(void)o;
	return chdir("..") ? -1 : execv(name_of_this(), argv);
}

static int hand_over_to_other(const struct operands *o)
{
	return chmod("../work/overlain.page", 0700) || stand_about(o) || setresuid(1, 1, 1) ? -1
											    : 0;
}

const struct verb verbs_starting[] = {
	{"execute", execute, NULL},
	{"execute-this", execute_this, NULL},
	{"vfork", borrow, NULL},
	{"execveat", by_descriptor, NULL},
	{"spawnp", by_search, NULL},
	{"execute-held", execute_this, stand_about},
	{"hand-over", hand_over, stand_about},
	{"hand-over-other", hand_over, hand_over_to_other},
	{"hand-over-misled", hand_over_misled, NULL},
	{"hand-over-named", hand_over_named, NULL},
	{"hand-over-barred", hand_over_barred, become_barred},
	{NULL, NULL, NULL},
};
