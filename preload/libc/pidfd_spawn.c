/*
 * pidfd_spawn, of glibc 2.39 and later: posix_spawn, and a descriptor for its child, which nobody
 * has waited for yet.
 */
#include "overlain/libc.h"

static int give(pid_t pid, int *pidfd)
{
	int fd = (int)SYS2(SYS_pidfd_open, pid, 0);
	if (fd >= 0)
		*pidfd = fd;
	return fd < 0 ? -fd : 0;
}

int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	pid_t pid;
	int error = posix_spawn(&pid, path, actions, attributes, argv, envp);
	return error ? error : give(pid, pidfd);
}

int pidfd_spawnp(int *pidfd, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	pid_t pid;
	int error = posix_spawnp(&pid, file, actions, attributes, argv, envp);
	return error ? error : give(pid, pidfd);
}
