/*
 * overlain fsck: what of an upper does not hold together. The checks of one object are in
 * fsck_object.c; here they are led through the upper and workdir, and what they find is told.
 */
#include "fsck.h"
#include "command.h"
#include "show.h"
#include "walk.h"

#include <string.h>

static bool repair;
static const struct choice choices[] = {{"repair", 'r', &repair, NULL}, {0}};

void fsck_found(struct fsck *f, const char *what, fsck_mend *mend)
{
	f->found++;
	show_path(path_rel(f->path), stdout);
	printf(": %s", what);
	MARKS_KEEP_TIMES(f->upper, f->path);
	int error = repair && mend ? mend(f) : 1;
	if (error == 0)
		f->mended++;
	if (error < 0)
		printf(": %s\n", strerror(-error));
	else
		puts(error ? "" : ": mended");
}

static void check_upper(struct fsck *f)
{
	struct entry entry;
	int result;
	struct walk *walk = walk_begin(f->upper, f->below, WALK_PATHS);
	if (!walk) {
		f->failed = fail("out of memory");
		return;
	}
	f->path = walk_path(walk);
	fsck_object(f, NULL);
	while ((result = walk_next(walk, &entry)) != 0)
		if (result > 0)
			fsck_object(f, &entry);
		else
			fsck_found(f, strerror(-result), NULL);
	walk_end(walk);
}

static bool discard(const char *path)
{
	struct stat st;
	stage_discard(path);
	return sys_lstat(path, &st) == -ENOENT;
}

/*
 * What was half-made when a program was killed, for none may be running now; and what others left
 * there, which a kernel that mounts the upper takes away.
 */
static void check_work(struct fsck *f, const char *work)
{
	char buffer[4096] __attribute__((aligned(8)));
	ssize_t size;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, work, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	while (fd >= 0 && (size = sys_getdents64(fd, buffer, sizeof buffer)) > 0)
		for (ssize_t at = 0; at < size;) {
			const struct dirent64 *entry = (const void *)(buffer + at);
			at += entry->d_reclen;
			if (text_same(entry->d_name, ".") || text_same(entry->d_name, ".."))
				continue;
			char *path = format("%s/%s", work, entry->d_name);
			const char *what =
				entry->d_name[0] == '#' ? "left half-made" : "left there";
			bool gone = repair && discard(path);
			printf("%s: %s%s\n", path, what, gone ? ": mended" : "");
			f->found++;
			f->mended += gone;
		}
}

static int fsck(const struct verb *verb, const struct arguments *arguments)
{
	(void)verb;
	const struct overlay *ov =
		repair ? overlay_to_change(arguments) : overlay_to_look(arguments);
	struct overlay below;
	if (!ov)
		return EXIT_OWN;
	overlay_below(ov, &below);
	struct fsck f = {.upper = &ov->layers[0], .below = &below};
	if (ov->workdir)
		check_work(&f, format("%s/%s", ov->workdir, "work"));
	struct path root;
	path_clear(&root);
	struct change change = repair ? change_begin(ov, &root, true) : (struct change){0};
	check_upper(&f);
	change_end(&change);
	if (f.failed)
		return f.failed;
	return f.found > f.mended;
}

const struct verb fsck_verb = {
	.name = "fsck",
	.summary = "checks an upper, and repairs it",
	.help = "Usage: overlain fsck [--repair] [-o OPTIONS] [MERGED]\n"
		"Looks through the upper and the working directory for what does not hold\n"
		"together, and prints it a line each:\n"
		"\n"
		"  whiteouts of nothing, or beside an object of their name, or that do not count\n"
		"  opaque marks the kernel does not read; directories that hold entries with\n"
		"  origins, or marked whiteouts, and do not say so; two objects with one origin\n"
		"  origins, escaped names and marks that are malformed, or cannot be read\n"
		"  things left in the working directory, half-made or by others\n"
		"\n"
		"  -r, --repair    mends what can be mended without a change to what merged\n"
		"                  shows. No program may be running under the overlay\n"
		"  -o OPTIONS      the overlay, as for overlain run; else that of the environment\n"
		"      --help      prints this\n"
		"\n"
		"Exits with 0 when all holds together or has been mended, with 1 when not.\n"
		"\n"
		"Example:\n"
		"  overlain fsck -o lowerdir=low,upperdir=up\n",
	.choices = choices,
	.kind = VERB_LAYERS,
	.main = fsck,
};
