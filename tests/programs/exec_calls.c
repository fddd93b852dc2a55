/*
 * exec_calls [-C DIR] [-i] CALL FILE [ARGUMENT...]: starts FILE by the call of that name, with
 * "argv0" as its name and ARGUMENTs behind it. Says on stdout how it failed, or what a call that
 * comes back gave. -C changes the directory as late as the call allows; -i empties the environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *directory;
static char **line; /* "argv0", then the arguments */

static int status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void enter(void)
{
	if (directory && chdir(directory) < 0) {
		printf("chdir %s: %s\n", directory, strerror(errno));
		exit(1);
	}
}

static int by_execv(const char *file)
{
	return execv(file, line);
}

static int by_execve(const char *file)
{
	return execve(file, line, environ);
}

static int by_execvp(const char *file)
{
	return execvp(file, line);
}

static int by_execvpe(const char *file)
{
	return execvpe(file, line, environ);
}

static int by_execl(const char *file)
{
	return execl(file, line[0], line[1], NULL);
}

static int by_execlp(const char *file)
{
	return execlp(file, line[0], line[1], NULL);
}

static int by_execle(const char *file)
{
	return execle(file, line[0], line[1], NULL, environ);
}

static int by_fexecve(const char *file)
{
	return fexecve(open(file, O_RDONLY), line, environ);
}

static int by_fexecve_cloexec(const char *file)
{
	return fexecve(open(file, O_PATH | O_CLOEXEC), line, environ);
}

static int by_execveat(const char *file)
{
	char *slash = strrchr(file, '/');

	if (!slash)
		return execveat(AT_FDCWD, file, line, environ, 0);
	*slash = '\0';
	return execveat(open(file, O_RDONLY | O_DIRECTORY), slash + 1, line, environ, 0);
}

static int by_execveat_nofollow(const char *file)
{
	return execveat(AT_FDCWD, file, line, environ, AT_SYMLINK_NOFOLLOW);
}

/* The child stands elsewhere than its parent, whose memory it shares. */
static int by_vfork(const char *file)
{
	pid_t pid = vfork();

	if (pid == 0) {
		if (directory)
			chdir(directory);
		execv(file, line);
		_exit(errno);
	}
	return status_of(pid);
}

static int spawn_with(const char *file,
		      int (*call)(pid_t *, const char *, const posix_spawn_file_actions_t *,
				  const posix_spawnattr_t *, char *const *, char *const *))
{
	pid_t pid;

	enter();
	errno = call(&pid, file, NULL, NULL, line, environ);
	return errno ? -1 : status_of(pid);
}

static int by_spawn(const char *file)
{
	return spawn_with(file, posix_spawn);
}

static int by_spawnp(const char *file)
{
	return spawn_with(file, posix_spawnp);
}

static int by_system(const char *file)
{
	int status = system(file);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int by_popen(const char *file)
{
	char text[4096];
	FILE *stream = popen(file, "r");
	size_t size = fread(text, 1, sizeof text, stream);

	fwrite(text, 1, size, stdout);
	return WEXITSTATUS(pclose(stream));
}

static const struct call {
	const char *name;
	int (*run)(const char *file);
	bool stays; /* the child alone goes where -C says */
} calls[] = {
	{"execv", by_execv, false},
	{"execve", by_execve, false},
	{"execvp", by_execvp, false},
	{"execvpe", by_execvpe, false},
	{"execl", by_execl, false},
	{"execlp", by_execlp, false},
	{"execle", by_execle, false},
	{"fexecve", by_fexecve, false},
	{"fexecve-cloexec", by_fexecve_cloexec, false},
	{"execveat", by_execveat, false},
	{"execveat-nofollow", by_execveat_nofollow, false},
	{"vfork", by_vfork, true},
	{"posix_spawn", by_spawn, false},
	{"posix_spawnp", by_spawnp, false},
	{"system", by_system, false},
	{"popen", by_popen, false},
};

int main(int argc, char **argv)
{
	bool empty = false;
	int option;

	while ((option = getopt(argc, argv, "+C:i")) != -1) {
		if (option == 'C')
			directory = optarg;
		empty |= option == 'i';
	}
	if (argc - optind < 2)
		return 2;
	if (empty)
		clearenv();
	char *name = argv[optind], *file = argv[optind + 1];
	line = argv + optind + 1;
	line[0] = "argv0";
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		if (!calls[i].stays)
			enter();
		int result = calls[i].run(file);
		printf("%s: %s\n", name, result < 0 ? strerror(errno) : "came back");
		if (result > 0)
			printf("status %d\n", result);
		return 0;
	}
	return 2;
}
