/* What the files of the overlay room share with each other alone. */
#ifndef OVERLAY_INTERNAL_H
#define OVERLAY_INTERNAL_H

#include "overlain/overlay.h"

/* --- cache.c: what this process has learnt, guarded by stamps --- */

/* A path by its hashes: its own, a second one to tell it apart, and that of its parent. */
struct key {
	uint64_t name;
	uint64_t check;
	uint64_t parent;
};
struct key path_key(const struct path *p);

/*
 * What must not have changed for a remembered node to hold: the name, whose directory it lies in,
 * and the tree as a whole.
 */
struct stamp {
	uint64_t name;
	uint64_t parent;
	uint64_t tree;
};
/* Best effort: without memory, nothing is remembered. */
int cache_open(struct overlay *ov);
bool cache_find(const struct overlay *ov, const struct path *p, struct node *n);
void cache_keep(const struct overlay *ov, const struct key *key, const struct node *n,
		struct stamp stamp);
void cache_drop(const struct overlay *ov, const struct path *p);

/* --- change.c --- */

/* Maps the page in workdir through which processes tell each other of changes. Best effort. */
int shared_open(struct overlay *ov);
/* Taken before a look at the disk, kept with what the look found. */
struct stamp stamp_now(const struct overlay *ov, const struct key *key);
bool stamp_holds(const struct overlay *ov, const struct key *key, const struct stamp *stamp);
/* The form of whiteout that is known to work in this upper. */
enum whiteout_form shared_whiteout_form(const struct overlay *ov);
void shared_set_whiteout_form(const struct overlay *ov, enum whiteout_form form);

/* --- stage.c: things half-made, in workdir --- */

/* A fresh name in workdir/work. */
void stage_name(const struct overlay *ov, struct stage *s);
/* Removes whatever stands there, directories with all they hold. Best effort. */
void stage_discard(const char *path);

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
