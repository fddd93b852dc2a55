/*
 * walk: the upper of an overlay, object by object, beside what the layers below show there.
 *
 * Every verb that works on an upper goes through it this way. Objects come in the order of their
 * names; memory is bounded however many there are, the lower layers are asked for single names
 * only, and none of their directories is ever listed.
 */
#ifndef OVERLAIN_WALK_H
#define OVERLAIN_WALK_H

#include "overlain/overlay.h"

enum walk_order {
	WALK_PATHS,   /* sorted by path as bytes */
	WALK_ARCHIVE, /* sorted by the names an OCI layer has: "dir/", ".wh.gone", ".wh..wh..opq" */
};

struct entry {
	enum {
		ENTRY_OBJECT,   /* the upper has something there */
		ENTRY_WHITEOUT, /* it says that nothing is there, in whatever form */
		ENTRY_OPAQUE,   /* WALK_ARCHIVE: the directory PATH hides what is below */
	} kind;
	struct path *path; /* the walk's own: valid, and not to be changed, until the next */
	struct stat st;    /* ENTRY_OBJECT: the upper's object */
	bool opaque;       /* it is a directory that hides what the layers below have there */
	bool elsewhere;    /* MARK_ELSEWHERE */
	struct node below; /* what they show there; absent inside what is new or opaque */
	struct stat below_st;
};

struct walk;
/* The walk through UPPER, which stands on BELOW; NULL where there is no memory. */
struct walk *walk_begin(const struct layer *upper, const struct overlay *below,
			enum walk_order order);
/*
 * 1 with the next object in *ENTRY, 0 at the end, -errno with its path being that of the trouble:
 * the next call goes on behind that.
 */
int walk_next(struct walk *w, struct entry *entry);
/* The same, and -EPERM for what the upper does not hold itself: a redirect or metacopy. */
int walk_next_whole(struct walk *w, struct entry *entry);
/* The path of the latest object, or of the directory that could not be read. */
struct path *walk_path(struct walk *w);
void walk_end(struct walk *w);

/* --- names.c: the names of one directory in order, as many at a time as there is room for --- */

enum tag { TAG_WHITEOUT, TAG_OBJECT, TAG_OPAQUE, TAG_CONTENTS };

/* A window on the sorted names. A name is a tag, then its key, then a zero. */
struct names {
	char *room; /* the names; behind them, once read, their offsets in order */
	size_t size;
	uint32_t used;
	uint32_t count;
	uint32_t *order;
	bool more; /* there are names behind the last of these */
};
/* The smallest room a window can work in. */
#define NAMES_LEAST 1024

/*
 * Reads from the directory PATH the names behind AFTER (NULL: from the start) into the room of N.
 * OPAQUE adds its mark. Afterwards n->size is what is in use.
 */
int names_read(struct names *n, const char *path, enum walk_order order, bool opaque,
	       const char *after);
static inline const char *names_at(const struct names *n, uint32_t i)
{
	return n->room + n->order[i];
}

#endif
