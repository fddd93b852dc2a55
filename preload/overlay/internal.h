/* What the files of the overlay room share with each other alone. */
#ifndef OVERLAY_INTERNAL_H
#define OVERLAY_INTERNAL_H

#include "overlain/overlay.h"

/* --- change.c: the page in workdir through which processes tell each other of changes --- */

/* Pairs of counters: changes begun in the low half, changes ended in the high one. */
#define BUCKETS 4095
#define TOLD    64
struct shared {
	_Atomic uint64_t tree;
	_Atomic uint32_t whiteout_form;
	_Atomic uint32_t gone; /* directories that were removed */
	_Atomic uint64_t names[BUCKETS];
	_Atomic uint64_t told[TOLD]; /* by overlay_told */
};

/* Maps it; FRESH where this process sets the overlay up anew. Best effort. */
int shared_open(struct overlay *ov, bool fresh);

/* A path by its hash, and its parent's. */
struct key {
	struct path_hash hash;
	uint64_t parent;
};

static inline _Atomic uint64_t *shared_bucket(const struct overlay *ov, uint64_t hash)
{
	return &ov->shared->names[(hash >> 32) * BUCKETS >> 32];
}

/*
 * What must not have changed for a remembered node to hold: the name, whose directory it lies in,
 * and the tree as a whole.
 */
struct stamp {
	uint64_t name;
	uint64_t parent;
	uint64_t tree;
};
/* Taken before a look at the disk, kept with what the look found. */
struct stamp stamp_now(const struct overlay *ov, const struct key *key);

/* Tells a stamp from a pair of counters, and from nothing. */
#define STAMP_MARK (1ULL << 63)
/* No pair that may be trusted: its halves differ. */
#define STAMP_NEVER 1ULL

/* True while nothing it depends on was changed: the price of three loads. */
static inline bool stamp_holds(const struct overlay *ov, uint64_t name, uint64_t parent,
			       const struct stamp *stamp)
{
	if (!ov->shared)
		return !ov->writable && !ov->barred; /* nobody can change anything */
	return (*shared_bucket(ov, name) | STAMP_MARK) == stamp->name &&
	       (*shared_bucket(ov, parent) | STAMP_MARK) == stamp->parent &&
	       (ov->shared->tree | STAMP_MARK) == stamp->tree;
}

/* --- names.c: which layers are worth a look for a name --- */

struct names;
/* What a directory was found to be worth. */
struct listed {
	uint64_t dir;  /* the directory's path by its hash */
	uint32_t vain; /* looks that came to nothing */
	bool making;
	struct names *names;
};
/* The parts of the directory PARENT in which one name is looked for. */
struct parts {
	const struct overlay *overlay;
	const struct node *parent;
	const struct names *names; /* what was listed of them; NULL: nothing */
	uint32_t hash;
	uint64_t dir;
};
/* DIR is the hash of PARENT's path; 0 where no more is to be learnt. */
struct parts parts_of(const struct overlay *ov, const struct node *parent, const char *name,
		      uint64_t dir);
/* node_next_part, less the layers that cannot have the name. */
unsigned parts_next(const struct parts *parts, unsigned from);
/* The same for a ".wh." file beside the name. */
unsigned parts_next_hiding(const struct parts *parts, unsigned from);
/* So many looks for P came to nothing. */
void parts_in_vain(const struct parts *parts, struct path *p, unsigned looks);

/* --- cache.c: what this process has learnt, guarded by stamps --- */

struct key path_key(const struct path *p);
/* Best effort: without memory, nothing is remembered. */
int cache_open(struct overlay *ov);
void cache_keep(const struct overlay *ov, const struct key *key, const struct node *n,
		struct stamp stamp);
void cache_drop(const struct overlay *ov, const struct path *p);
/* Where names.c keeps what it knows of the directory of that hash; NULL without memory. */
struct listed *cache_listed(const struct overlay *ov, uint64_t dir);

/* A directory is no more: who has it open, or stands in it, must not take another for it. */
void change_removed_directory(const struct overlay *ov);
/* The form of whiteout that is known to work in this upper. */
enum whiteout_form shared_whiteout_form(const struct overlay *ov);
void shared_set_whiteout_form(const struct overlay *ov, enum whiteout_form form);

/* --- stage.c: things half-made, in workdir --- */

/* A fresh name in workdir/work. */
void stage_name(const struct overlay *ov, struct stage *s);
/* renameat2(2) that moves directories which may not be written to as well: the kernel wants to. */
int stage_move(const char *from, const char *to, unsigned flags);

/* A few entries at a time: such directories are read rarely, and where stacks may be small. */
#define ENTRIES_SIZE 512

/* --- copyup.c --- */

int mark_parent_impure(const struct overlay *ov, struct path *p);

/* --- whiteout.c --- */

/* Hides P of the layers below; UPPER_HAS when it replaces the upper's own non-directory. */
int whiteout_place(const struct overlay *ov, struct path *p, bool upper_has);
/* A whiteout for P half-made at S; -EOPNOTSUPP where only ".wh." files can be. */
int whiteout_stage(const struct overlay *ov, struct path *p, struct stage *s);
/* Takes a ".wh." file beside P away, once P itself stands. */
void whiteout_lift_beside(const struct overlay *ov, struct path *p);

/* --- remove.c --- */

/* -EACCES or -EPERM where the caller may not change the directory of P in a lower layer. */
int may_change_parent(const struct overlay *ov, struct path *p);

/* --- rename.c --- */

/* Marks the upper directory P opaque: nothing below it shows. */
int mark_opaque(const struct overlay *ov, struct path *p);

#endif
