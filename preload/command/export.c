/* overlain export: the upper as a layer of a container image, written by the system's tar. */
#include "command.h"
#include "progress.h"
#include "walk.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * tar runs in a directory where "u" leads to the upper and "w" holds the empty files that stand for
 * whiteouts; it is told one name after the other and takes those first letters off.
 */
struct export
{
	char *scratch;
	char *last; /* the directory below "w" that was made last */
	pid_t tar;
	FILE *names;
};

static int start_tar(struct export *x)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *argv[] = {
		format("tar"),
		format("--create"),
		format("--file=-"),
		format("--format=pax"),
		format("--pax-option=exthdr.name=%%d/PaxHeaders/%%f,delete=atime,delete=ctime"),
		format("--directory=%s", x->scratch),
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
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("export: %m");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	int error = posix_spawnp(&x->tar, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (error != 0)
		return fail("tar: %s", strerror(error));
	x->names = fdopen(ends[1], "w");
	return 0;
}

/* Makes the directories that lead to PATH below the scratch directory. */
static bool make_parents(struct export *x, const char *path)
{
	char *parent = format("%.*s", (int)(strrchr(path, '/') - path), path);
	if (x->last && strcmp(parent, x->last) == 0)
		return free(parent), true;
	for (char *at = parent + strlen(x->scratch) + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(parent, 0755);
	}
	mkdir(parent, 0755);
	free(x->last);
	x->last = parent;
	return access(parent, F_OK) == 0;
}

/* An empty file at NAME, which is the directory's path and the mark's own name. */
static int make_mark(struct export *x, const char *name)
{
	char *path = format("%s/%s", x->scratch, name);
	static const struct timespec never[2] = {{0, 0}, {0, 0}};
	int fd = make_parents(x, path) ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
	int status = fd >= 0 && futimens(fd, never) == 0 ? 0 : fail("%s: %m", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return status;
}

static int tell(struct export *x, const char *name)
{
	fputs(name, x->names);
	return putc('\0', x->names) < 0 ? fail("tar ended too early") : 0;
}

static int add_mark(struct export *x, const struct entry *e)
{
	const char *path = path_rel(e->path);
	bool opaque = e->kind == ENTRY_OPAQUE;
	size_t last = opaque ? e->path->length : path_last(e->path);
	char *name = format("w/%.*s%s%s", (int)last, path, opaque ? "/" LAYER_WH_OPAQUE : LAYER_WH,
			    opaque ? "" : path + last);
	int status = make_mark(x, name);
	if (status == 0)
		status = tell(x, name);
	free(name);
	return status;
}

static int add(struct export *x, const struct entry *e)
{
	if (e->kind != ENTRY_OBJECT)
		return node_absent(&e->below) ? 0 : add_mark(x, e);
	char *name = format("u/%s", path_rel(e->path));
	int status = tell(x, name);
	free(name);
	return status;
}

typedef int visitor(struct export *x, const struct entry *e);

static int walk(const struct overlay *ov, struct export *x, visitor *visit)
{
	struct overlay below;
	struct entry entry;
	int result, status = 0;
	overlay_below(ov, &below);
	struct walk *w = walk_begin(&ov->layers[0], &below, WALK_ARCHIVE);
	if (!w)
		return fail("out of memory");
	while (status == 0 && (result = walk_next(w, &entry)) > 0)
		status = visit(x, &entry);
	if (status == 0 && result < 0)
		status = fail("/%s: %s", path_rel(walk_path(w)), strerror(-result));
	walk_end(w);
	return status;
}

/* For the progress: what tar is going to write, near enough. */
static uint64_t total;
static int weigh(struct export *x, const struct entry *e)
{
	(void)x;
	total += 1024;
	if (e->kind == ENTRY_OBJECT && S_ISREG(e->st.st_mode))
		total += (uint64_t)e->st.st_size;
	return 0;
}

static int end_tar(struct export *x)
{
	int status;
	bool told = fclose(x->names) == 0;
	while (waitpid(x->tar, &status, 0) < 0 && errno == EINTR)
		;
	if (status != 0)
		return fail("tar failed");
	return told ? 0 : fail("tar ended too early");
}

static int write_layer(const struct overlay *ov, struct export *x)
{
	if (symlink(ov->layers[0].root, format("%s/u", x->scratch)) < 0)
		return fail("%s/u: %m", x->scratch);
	if (isatty(STDERR_FILENO) && walk(ov, x, weigh) != 0)
		return EXIT_OWN;
	int status = start_tar(x);
	if (status != 0)
		return status;
	signal(SIGPIPE, SIG_IGN); /* should tar end early, it says why itself */
	progress_begin("layer", total);
	progress_watch_process(x->tar);
	status = walk(ov, x, add);
	int ended = end_tar(x);
	progress_end();
	return status != 0 ? status : ended;
}

static int export_layer(const struct verb *verb, const struct arguments *arguments)
{
	const char *tmp = getenv("TMPDIR");
	struct export x = {0};
	if (*arguments->rest)
		return fail("%s: %s: unexpected argument", verb->name, *arguments->rest);
	if (isatty(STDOUT_FILENO))
		return fail("export: standard output is a terminal; write to a file or a pipe");
	const struct overlay *ov = overlay_to_look(arguments);
	if (!ov)
		return EXIT_OWN;
	x.scratch = format("%s/overlain-export.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(x.scratch))
		return fail("%s: %m", x.scratch);
	int status = write_layer(ov, &x);
	stage_discard(x.scratch);
	return status;
}

const struct verb export_verb = {
	.name = "export",
	.summary = "writes the upper as a layer of a container image",
	.help = "Usage: overlain export [-o OPTIONS] [MERGED] >layer.tar\n"
		"Writes the upper directory as a tar archive in the form of an OCI image layer:\n"
		"what is deleted as .wh.NAME, a directory that hides the one below with\n"
		".wh..wh..opq, sorted by name, hard links and extended attributes kept, owners as\n"
		"they are. GNU tar does the writing.\n"
		"\n"
		"With SOURCE_DATE_EPOCH set no time is later than that, and the same upper gives\n"
		"the same bytes.\n"
		"\n"
		"  -o OPTIONS   the overlay, as for overlain run; else that of the environment\n"
		"      --help   prints this\n"
		"\n"
		"Example:\n"
		"  overlain export -o lowerdir=low,upperdir=up >layer.tar\n"
		"  umoci raw add-layer --image image:tag layer.tar\n",
	.kind = VERB_LAYERS,
	.main = export_layer,
};
