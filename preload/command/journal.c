/* A journal from its beginning to its end. */
#include "command.h"
#include "journal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Where a journal of TARGET may lie, best first; NULL: not there. */
enum { HOMES = 3 };
static char *home_at(unsigned i, const char *target, const char *workdir)
{
	const char *slash = strrchr(target, '/');
	if (i == 0 && slash) {
		char *parent = format("%.*s/", (int)(slash - target), target);
		if (journal_mount(parent) != journal_mount(target))
			return NULL;
		return format("%s.%s.overlain-commit", parent, slash + 1);
	}
	if (i == 1)
		return format("%s/.overlain-commit", target);
	return i == 2 && workdir ? format("%s/overlain-commit", workdir) : NULL;
}

/* Where nobody can tell, it does: what is pending must not be cleared away. */
static bool holds_manifest(const char *home)
{
	if (!home || access(format("%s/manifest", home), F_OK) == 0)
		return home;
	return errno != ENOENT && errno != ENOTDIR && errno != EACCES;
}

bool journal_pending(const char *target, const char *workdir)
{
	for (unsigned i = 0; i < HOMES; i++)
		if (holds_manifest(home_at(i, target, workdir)))
			return true;
	return false;
}

/* Removes the things made ready. The journal's own directory stays, and with it the lock. */
static void clear(struct journal *j)
{
	struct dirent *entry;
	for (unsigned i = 1; i < j->place_count; i++)
		stage_discard(j->places[i].path);
	DIR *all = opendir(j->home);
	while (all && (entry = readdir(all)))
		if (!text_same(entry->d_name, ".") && !text_same(entry->d_name, ".."))
			stage_discard(format("%s/%s", j->home, entry->d_name));
	if (all)
		closedir(all);
	j->place_count = 1;
}

static int read_places(struct journal *j)
{
	char *line = NULL;
	size_t size = 0;
	j->places[0] = (struct place){j->home, journal_mount(j->home)};
	j->place_count = 1;
	FILE *list = fopen(format("%s/places", j->home), "re");
	while (list && j->place_count < PLACES && getdelim(&line, &size, '\0', list) > 0)
		j->places[j->place_count++] = (struct place){format("%s", line), 0};
	if (list)
		fclose(list);
	free(line);
	return 0;
}

static int lock(struct journal *j)
{
	struct stat here, there;
	j->lock = open(j->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->lock < 0)
		return fail("%s: %m", j->home);
	if (flock(j->lock, LOCK_EX | LOCK_NB) < 0 || fstat(j->lock, &here) < 0 ||
	    lstat(j->home, &there) < 0 || here.st_ino != there.st_ino)
		return fail("%s: another commit is at work", j->home);
	return read_places(j);
}

/* Everything made ready or moved is on disk. */
static int sync_places(const struct journal *j)
{
	for (unsigned i = 0; i < j->place_count; i++) {
		CLOSE_SCOPED int fd = open(j->places[i].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || syncfs(fd) < 0)
			return fail("%s: %m", j->places[i].path);
	}
	return 0;
}

/* The list stands; once it has been gone through, it is taken away before anything else. */
static int complete(struct journal *j)
{
	int status = journal_redo(j);
	if (status == 0)
		status = sync_places(j);
	if (status != 0)
		return fail("the changes to %s/ are not complete: the next commit goes on",
			    j->target);
	if (unlink(format("%s/manifest", j->home)) < 0)
		return fail("%s/manifest: %m", j->home);
	clear(j);
	return 0;
}

int journal_open(struct journal *j, const char *target, const char *workdir)
{
	*j = (struct journal){.target = target, .lock = -1};
	for (unsigned i = 0; i < HOMES; i++) {
		j->home = home_at(i, target, workdir);
		if (!holds_manifest(j->home))
			continue;
		fprintf(stderr, "overlain: completing an earlier commit to %s/\n", target);
		int status = lock(j);
		return status == 0 ? complete(j) : status;
	}
	for (unsigned i = 0; i < HOMES; i++) {
		j->home = home_at(i, target, workdir);
		if (!j->home || (mkdir(j->home, 0700) < 0 && errno != EEXIST))
			continue;
		int status = lock(j);
		if (status == 0)
			clear(j);
		return status;
	}
	return fail("%s/: %m", target);
}

int journal_apply(struct journal *j)
{
	FILE *manifest = j->manifest;
	j->manifest = NULL;
	bool written = fflush(manifest) == 0 && fsync(fileno(manifest)) == 0;
	if (fclose(manifest) != 0 || !written)
		return fail("%s/manifest.new: %m", j->home);
	int status = sync_places(j);
	if (status != 0)
		return status;
	if (rename(format("%s/manifest.new", j->home), format("%s/manifest", j->home)) < 0 ||
	    fsync(j->lock) < 0)
		return fail("%s/manifest: %m", j->home);
	return complete(j);
}

void journal_close(struct journal *j)
{
	if (j->manifest)
		fclose(j->manifest);
	if (j->lock < 0)
		return;
	if (!holds_manifest(j->home)) {
		clear(j);
		rmdir(j->home);
	}
	close(j->lock);
}
