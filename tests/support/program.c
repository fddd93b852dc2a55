#include "program.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "format.h"

enum { DEADLINE_MS = 60 * 1000, SETTINGS_MAX = 32 };

static const char *const plain_settings[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/",
	"LC_ALL=C",
	"TZ=UTC",
	"TERM=dumb",
};

static void environment(const char *envp[SETTINGS_MAX], const char *const *settings)
{
	size_t n = 0;

	for (; n < sizeof plain_settings / sizeof *plain_settings; n++)
		envp[n] = plain_settings[n];
	for (; settings && *settings && n < SETTINGS_MAX - 1; settings++)
		envp[n++] = *settings;
	envp[n] = NULL;
}

/* A process group of its own, so that a deadline ends the program's children as well. */
static pid_t start(const char *cwd, const char *const *settings, const char *const *argv, int out,
		   int err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	const char *envp[SETTINGS_MAX];
	pid_t pid;
	int error;

	environment(envp, settings);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, err, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawn_file_actions_addchdir_np(&actions, cwd);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	error = posix_spawnp(&pid, argv[0], &actions, &attributes, (char *const *)argv,
			     (char *const *)envp);
	cr_assert(error == 0, "%s: %s", argv[0], strerror(error));
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static int finish(pid_t pid, const char *name)
{
	int status, fd = pidfd_open(pid, 0);
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int ended = poll(&poll_fd, 1, DEADLINE_MS);

	close(fd);
	if (ended != 1)
		kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	cr_assert(ended == 1, "%s did not end in time", name);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct outcome program(const char *cwd, const char *const *settings, const char *const *argv)
{
	int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);
	struct outcome outcome;

	outcome.status = finish(start(cwd, settings, argv, out, err), argv[0]);
	outcome.out = read_all(out);
	outcome.err = read_all(err);
	close(out);
	close(err);
	return outcome;
}

struct outcome shell(const char *cwd, const char *const *settings, const char *script)
{
	return program(cwd, settings, ARGV("sh", "-c", script));
}

char *shell_text(const char *cwd, const char *script)
{
	struct outcome outcome = shell(cwd, NULL, script);

	cr_assert(outcome.status == 0, "%s: status %d, %s", script, outcome.status, outcome.err);
	return outcome.out;
}
