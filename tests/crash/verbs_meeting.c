/* What meets something else in the middle. Without the hook nobody comes. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hook.h"
#include "operations.h"

static void meanwhile(long nr, void (*act)(void))
{
	void *symbol = dlsym(RTLD_DEFAULT, "hook_meanwhile");

	if (symbol)
		((__typeof__(&hook_meanwhile))symbol)(nr, act);
}

static int held;
static const char *name;

/* What else happened failed with that. */
static int their_error;

static int both(bool mine)
{
	const int error = mine ? their_error : errno;

	errno = error;
	return error ? -1 : 0;
}

static int hold(const struct operands *o)
{
	held = open(name = o->a, O_RDONLY);
	return held < 0 ? -1 : 0;
}

/* --- two threads find that there is no room yet, and both make some --- */

static void note_too(void)
{
	if (dup2(held, 301) < 0)
		their_error = errno;
}

static int note(const struct operands *o)
{
	(void)o;
	meanwhile(SYS_mmap, note_too);
	return both(dup2(held, 300) >= 0);
}

static void stream_too(void)
{
	DIR *dir = opendir(name);

	if (!dir || !readdir(dir) || closedir(dir))
		their_error = errno;
}

static int stream(const struct operands *o)
{
	meanwhile(SYS_mmap, stream_too);
	DIR *dir = opendir(o->a);
	return both(dir && readdir(dir) && closedir(dir) == 0);
}

/* --- a limit sinks when it has just been asked for --- */

static void lower_limit(void)
{
	const struct rlimit few = {100, 100};

	if (setrlimit(RLIMIT_NOFILE, &few))
		their_error = errno;
}

static int look_limited(const struct operands *o)
{
	struct stat st;

	meanwhile(SYS_prlimit64, lower_limit);
	for (int i = 0; i < 60; i++)
		if (stat(o->b, &st))
			return -1;
	return both(true);
}

/* --- a thread closes everything while another waits to open something: fcntl(2), F_SETLEASE --- */

/* It has its file, or is held up: either way there is a SIGIO for the first thread. */
static void *open_held(void *first)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0 || close(fd))
		their_error = errno;
	pthread_kill(*(pthread_t *)first, SIGIO);
	return NULL;
}

static int know_and_hold(const struct operands *o)
{
	struct stat st;

	for (int i = 0; i < 60; i++)
		if (stat(o->b, &st))
			return -1;
	return hold(o);
}

static int close_meanwhile(const struct operands *o)
{
	pthread_t first = pthread_self(), other;
	sigset_t wanted;
	int signal;

	(void)o;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGIO);
	pthread_sigmask(SIG_BLOCK, &wanted, NULL);
	if (fcntl(held, F_SETLEASE, F_WRLCK) || pthread_create(&other, NULL, open_held, &first))
		return -1;
	sigwait(&wanted, &signal);
	close_range(32, ~0u, 0);
	fcntl(held, F_SETLEASE, F_UNLCK);
	pthread_join(other, NULL);
	return both(true);
}

/* --- another process has the turn --- */

static int ends[2];

/* It goes on when the first one has had to wait. */
static void stop_for_a_while(void)
{
	const struct timespec while_it_waits = {.tv_nsec = 20000000};

	if (write(ends[1], "", 1) == 1)
		nanosleep(&while_it_waits, NULL);
}

/* It has the turn, and then is refused. */
static int find_turn_taken(const struct operands *o)
{
	char byte;
	pid_t pid = pipe2(ends, O_CLOEXEC) ? -1 : fork();

	if (pid == 0) {
		close(ends[0]);
		meanwhile(SYS_fcntl, stop_for_a_while);
		_exit(rename(o->b, "x/y") == 0);
	}
	close(ends[1]);
	return pid < 0 || read(ends[0], &byte, 1) < 0 ? -1 : 0;
}

static int unlink_waiting(const struct operands *o)
{
	return unlink(o->a);
}

/* --- a thread forks while another has a lock --- */

static void *fork_beside(void *none)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		their_error = errno ? errno : ECHILD;
	return none;
}

static void fork_meanwhile(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fork_beside, NULL) || pthread_join(thread, NULL))
		their_error = EAGAIN;
}

/* When it has been given it. */
static int rename_forking(const struct operands *o)
{
	meanwhile(SYS_fcntl, fork_meanwhile);
	return both(rename(o->a, o->b) == 0);
}

/* When it has opened what it will hold a lock by. */
static int chmod_forking(const struct operands *o)
{
	meanwhile(SYS_openat, fork_meanwhile);
	return both(chmod(o->a, 0700) == 0);
}

const struct verb verbs_meeting[] = {
	{"notes-meet", note, hold},
	{"streams-meet", stream, hold},
	{"look-limited", look_limited, NULL},
	{"close-meanwhile", close_meanwhile, know_and_hold},
	{"unlink-waiting", unlink_waiting, find_turn_taken},
	{"rename-forking", rename_forking, NULL},
	{"chmod-forking", chmod_forking, NULL},
	{NULL, NULL, NULL},
};
