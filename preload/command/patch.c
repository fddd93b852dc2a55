/* Differences of contents, by the system's diff. */
#include "command.h"
#include "show.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int run_diff(const char *old, const char *new, const char *path, FILE *to)
{
	static const char nothing[] = "/dev/null";
	char *const argv[] = {
		format("%s", "diff"),
		format("%s", "-u"),
		format("--color=%s", show_in_colour(to) ? "always" : "never"),
		format("--label=%s%s", old ? "a/" : nothing, old ? path : ""),
		format("--label=%s%s", new ? "b/" : nothing, new ? path : ""),
		format("%s", old ? old : nothing),
		format("%s", new ? new : nothing),
		NULL,
	};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status = 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(to), STDOUT_FILENO);
	fflush(to);
	int error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		waitpid(pid, &status, 0);
	for (char *const *at = argv; *at; at++)
		free(*at);
	if (error != 0)
		return fail("diff: %s", strerror(error));
	bool done = WIFEXITED(status) && WEXITSTATUS(status) < 2;
	return done ? 0 : fail("/%s: diff failed", path);
}

/* Only regular files have contents; what stands on the other side is nothing. */
int show_patch(const struct differences *ds, const struct difference *d, FILE *to)
{
	const struct entry *e = d->entry;
	bool old = d->kind != 'A' && e->below.type == DT_REG;
	bool new = d->kind != 'D' && S_ISREG(e->st.st_mode);
	if (!old && !new)
		return 0;
	char *from = old ? format("%s", overlay_reach(ds->below, &e->below, e->path)) : NULL;
	int status =
		run_diff(from, new ? layer_path(ds->upper, e->path) : NULL, path_rel(e->path), to);
	free(from);
	return status;
}
