/* The walk through an upper. */
#include "walk.h"

#include <string.h>
#include <sys/mman.h>

#define DEPTH  (PATH_MAX / 2)
#define SHARED ((size_t)8 << 20) /* the bytes that the directories on the way share */
#define ROOM   (SHARED + DEPTH * NAMES_LEAST)

/* A directory on the way down. */
struct level {
	struct names names;
	uint32_t next;
	uint16_t length; /* of its path */
	bool opaque;
	bool new;          /* nothing of it lies below */
	struct node below; /* else what does */
};

struct walk {
	const struct layer *upper;
	const struct overlay *below;
	enum walk_order order;
	unsigned depth; /* levels in use */
	bool begun;
	struct path path;
	struct level levels[DEPTH + 1];
	char room[ROOM] __attribute__((aligned(8)));
};

struct path *walk_path(struct walk *w)
{
	return &w->path;
}

/*
 * The window of the deepest directory: half of what the others have left, so that there always is
 * some, and never less than the least, which is set aside for all that may still come.
 */
static int fill(struct walk *w, struct level *level, const char *after)
{
	char *start = w->room;
	if (w->depth > 1) {
		const struct names *above = &level[-1].names;
		start = above->room + ((above->size + 7) & ~(size_t)7);
	}
	size_t aside = (DEPTH - w->depth) * (size_t)NAMES_LEAST;
	size_t left = (size_t)(w->room + ROOM - start);
	size_t half = left > aside ? (left - aside) / 2 : 0;
	level->names.room = start;
	level->names.size = half > NAMES_LEAST ? half : NAMES_LEAST;
	level->next = 0;
	return names_read(&level->names, layer_path(w->upper, &w->path), w->order,
			  level->opaque && node_is_dir(&level->below), after);
}

/* The next names of a directory that has more than its window holds. */
static int refill(struct walk *w, struct level *level)
{
	char last[NAME_MAX + 16];
	const char *record = names_at(&level->names, level->names.count - 1);
	memcpy(last, record, strlen(record + 1) + 2);
	path_cut(&w->path, level->length);
	level->names.count = 0; /* where they cannot be read, there are no more */
	level->names.more = false;
	return fill(w, level, last);
}

/* What lies below at the walk's path, which is in LEVEL's directory, and what lstat says of it. */
static int look_below(struct walk *w, const struct level *level, struct node *n, struct stat *st)
{
	*n = (struct node){0};
	return level->new ? 0 : overlay_glance(w->below, &level->below, &w->path, NULL, n, st);
}

/* Goes down into the directory at the walk's path. */
static int enter(struct walk *w)
{
	struct look look;
	const struct level *parent = w->depth > 0 ? &w->levels[w->depth - 1] : NULL;
	if (w->depth > DEPTH)
		return -ENAMETOOLONG;
	struct level *level = &w->levels[w->depth++];
	*level = (struct level){.length = w->path.length};
	struct stat st;
	int error = layer_look(w->upper, &w->path, true, &look, NULL);
	if (!error && parent)
		error = look_below(w, parent, &level->below, &st);
	else
		overlay_root(w->below, &level->below);
	if (error)
		return error;
	level->opaque = look.marks & MARK_OPAQUE;
	level->new = level->opaque || !node_is_dir(&level->below);
	return fill(w, level, NULL);
}

/* Puts the name that RECORD stands for behind the path of LEVEL. */
static int go_to(struct walk *w, const struct level *level, const char *record)
{
	enum tag tag = (enum tag)(record[0] - 1);
	const char *name = record + 1;
	path_cut(&w->path, level->length);
	if (tag == TAG_OPAQUE)
		return 0;
	if (tag == TAG_WHITEOUT && w->order == WALK_ARCHIVE)
		name += strlen(LAYER_WH);
	size_t length = strlen(name);
	if (name[length - 1] == '/')
		length--;
	return path_push(&w->path, name, length);
}

/* Fills in an object; -ENOENT when it has gone meanwhile. */
static int describe(struct walk *w, struct entry *entry)
{
	struct look look;
	int error = layer_look(w->upper, &w->path, true, &look, &entry->st);
	entry->opaque = look.marks & MARK_OPAQUE;
	entry->elsewhere = look.marks & MARK_ELSEWHERE;
	return !error && look.type == DT_UNKNOWN ? -ENOENT : error;
}

/* 1: ENTRY holds what RECORD stands for; 0: there is nothing to tell. */
static int take(struct walk *w, const struct level *level, enum tag tag, struct entry *entry)
{
	struct stat st;
	*entry = (struct entry){.path = &w->path};
	if (tag == TAG_OPAQUE) {
		entry->kind = ENTRY_OPAQUE;
		entry->below = level->below;
		return 1;
	}
	if (tag == TAG_WHITEOUT) {
		entry->kind = ENTRY_WHITEOUT;
		/* A ".wh." file beside an object of its name: the object is what shows. */
		const char *path = layer_path(w->upper, &w->path);
		if (sys_lstat(path, &st) == 0 && !(S_ISCHR(st.st_mode) && st.st_rdev == 0) &&
		    !layer_is_xwhiteout(path))
			return 0;
	} else {
		int error = describe(w, entry);
		if (error)
			return error == -ENOENT ? 0 : error;
	}
	int error = look_below(w, level, &entry->below, &entry->below_st);
	return error ? error : 1;
}

int walk_next(struct walk *w, struct entry *entry)
{
	int result = w->begun ? 0 : enter(w);
	w->begun = true;
	while (result == 0 && w->depth > 0) {
		struct level *level = &w->levels[w->depth - 1];
		if (level->next == level->names.count) {
			if (level->names.more)
				result = refill(w, level);
			else
				w->depth--;
			continue;
		}
		const char *record = names_at(&level->names, level->next++);
		result = go_to(w, level, record);
		if (result == 0 && record[0] - 1 == TAG_CONTENTS)
			result = enter(w);
		else if (result == 0)
			result = take(w, level, (enum tag)(record[0] - 1), entry);
	}
	return result;
}

int walk_next_whole(struct walk *w, struct entry *entry)
{
	int result = walk_next(w, entry);
	return result > 0 && entry->elsewhere ? -EPERM : result;
}

struct walk *walk_begin(const struct layer *upper, const struct overlay *below,
			enum walk_order order)
{
	struct walk *w = sys_pages(sizeof *w);
	if (!w)
		return NULL;
	w->upper = upper;
	w->below = below;
	w->order = order;
	path_clear(&w->path);
	return w;
}

void walk_end(struct walk *w)
{
	sys_munmap(w, sizeof *w);
}
