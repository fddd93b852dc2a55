/* Feeding tar: names of the upper, and empty files that stand for whiteouts. */
#include "command.h"
#include "archive.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int start_tar(struct archive *a)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *argv[] = {
		format("tar"),
		format("--create"),
		format("--file=-"),
		format("--format=pax"),
		format("--pax-option=exthdr.name=%%d/PaxHeaders/%%f,delete=atime,delete=ctime"),
		format("--directory=%s", a->scratch),
		format("--null"),
		format("--verbatim-files-from"),
		format("--no-recursion"),
		format("--files-from=-"),
		format("--transform=flags=rhS;s,^[uw]/,,"),
		format("--numeric-owner"),
		format("--acls"),
		format("--xattrs"),
		format("--xattrs-include=*"),
		format("--xattrs-exclude=user.overlay.*"),
		format("--xattrs-exclude=trusted.overlay.*"),
		epoch ? format("--clamp-mtime") : NULL,
		epoch ? format("--mtime=@%s", epoch) : NULL,
		NULL,
	};
	posix_spawn_file_actions_t actions;
	int ends[2];
	unsetenv("TAR_OPTIONS"); /* the archive is what it is, whatever the user's habits */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("export: %m");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	int error = posix_spawnp(&a->tar, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (error != 0)
		return fail("tar: %s", strerror(error));
	a->names = fdopen(ends[1], "w");
	return 0;
}

/* Makes the directories that lead to PATH below the scratch directory. */
static bool make_parents(struct archive *a, const char *path)
{
	char *parent = format("%.*s", (int)(strrchr(path, '/') - path), path);
	if (a->last && strcmp(parent, a->last) == 0)
		return free(parent), true;
	for (char *at = parent + strlen(a->scratch) + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(parent, 0755);
	}
	mkdir(parent, 0755);
	free(a->last);
	a->last = parent;
	return access(parent, F_OK) == 0;
}

/* An empty file at NAME, which is the directory's path and the mark's own name. */
static int make_mark(struct archive *a, const char *name)
{
	char *path = format("%s/%s", a->scratch, name);
	static const struct timespec never[2] = {{0, 0}, {0, 0}};
	int fd = make_parents(a, path) ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
	bool made = fd >= 0 && fchmod(fd, 0644) == 0 && futimens(fd, never) == 0;
	int status = made ? 0 : fail("%s: %m", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return status;
}

static int tell(struct archive *a, const char *name)
{
	fputs(name, a->names);
	return putc('\0', a->names) < 0 ? fail("tar ended too early") : 0;
}

static int add_mark(struct archive *a, const struct entry *e)
{
	const char *path = path_rel(e->path);
	bool opaque = e->kind == ENTRY_OPAQUE;
	size_t last = opaque ? e->path->length : path_last(e->path);
	char *name = format("w/%.*s%s%s", (int)last, path, opaque ? "/" LAYER_WH_OPAQUE : LAYER_WH,
			    opaque ? "" : path + last);
	int status = make_mark(a, name);
	if (status == 0)
		status = tell(a, name);
	free(name);
	return status;
}

static int add_object(struct archive *a, const struct entry *e)
{
	char *name = format("u/%s", path_rel(e->path));
	int status = tell(a, name);
	free(name);
	return status;
}

int archive_add(struct archive *a, const struct entry *e)
{
	if (e->kind == ENTRY_OBJECT)
		return add_object(a, e);
	return node_absent(&e->below) ? 0 : add_mark(a, e);
}

int archive_begin(struct archive *a, const char *upper)
{
	const char *tmp = getenv("TMPDIR");
	*a = (struct archive){0};
	a->scratch = format("%s/overlain-export.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(a->scratch))
		return fail("%s: %m", a->scratch);
	char *link = format("%s/u", a->scratch);
	int status = symlink(upper, link) < 0 ? fail("%s: %m", link) : start_tar(a);
	free(link);
	if (status != 0)
		stage_discard(a->scratch);
	signal(SIGPIPE, SIG_IGN); /* should tar end early, it says why itself */
	return status;
}

int archive_end(struct archive *a)
{
	int status;
	bool told = fclose(a->names) == 0;
	while (waitpid(a->tar, &status, 0) < 0 && errno == EINTR)
		;
	stage_discard(a->scratch);
	if (status != 0)
		return fail("tar failed");
	return told ? 0 : fail("tar ended too early");
}
