/* posix_spawn, system and popen: libc starts these programs without calling our execve. */
#include "overlain/libc.h"

struct request {
	pid_t *pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
};

static int spawn(const char *path, char *const argv[], char *const envp[], void *data)
{
	const struct request *r = data;
	return -NEXT(posix_spawn)(r->pid, path, r->actions, r->attributes, argv, envp);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct place at;
	struct request request = {pid, actions, attributes};
	if (!process_ready())
		return NEXT(posix_spawn)(pid, path, actions, attributes, argv, envp);
	int error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	return -(error ? error : exec_place(&at, path, argv, envp, spawn, &request));
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct request request = {pid, actions, attributes};
	if (!process_ready())
		return NEXT(posix_spawnp)(pid, file, actions, attributes, argv, envp);
	return -exec_search(file, false, argv, envp, spawn, &request);
}
