/* posix_spawn and its kin: libc starts these programs without calling our execve. */
#include "file_actions.h"

static int spawn(const char *path, char *const argv[], char *const envp[], void *data)
{
	const struct spawn *s = data;
	__typeof__(&posix_spawn) next = s->pidfd ? NEXT(pidfd_spawn) : NEXT(posix_spawn);
	return -next(s->pid, path, s->actions, s->attributes, argv, envp);
}

static int carry_out(struct spawn *s)
{
	struct place at;
	if (actions_lead_in(s->actions))
		return spawn_apart(s);
	if (s->search)
		return -exec_search(s->file, false, s->argv, s->envp, spawn, s);
	int error = place_find(&at, AT_FDCWD, s->file, PLACE_FOLLOW);
	return -(error ? error : exec_place(&at, s->file, s->argv, s->envp, spawn, s));
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct spawn s = {pid, path, false, false, actions, attributes, argv, envp};
	return process_ready() ? carry_out(&s)
			       : NEXT(posix_spawn)(pid, path, actions, attributes, argv, envp);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct spawn s = {pid, file, true, false, actions, attributes, argv, envp};
	return process_ready() ? carry_out(&s)
			       : NEXT(posix_spawnp)(pid, file, actions, attributes, argv, envp);
}

/* glibc 2.39 and later; a program asks whether there is such a function before it calls it. */
int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct spawn s = {pidfd, path, false, true, actions, attributes, argv, envp};
	if (!NEXT(pidfd_spawn))
		return ENOSYS;
	return process_ready() ? carry_out(&s)
			       : NEXT(pidfd_spawn)(pidfd, path, actions, attributes, argv, envp);
}

int pidfd_spawnp(int *pidfd, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct spawn s = {pidfd, file, true, true, actions, attributes, argv, envp};
	if (!NEXT(pidfd_spawnp))
		return ENOSYS;
	return process_ready() ? carry_out(&s)
			       : NEXT(pidfd_spawnp)(pidfd, file, actions, attributes, argv, envp);
}
