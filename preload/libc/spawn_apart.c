/*
 * posix_spawn for actions that have to do with merged. A child with a copy of our memory does by
 * our own functions what posix_spawn(3) says, so that the program finds its descriptors and its
 * working directory as after a fork; CLONE_VFORK keeps the caller waiting until it has started.
 */
#include "file_actions.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* --- in the child; 0 or -1 with errno --- */

static void set_signals(const posix_spawnattr_t *attributes)
{
	sigset_t defaults;
	struct sigaction action = {.sa_handler = SIG_DFL};
	posix_spawnattr_getsigdefault(attributes, &defaults);
	for (int signal = 1; signal < NSIG; signal++)
		if (sigismember(&defaults, signal) == 1)
			sigaction(signal, &action, NULL);
}

static int set_scheduling(const posix_spawnattr_t *attributes, int flags)
{
	struct sched_param parameters;
	int policy;
	posix_spawnattr_getschedparam(attributes, &parameters);
	posix_spawnattr_getschedpolicy(attributes, &policy);
	if (flags & POSIX_SPAWN_SETSCHEDULER)
		return sched_setscheduler(0, policy, &parameters);
	return flags & POSIX_SPAWN_SETSCHEDPARAM ? sched_setparam(0, &parameters) : 0;
}

static int set_attributes(const posix_spawnattr_t *attributes)
{
	short flags = 0;
	pid_t group;
	if (!attributes)
		return 0;
	posix_spawnattr_getflags(attributes, &flags);
	posix_spawnattr_getpgroup(attributes, &group);
	if (flags & POSIX_SPAWN_SETSIGDEF)
		set_signals(attributes);
	if (set_scheduling(attributes, flags) < 0)
		return -1;
	if ((flags & POSIX_SPAWN_SETSID) && setsid() < 0)
		return -1;
	if ((flags & POSIX_SPAWN_SETPGROUP) && setpgid(0, group) < 0)
		return -1;
	if (flags & POSIX_SPAWN_RESETIDS)
		return seteuid(getuid()) < 0 ? -1 : setegid(getgid());
	return 0;
}

static int open_as(const struct action *a)
{
	close(a->fd); /* before the new file is opened: posix_spawn_file_actions_addopen(3p) */
	int fd = open(a->path, a->with, a->mode);
	if (fd < 0 || fd == a->fd)
		return fd < 0 ? -1 : 0;
	int result = dup2(fd, a->fd);
	close(fd);
	return result < 0 ? -1 : 0;
}

static int act(const struct action *a)
{
	switch (a->kind) {
	case ACTION_OPEN:
		return open_as(a);
	case ACTION_CLOSE:
		close(a->fd);
		return 0;
	case ACTION_DUP2:
		if (a->fd == a->with) /* then it is to stay open */
			return fcntl(a->fd, F_SETFD, 0);
		return dup2(a->fd, a->with) < 0 ? -1 : 0;
	case ACTION_CHDIR:
		return chdir(a->path);
	case ACTION_FCHDIR:
		return fchdir(a->fd);
	case ACTION_CLOSEFROM:
		closefrom(a->fd);
		return 0;
	case ACTION_TCSETPGRP:
		return tcsetpgrp(a->fd, getpgrp());
	}
	return 0;
}

static int execute(const char *path, char *const argv[], char *const envp[], void *data)
{
	(void)data;
	NEXT(execve)(path, argv, envp);
	return -errno;
}

static int start(const struct spawn *s, const sigset_t *before)
{
	const struct action_list *list = actions_list(s->actions);
	short flags = 0;
	sigset_t mask = *before;
	if (set_attributes(s->attributes) < 0)
		return -errno;
	for (int i = 0; i < list->count; i++)
		if (act(&list->at[i]) < 0)
			return -errno;
	if (s->attributes) {
		posix_spawnattr_getflags(s->attributes, &flags);
		if (flags & POSIX_SPAWN_SETSIGMASK)
			posix_spawnattr_getsigmask(s->attributes, &mask);
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (s->search)
		return exec_search(s->file, false, s->argv, s->envp, execute, NULL);
	return execve(s->file, s->argv, s->envp) < 0 ? -errno : 0;
}

/* --- in the caller --- */

static int give(const struct spawn *s, pid_t pid)
{
	int id = s->pidfd ? (int)SYS2(SYS_pidfd_open, pid, 0) : pid;
	if (s->pid)
		*s->pid = id;
	return id < 0 ? -id : 0;
}

int spawn_apart(const struct spawn *s)
{
	sigset_t all, before;
	int *error =
		sys_mmap(sizeof *error, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (sys_failed(error))
		return ENOMEM;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid_t pid = (pid_t)SYS2(SYS_clone, CLONE_VFORK | SIGCHLD, 0);
	if (pid == 0) {
		*error = -start(s, &before);
		sys_exit(127);
	}
	int result = pid < 0 ? -pid : *error;
	if (pid > 0 && result)
		SYS4(SYS_wait4, pid, NULL, 0, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	sys_munmap(error, sizeof *error);
	return result ? result : give(s, pid);
}
