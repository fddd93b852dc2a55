/* What an upper changes, read off its objects one by one. */
#include "command.h"
#include "differences.h"

#include <string.h>

static bool within(const char *path, size_t length, const char *directory)
{
	return text_below(path, length, directory, strlen(directory));
}

bool differences_wanted(const struct differences *ds, const char *path, size_t length)
{
	char **only = ds->only;
	while (*only && !within(path, length, *only))
		only++;
	return *only || !*ds->only;
}

/* True when the path is a directory on the way to what was asked for. */
static bool leads(const struct differences *ds, const char *path)
{
	for (char **only = ds->only; *only; only++)
		if (within(*only, strlen(*only), path))
			return true;
	return false;
}

/* "/a/b/" or "a/b" as the walk has it: "a/b". */
static bool tidy(const struct layer *upper, char **only)
{
	struct path p;
	struct stat st;
	*only = format("%s", *only + strspn(*only, "/"));
	size_t length = strlen(*only);
	while (length > 0 && (*only)[length - 1] == '/')
		(*only)[--length] = '\0';
	if (path_set(&p, *only, length) < 0 ||
	    (sys_lstat(layer_path(upper, &p), &st) < 0 && !layer_hides(upper, &p))) {
		fail("/%s: nothing is changed there", *only);
		return false;
	}
	return true;
}

bool differences_begin(struct differences *ds, const struct layer *upper,
		       const struct overlay *below, char **only)
{
	*ds = (struct differences){.upper = upper, .below = below, .only = only};
	for (; *only; only++)
		if (!tidy(upper, only))
			return false;
	ds->walk = walk_begin(upper, below, WALK_PATHS);
	if (!ds->walk)
		fail("out of memory");
	return ds->walk;
}

void differences_end(struct differences *ds)
{
	if (ds->walk)
		walk_end(ds->walk);
}

static int is_same(const struct differences *ds, const struct entry *e)
{
	char below[PATH_MAX + PATH_ROOM];
	strcpy(below, overlay_reach(ds->below, &e->below, e->path));
	return same_object(layer_path(ds->upper, e->path), &e->st, below, &e->below_st);
}

/* 1, with one letter or two where something is taken away first; or -errno. */
static int find_kinds(const struct differences *ds, const struct entry *e, const char **kinds)
{
	bool there = !node_absent(&e->below), was_directory = node_is_dir(&e->below);
	int same = 0;
	if (e->kind == ENTRY_WHITEOUT)
		*kinds = there ? "D" : "";
	else if (!there)
		*kinds = "A";
	else if (was_directory != S_ISDIR(e->st.st_mode) || e->opaque)
		*kinds = "DA";
	else if ((same = is_same(ds, e)) == 0)
		*kinds = "C";
	else
		*kinds = ds->all_directories && was_directory ? " " : "";
	return same < 0 ? same : 1;
}

static bool is_wanted(const struct differences *ds, const struct entry *e)
{
	return differences_wanted(ds, path_rel(e->path), e->path->length) ||
	       (leads(ds, path_rel(e->path)) && !node_is_dir(&e->below));
}

bool differences_next(struct differences *ds, struct difference *d)
{
	const char *found = "";
	int result = 1;
	d->entry = &ds->entry;
	d->kind = ds->pending;
	ds->pending = '\0';
	if (d->kind)
		return true;
	while (!*found && result > 0) {
		result = walk_next_whole(ds->walk, &ds->entry);
		if (result > 0 && is_wanted(ds, &ds->entry))
			result = find_kinds(ds, &ds->entry, &found);
	}
	if (result < 0) {
		fail("/%s: %s", path_rel(walk_path(ds->walk)), strerror(-result));
		ds->failed = true;
	}
	if (result <= 0)
		return false;
	d->kind = found[0];
	ds->pending = found[1];
	return true;
}

bool differences_count(const struct layer *upper, const struct overlay *below, char **only,
		       struct tally *tally)
{
	struct differences ds;
	struct difference d;
	*tally = (struct tally){0, 0};
	if (!differences_begin(&ds, upper, below, only))
		return false;
	while (differences_next(&ds, &d)) {
		tally->count++;
		if (d.kind != 'D' && S_ISREG(d.entry->st.st_mode))
			tally->bytes += (uint64_t)d.entry->st.st_size;
	}
	differences_end(&ds);
	return !ds.failed;
}

const char *tally_text(const struct tally *tally)
{
	return format("%lu %s", tally->count, tally->count == 1 ? "change" : "changes");
}
