/* posix_spawn, system and popen: libc starts these programs without calling our execve. */
#include "spawn_child.h"

#include <signal.h>
#include <sys/wait.h>

/* More than this, and a child is left to libc: what later versions add. */
#define FLAGS_KNOWN                                                                                \
	(POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |                    \
	 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSCHEDPARAM | POSIX_SPAWN_SETSCHEDULER |           \
	 POSIX_SPAWN_USEVFORK | POSIX_SPAWN_SETSID)

struct request {
	pid_t *pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	bool search;
};

static int start(const struct request *r, const char *file, char *const argv[], char *const envp[],
		 exec_call *call)
{
	struct place at;
	void *data = (void *)(uintptr_t)r;
	if (r->search)
		return exec_search(file, false, argv, envp, call, data);
	int error = place_find(&at, AT_FDCWD, file, PLACE_FOLLOW);
	return error ? error : exec_place(&at, file, argv, envp, call, data);
}

static int by_libc(const char *path, char *const argv[], char *const envp[], void *data)
{
	const struct request *r = data;
	return -NEXT(posix_spawn)(r->pid, path, r->actions, r->attributes, argv, envp);
}

static int by_exec(const char *path, char *const argv[], char *const envp[], void *data)
{
	(void)data;
	NEXT(execve)(path, argv, envp);
	return -errno;
}

/*
 * The child lives on this very frame until it execs, so what it leaves in ERROR is there to be
 * read. Cancellation and signals wait until it is gone.
 */
static int by_vfork(const struct request *r, const char *file, char *const argv[],
		    char *const envp[])
{
	volatile int error = 0;
	const uint64_t all = ~UINT64_C(0); /* libc's own among them, which sigfillset leaves out */
	sigset_t mask = {0};
	int saved = errno;
	SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof all);
	pid_t pid = vfork();
	if (pid == 0) {
		error = spawn_prepare(r->actions, r->attributes, &mask);
		if (!error)
			error = start(r, file, argv, envp, by_exec);
		_exit(127);
	}
	if (pid < 0)
		error = -errno;
	else if (error)
		while (SYS4(SYS_wait4, pid, NULL, 0, NULL) == -EINTR)
			;
	else if (r->pid)
		*r->pid = pid;
	SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof all);
	errno = saved;
	return error;
}

static int spawn(const struct request *r, const char *file, char *const argv[], char *const envp[])
{
	short flags = 0;
	if (r->attributes)
		posix_spawnattr_getflags(r->attributes, &flags);
	if (!(flags & ~FLAGS_KNOWN) && spawn_concerns_us(r->actions))
		return -by_vfork(r, file, argv, envp);
	return -start(r, file, argv, envp, by_libc);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	if (!process_ready())
		return NEXT(posix_spawn)(pid, path, actions, attributes, argv, envp);
	return spawn(&(struct request){pid, actions, attributes, false}, path, argv, envp);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	if (!process_ready())
		return NEXT(posix_spawnp)(pid, file, actions, attributes, argv, envp);
	return spawn(&(struct request){pid, actions, attributes, true}, file, argv, envp);
}
