/* Making ready: a copy of everything the target is to get, and the list of steps. */
#include "command.h"
#include "journal.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int note(struct journal *j, const char *step, unsigned place, unsigned number,
		const char *path)
{
	int written = fprintf(j->manifest, "%s %u %u %s", step, place, number, path);
	if (written < 0 || putc('\0', j->manifest) < 0)
		return fail("%s/manifest: %m", j->home);
	return 0;
}

static int copy(const char *from, const char *to, uint64_t size)
{
	progress_watch(to);
	int error = object_copy(from, to);
	progress_watch(NULL);
	progress_add(size);
	return error ? fail("%s: %s", from, strerror(-error)) : 0;
}

/* Nothing to link to yet; or links, or more of them, are what the file system has not. */
static bool may_go_unlinked(void)
{
	return errno == ENOENT || errno == EMLINK || errno == EPERM || errno == EOPNOTSUPP;
}

/*
 * Names that share an inode in the upper share one in the target: the first copy stays under the
 * inode's number for the others to be linked to.
 */
static int copy_linked(struct journal *j, unsigned place, const struct stat *st, const char *from,
		       const char *to)
{
	char *first = format("%s/inode-%lu", j->places[place].path, (long)st->st_ino);
	int status = 0;
	if (link(first, to) < 0) {
		status = may_go_unlinked() ? copy(from, to, (uint64_t)st->st_size)
					   : fail("%s: %m", to);
		if (status == 0 && link(to, first) < 0 && !may_go_unlinked())
			status = fail("%s: %m", first);
	}
	free(first);
	return status;
}

/* An object of the upper, ready to be moved to its place; of a directory only what it is itself. */
static int make_ready(struct journal *j, unsigned place, const struct differences *ds,
		      const struct entry *e)
{
	char *to = journal_thing(j, place, j->number);
	const char *from = layer_path(ds->upper, e->path);
	int status = S_ISREG(e->st.st_mode) && e->st.st_nlink > 1
			     ? copy_linked(j, place, &e->st, from, to)
			     : copy(from, to, S_ISREG(e->st.st_mode) ? (uint64_t)e->st.st_size : 0);
	free(to);
	return status;
}

static int prepare(struct journal *j, const struct differences *ds, const struct difference *d)
{
	const struct entry *e = d->entry;
	const char *path = path_rel(e->path);
	bool directory = d->kind != 'D' && S_ISDIR(e->st.st_mode);
	unsigned place = 0;
	int status = 0;
	if (!directory || d->kind == 'A')
		status = journal_place(j, path, d->kind != 'A', &place);
	else if (d->kind == 'C')
		status = journal_may_dress(j, path);
	if (status == 0 && d->kind == 'A' && directory)
		status = note(j, "mkdir", place, j->number, path);
	if (status == 0 && d->kind != 'D')
		status = make_ready(j, place, ds, e);
	if (status == 0)
		status = note(j,
			      d->kind == 'D' ? "remove"
			      : directory    ? "dress"
					     : "put",
			      place, j->number, path);
	j->number++;
	return status;
}

int journal_prepare(struct journal *j, struct differences *ds)
{
	struct difference d;
	int status = 0;
	j->manifest = fopen(format("%s/manifest.new", j->home), "we");
	if (!j->manifest)
		return fail("%s/manifest.new: %m", j->home);
	ds->all_directories = true;
	while (status == 0 && differences_next(ds, &d))
		status = prepare(j, ds, &d);
	return ds->failed ? EXIT_OWN : status;
}
