/* system, popen and pclose: libc's own would start the shell past our posix_spawn. */
#include "overlain/libc.h"

#include <signal.h>
#include <sys/wait.h>

static int spawn_shell(pid_t *pid, const char *command, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes)
{
	char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			      (char *)(uintptr_t)command, NULL};
	return posix_spawn(pid, "/bin/sh", actions, attributes, argv, environ);
}

static int wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* system(3): while the command runs, SIGINT and SIGQUIT are ignored and SIGCHLD is blocked. */
struct hush {
	struct sigaction interrupt, quit;
	sigset_t mask;
};

static void hush(struct hush *h)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigaction(SIGINT, &ignore, &h->interrupt);
	sigaction(SIGQUIT, &ignore, &h->quit);
	sigprocmask(SIG_BLOCK, &child, &h->mask);
}

static void unhush(const struct hush *h)
{
	sigaction(SIGINT, &h->interrupt, NULL);
	sigaction(SIGQUIT, &h->quit, NULL);
	sigprocmask(SIG_SETMASK, &h->mask, NULL);
}

/* The command itself starts with the signals as they were. */
static void restore_in_child(posix_spawnattr_t *attributes, const struct hush *h)
{
	sigset_t defaults;
	sigemptyset(&defaults);
	if (h->interrupt.sa_handler != SIG_IGN)
		sigaddset(&defaults, SIGINT);
	if (h->quit.sa_handler != SIG_IGN)
		sigaddset(&defaults, SIGQUIT);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigdefault(attributes, &defaults);
	posix_spawnattr_setsigmask(attributes, &h->mask);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

int system(const char *command)
{
	struct hush h;
	posix_spawnattr_t attributes;
	pid_t pid;
	if (!process_ready() || !command)
		return NEXT(system)(command);
	hush(&h);
	restore_in_child(&attributes, &h);
	int error = spawn_shell(&pid, command, NULL, &attributes);
	int status = error ? 127 << 8 : wait_for(pid);
	posix_spawnattr_destroy(&attributes);
	int saved = error ? error : errno;
	unhush(&h);
	errno = saved;
	return status;
}

/* The processes behind popen's streams. */
struct pipe_stream {
	struct pipe_stream *next;
	FILE *file;
	pid_t pid;
};
static struct pipe_stream *pipes;
static char pipes_busy;

static void lock_pipes(void)
{
	while (__atomic_test_and_set(&pipes_busy, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void unlock_pipes(void)
{
	__atomic_clear(&pipes_busy, __ATOMIC_RELEASE);
}

/* popen(3): earlier streams are closed in the child. */
static int start(struct pipe_stream *p, const char *command, int theirs, int standard)
{
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	for (struct pipe_stream *other = pipes; other; other = other->next)
		if (fileno(other->file) != standard)
			posix_spawn_file_actions_addclose(&actions, fileno(other->file));
	posix_spawn_file_actions_adddup2(&actions, theirs, standard);
	int error = spawn_shell(&p->pid, command, &actions, NULL);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

FILE *popen(const char *command, const char *mode)
{
	bool reads = text_find(mode, 'r'), writes = text_find(mode, 'w');
	int ends[2];
	if (!process_ready())
		return NEXT(popen)(command, mode);
	if (reads == writes)
		return edge(-EINVAL), NULL;
	struct pipe_stream *p = malloc(sizeof *p);
	if (!p || pipe2(ends, O_CLOEXEC) < 0) {
		free(p);
		return NULL;
	}
	int ours = ends[writes], theirs = ends[reads];
	lock_pipes();
	int error = start(p, command, theirs, reads ? STDOUT_FILENO : STDIN_FILENO);
	p->file = error ? NULL : fdopen(ours, reads ? "r" : "w");
	if (p->file) {
		p->next = pipes;
		pipes = p;
	}
	unlock_pipes();
	close(theirs);
	if (!p->file) {
		close(ours);
		free(p);
		return edge(error ? -error : -ENOMEM), NULL;
	}
	if (!text_find(mode, 'e'))
		fcntl(ours, F_SETFD, 0);
	FILE *file = p->file;
	return file;
}

int pclose(FILE *file)
{
	struct pipe_stream *p, **at;
	lock_pipes();
	for (at = &pipes; *at && (*at)->file != file; at = &(*at)->next)
		;
	p = *at;
	if (p)
		*at = p->next;
	unlock_pipes();
	if (!p)
		return NEXT(pclose)(file);
	pid_t pid = p->pid;
	free(p);
	fclose(file);
	return wait_for(pid);
}
