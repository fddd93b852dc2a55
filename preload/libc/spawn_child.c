/*
 * Attributes and file actions of posix_spawn, done by ourselves: libc opens and changes directory
 * by system calls that pass our names, and in the order they were asked for each may depend on the
 * one before. All of this runs in a child of vfork.
 */
#include "spawn_child.h"

#include <sched.h>
#include <signal.h>

/* As glibc lays the list out behind posix_spawn_file_actions_t since 2.2; kinds were only added. */
enum kind {
	ACTION_CLOSE,
	ACTION_DUP2,
	ACTION_OPEN,
	ACTION_CHDIR,
	ACTION_FCHDIR,
	ACTION_CLOSEFROM,
	ACTION_TCSETPGRP
};
struct __spawn_action {
	enum kind kind;
	union {
		int fd;
		const char *path; /* of chdir */
		struct {
			int fd, to;
		} dup2;
		struct {
			int fd;
			const char *path;
			int flags;
			mode_t mode;
		} open;
	};
};

static bool concerns_us(const struct __spawn_action *a)
{
	struct descriptor d;
	switch (a->kind) {
	case ACTION_OPEN:
	case ACTION_CHDIR:
	case ACTION_FCHDIR:
		return true;
	case ACTION_DUP2:
		return descriptor_brief(a->dup2.fd, &d);
	default:
		return false;
	}
}

bool spawn_concerns_us(const posix_spawn_file_actions_t *actions)
{
	for (int i = 0; actions && i < actions->__used; i++)
		if (concerns_us(&actions->__actions[i]))
			return true;
	return false;
}

static int duplicate(int fd, int to)
{
	if (fd != to)
		return dup2(fd, to);
	int flags = fcntl(fd, F_GETFD);
	return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
}

static int open_as(int fd, const char *path, int flags, mode_t mode)
{
	close(fd);
	int fresh = open(path, flags | O_LARGEFILE, mode);
	if (fresh < 0 || fresh == fd)
		return fresh;
	int result = dup2(fresh, fd);
	close(fresh);
	return result;
}

/* Closing what is not open is no error. */
static int act(const struct __spawn_action *a)
{
	switch (a->kind) {
	case ACTION_CLOSE:
		close(a->fd);
		return 0;
	case ACTION_DUP2:
		return duplicate(a->dup2.fd, a->dup2.to);
	case ACTION_OPEN:
		return open_as(a->open.fd, a->open.path, a->open.flags, a->open.mode);
	case ACTION_CHDIR:
		return chdir(a->path);
	case ACTION_FCHDIR:
		return fchdir(a->fd);
	case ACTION_CLOSEFROM:
		return close_range((unsigned)a->fd, ~0u, 0);
	case ACTION_TCSETPGRP:
		return tcsetpgrp(a->fd, getpgrp());
	}
	errno = EINVAL;
	return -1;
}

/* No handler of the parent's may run on memory that is still the parent's. */
static void quieten(const sigset_t *defaults)
{
	struct sigaction now, none = {.sa_handler = SIG_DFL};
	for (int sig = 1; sig < NSIG; sig++) {
		if (sigaction(sig, NULL, &now))
			continue; /* one of libc's own */
		bool handled = now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN;
		if (handled || (defaults && sigismember(defaults, sig) == 1))
			sigaction(sig, &none, NULL);
	}
}

static int set_scheduler(const posix_spawnattr_t *attributes, short flags)
{
	struct sched_param parameters;
	int policy;
	posix_spawnattr_getschedparam(attributes, &parameters);
	posix_spawnattr_getschedpolicy(attributes, &policy);
	if (flags & POSIX_SPAWN_SETSCHEDULER)
		return sched_setscheduler(0, policy, &parameters);
	if (flags & POSIX_SPAWN_SETSCHEDPARAM)
		return sched_setparam(0, &parameters);
	return 0;
}

/* By system call: libc's own functions would change every thread of the parent. */
static int reset_ids(void)
{
	long error = SYS3(SYS_setresuid, -1, getuid(), -1);
	if (!error)
		error = SYS3(SYS_setresgid, -1, getgid(), -1);
	return (int)edge(error);
}

static int set_attributes(const posix_spawnattr_t *attributes, short flags)
{
	pid_t group;
	if (set_scheduler(attributes, flags))
		return -1;
	if ((flags & POSIX_SPAWN_SETSID) && setsid() < 0)
		return -1;
	posix_spawnattr_getpgroup(attributes, &group);
	if ((flags & POSIX_SPAWN_SETPGROUP) && setpgid(0, group))
		return -1;
	return flags & POSIX_SPAWN_RESETIDS ? reset_ids() : 0;
}

int spawn_prepare(const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
		  const sigset_t *mask)
{
	sigset_t wanted, defaults;
	short flags = 0;
	if (attributes) {
		posix_spawnattr_getflags(attributes, &flags);
		posix_spawnattr_getsigdefault(attributes, &defaults);
		posix_spawnattr_getsigmask(attributes, &wanted);
	}
	quieten(flags & POSIX_SPAWN_SETSIGDEF ? &defaults : NULL);
	if (attributes && set_attributes(attributes, flags))
		return -errno;
	for (int i = 0; actions && i < actions->__used; i++)
		if (act(&actions->__actions[i]) < 0)
			return -errno;
	sigprocmask(SIG_SETMASK, flags & POSIX_SPAWN_SETSIGMASK ? &wanted : mask, NULL);
	return 0;
}
