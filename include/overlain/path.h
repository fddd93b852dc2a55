/*
 * path: a name inside merged, and the way to reach it in any layer without copying it.
 *
 * A path is relative to merged ("" is merged itself, "a/b" an object below it) and canonical: no
 * "." or "..", no doubled or trailing slash, and every component but the last is a directory and
 * not a symlink. The bytes before it are kept free, so that a layer's root can be written right in
 * front: reaching layer after layer costs one short memcpy and no second buffer on the stack.
 */
#ifndef OVERLAIN_PATH_H
#define OVERLAIN_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest root that fits in front of a path, its closing slash included. */
#define PATH_ROOM 256

struct path {
	uint16_t length; /* of the relative part, without the terminator */
	char bytes[PATH_ROOM + PATH_MAX];
};

static inline char *path_rel(struct path *p)
{
	return p->bytes + PATH_ROOM;
}

/* Where the last component begins within path_rel(). */
static inline size_t path_last(const struct path *p)
{
	size_t at = p->length;
	while (at > 0 && p->bytes[PATH_ROOM + at - 1] != '/')
		at--;
	return at;
}

/* Makes P merged itself. */
void path_clear(struct path *p);
/* Sets P to REL, which is canonical already; -ENAMETOOLONG. */
int path_set(struct path *p, const char *rel, size_t length);
void path_copy(struct path *to, const struct path *from);
/* Appends one component; -ENAMETOOLONG beyond NAME_MAX or PATH_MAX. */
int path_push(struct path *p, const char *name, size_t length);
/* Removes the last component; false when P was merged itself. */
bool path_pop(struct path *p);
/* Shortens P to an earlier length. */
void path_cut(struct path *p, size_t length);
/* A path cut short for a while: the rest comes back at the end of the scope. */
struct path_hold {
	struct path *path;
	uint16_t at, length;
	char byte;
};
static inline struct path_hold path_shorten(struct path *p, size_t at)
{
	struct path_hold hold = {p, (uint16_t)at, p->length, path_rel(p)[at]};
	path_rel(p)[at] = 0;
	p->length = (uint16_t)at;
	return hold;
}
static inline void path_restore(struct path_hold *hold)
{
	path_rel(hold->path)[hold->at] = hold->byte;
	hold->path->length = hold->length;
}
/* For the rest of the scope P is its first AT bytes; PATH_PARENT its parent directory. */
#define PATH_AT(p, at)                                                                             \
	__attribute__((cleanup(path_restore), unused)) struct path_hold path_held =                \
		path_shorten(p, at)
static inline size_t path_parent_length(const struct path *p)
{
	size_t last = path_last(p);
	return last ? last - 1 : 0;
}
#define PATH_PARENT(p) PATH_AT(p, path_parent_length(p))

/* A path with another text from some byte on, for a while; what stood there comes back. */
struct path_patch {
	struct path *path;
	uint16_t at, length;
	uint16_t size; /* of what was saved; 0: the text did not fit, nothing was changed */
	char saved[NAME_MAX + 8];
};
/* Writes PREFIX and NAME (of LENGTH bytes, together a component) at AT. */
struct path_patch path_patch(struct path *p, size_t at, const char *prefix, const char *name,
			     size_t length);
void path_unpatch(struct path_patch *patch);
#define PATH_PATCH_SCOPED __attribute__((cleanup(path_unpatch)))

/*
 * Declares P, a path with no more room than LENGTH bytes and a mark beside them take: for one that
 * is looked at and not moved along.
 */
#define PATH_BRIEF(p, length)                                                                      \
	_Alignas(struct path) char p##_memory[offsetof(struct path, bytes) + PATH_ROOM +           \
					      (length) + sizeof(((struct path_patch *)0)->saved)]; \
	struct path *const p = (struct path *)p##_memory

/*
 * Two hashes that stand for a path. One is made of its directory's and the last component, so a
 * path below a directory whose hash is known costs no more than what follows.
 */
struct path_hash {
	uint64_t name, check;
};
#define PATH_HASH_ROOT ((struct path_hash){0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL})
/*
 * The hash of REST, of LENGTH bytes, below the directory of hash AT; DIR becomes the name of that
 * which REST ends in. A text that is not canonical has another hash than the path it spells.
 */
struct path_hash path_hash(struct path_hash at, const char *rest, size_t length,
			   struct path_hash *dir);
/* A path by its hash, and its parent's. */
struct path_key {
	struct path_hash hash;
	uint64_t parent;
};

/* PREFIX (of LENGTH < PATH_ROOM bytes, ending in a slash) followed by the path, terminated. */
char *path_behind(struct path *p, const char *prefix, size_t length);

#endif
