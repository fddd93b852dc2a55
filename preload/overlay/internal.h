/* What the files of the overlay room share with each other alone. */
#ifndef OVERLAY_INTERNAL_H
#define OVERLAY_INTERNAL_H

#include "overlain/overlay.h"

/* --- change.c: the page in workdir through which processes tell each other of changes --- */

#define SUSPECTS 4
/* Pairs of counters: changes begun in the low half, changes ended in the high one. */
#define BUCKETS 4008
#define TOLD    64
struct shared {
	_Atomic uint64_t tree;
	_Atomic uint32_t whiteout_form;
	_Atomic uint32_t gone;   /* directories that were removed */
	_Atomic uint64_t stages; /* a pair of them for what is half-made in workdir */
	/* Pairs that were seen unequal: where in the page, and when, in seconds. */
	struct suspect {
		_Atomic uint64_t pair;
		_Atomic uint32_t at;
		_Atomic uint32_t since;
	} suspects[SUSPECTS];
	_Atomic uint64_t names[BUCKETS];
	_Atomic uint64_t told[TOLD]; /* by overlay_told */
	_Atomic uint64_t moves;      /* changes of the tree that have begun */
};

static inline _Atomic uint64_t *shared_bucket(const struct overlay *ov, uint64_t hash)
{
	return &ov->shared->names[(hash >> 32) * BUCKETS >> 32];
}

/* Taken before a look at the disk, kept with what the look found. */
struct stamp stamp_now(const struct overlay *ov, const struct path_key *key);
/* Told of a look at the disk that STAMP made necessary: counters that stay behind are set right. */
void stamp_missed(const struct overlay *ov, const struct path_key *key, const struct stamp *stamp);

/* Tells a stamp from a pair of counters, and from nothing. */
#define STAMP_MARK (1ULL << 63)
/* No pair that may be trusted: its halves differ. */
#define STAMP_NEVER 1ULL

/* Nobody can change anything. */
static inline bool overlay_stands(const struct overlay *ov)
{
	return !ov->writable && !ov->barred;
}

/*
 * Pairs only ever grow, so the sum of those a stamp was taken of stays what it is exactly while
 * each of them does. 0: one is not to be trusted.
 */
static inline uint64_t stamp_sum(const struct stamp *stamp)
{
	const bool never = stamp->name == STAMP_NEVER || stamp->parent == STAMP_NEVER ||
			   stamp->tree == STAMP_NEVER;
	return never ? 0 : (stamp->name + stamp->parent + stamp->tree) | STAMP_MARK;
}

/* True while nothing it depends on was changed: the price of three loads. */
static inline bool stamp_holds(const struct overlay *ov, uint64_t name, uint64_t parent,
			       uint64_t sum)
{
	if (!ov->shared)
		return overlay_stands(ov);
	const uint64_t now =
		*shared_bucket(ov, name) + *shared_bucket(ov, parent) + ov->shared->tree;
	return (now | STAMP_MARK) == sum;
}

/* True when B, found at the same path later, is of the same kind and in the same layer as A. */
static inline bool node_same(const struct node *a, const struct node *b)
{
	return a->type == b->type && a->layer == b->layer;
}

/* --- lookup.c --- */

/* Takes what LOOK found in LAYER into N; true when layers below can add no more. */
bool node_take(const struct overlay *ov, unsigned layer, const struct look *look, struct node *n);

/* --- identity.c --- */

/* The number the upper's P had before its copy-up; 0 where nothing trustworthy says so. */
uint64_t overlay_read_origin(const struct overlay *ov, struct path *p);

/* --- names.c: which layers are worth a look for a name --- */

/* One component by its hash. */
uint32_t name_hash(const char *name);

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

struct path_key path_key(const struct path *p);
/* False where STAMP does not hold: then N may be another by now, and is not kept. */
bool cache_keep(const struct overlay *ov, const struct path_key *key, const struct node *n,
		struct stamp stamp);
/* What was remembered with this very stamp; false when nothing was. */
bool cache_had(const struct overlay *ov, const struct path_key *key, const struct stamp *stamp,
	       struct node *n);
void cache_drop(const struct overlay *ov, const struct path *p);
/* Where names.c keeps what it knows of the directory of that hash; NULL without a cache. */
struct listed *cache_listed(const struct overlay *ov, uint64_t dir);
/* How much memory that may take. */
uint32_t cache_listing_bytes(const struct overlay *ov);

/* A directory is no more: who has it open, or stands in it, must not take another for it. */
void change_removed_directory(const struct overlay *ov);

/* --- shared.c: the page itself, and what else processes tell each other; best effort --- */

/* Opens the file behind it (page.c): -errno. */
int shared_file(const struct overlay *ov);
/* An overlay that is set up anew: nobody was told anything. */
void shared_forget_told(const struct overlay *ov);
/* The form of whiteout that is known to work in this upper. */
enum whiteout_form shared_whiteout_form(const struct overlay *ov);
void shared_set_whiteout_form(const struct overlay *ov, enum whiteout_form form);
/* Something half-made comes to workdir, and is gone again. */
void shared_stage_begins(const struct overlay *ov);
void shared_stage_ends(const struct overlay *ov);
/* True while some may be there; nothing was, when *PAIR was read: shared_stages_gone. */
bool shared_stages_open(const struct overlay *ov, uint64_t *pair);
void shared_stages_gone(const struct overlay *ov, uint64_t pair);

/* --- lock.c: locks on bytes of the shared file --- */

/* shared_file, to hold locks by, which no child has with it. */
int shared_hold(const struct overlay *ov, uint32_t *before);
/* Gives back all that was locked by *FD, and closes it. */
void shared_let_go(int *fd, uint32_t before);
/* Locks BYTE, TYPE as fcntl(2) has it: 0, -EAGAIN where another holds it. */
int shared_lock(int fd, short type, off_t byte);
/* The same for oneself alone. */
int shared_claim(int fd, off_t byte);

/* --- turn.c: one at a time --- */

/*
 * Waits for a turn, and blocks signals until it is given back; where it cannot be had (no shared
 * file, no descriptors) goes on without. Not to be asked for twice.
 */
void turn_take(const struct overlay *ov, struct turn *turn);
/* The same without waiting; false where another has it. */
bool turn_try(const struct overlay *ov, struct turn *turn);
void turn_give(struct turn *turn);
/*
 * In a turn: from here on no copy-up arrives, until it is given back. A directory is to move or go,
 * or a ".wh." file to hide a name.
 */
void turn_move(const struct turn *turn);
/*
 * From here to the stage's end no directory moves or goes. Waits for turn_move alone, so it may be
 * asked for in a turn before that.
 */
void stage_arrives(const struct stage *s);
#define TURN_SCOPED __attribute__((cleanup(turn_give))) struct turn

/* --- stage.c: things half-made, in workdir --- */

/* Takes what stands at FROM there: rename(2), of directories that may not be written to as well. */
int stage_withdraw(struct stage *s, const struct grip *from);
/* A fresh name in workdir/work, claimed until stage_end: what is not, is swept away. */
void stage_begin(const struct overlay *ov, struct stage *s);
/* The same in a turn, which is claim enough. */
void stage_in_turn(const struct overlay *ov, struct stage *s);
/* In a turn: a note that P is owed a whiteout; whoever finds it sees to that. */
int stage_owing(const struct overlay *ov, struct stage *s, struct path *p);
/* Gives what stands there its name: rename(2). With RENAME_EXCHANGE what had it stands there. */
int stage_publish(struct stage *s, const struct grip *final, unsigned flags);
/*
 * What stands there is a directory that was taken out of merged, and goes: -ENOTEMPTY where it
 * holds more than whiteouts, for others may have it open, and is to come back; opaque then, since
 * all that lies below was hidden.
 */
int stage_remove(struct stage *s);
/* Discards what is left there. */
void stage_end(struct stage *s);
/* Discards what dead processes left. */
void stage_sweep(const struct overlay *ov);
#define STAGE_SCOPED __attribute__((cleanup(stage_end))) struct stage

/* --- entries.c --- */

/* Told of an entry; what is not 0 ends the reading. */
typedef int entry_visit(struct reading *reading, const struct dirent64 *entry, void *data);
/* Calls VISIT for the entries of the directory FD, but "." and "..": 0, what it said, -errno. */
int entries_in(int fd, entry_visit *visit, void *data);
/* The same for the directory PATH. */
int entries_each(const char *path, entry_visit *visit, void *data);

/* --- grip.c --- */

/* Opens P of the upper, O_PATH, where no symlink leads; of what is gone nothing is remembered. */
int grip_open(const struct overlay *ov, struct path *p, int flags);
/* What a path is better than nothing for: there are no descriptors. */
bool grip_wants(int error);
/* Without it a path is all there is. */
bool grip_has_proc(void);

/* --- copyup.c --- */

/* Of the directory that AT is a name in. */
int mark_parent_impure(const struct overlay *ov, const struct grip *at);

/* --- whiteout.c --- */

/*
 * Takes a turn to hide a name: where a ".wh." file is to do that, which would not be in the way of
 * a copy, until it is given back no copy arrives.
 */
void whiteout_turn(const struct overlay *ov, struct turn *turn);
/* True when a whiteout where the upper has nothing is made by one system call. */
bool whiteout_is_simple(const struct overlay *ov);
/* Makes it so: -EEXIST when it has something by now, -EAGAIN when it is not simple after all. */
int whiteout_make(const struct overlay *ov, struct path *p);
/*
 * In a turn: hides P of the layers below; UPPER_HAS when it replaces the upper's own non-directory.
 * -EEXIST when it has something by now, -EAGAIN when a ".wh." file must do, as it turns out: who
 * has not taken his turn for that (whiteout_turn) is to begin again.
 */
int whiteout_place(const struct overlay *ov, struct path *p, bool upper_has);
/* A whiteout for P half-made at S, in a turn; -EOPNOTSUPP where only ".wh." files can be. */
int whiteout_stage(const struct overlay *ov, struct path *p, struct stage *s);
/*
 * In a turn: a ".wh." file stands in for a whiteout of AT, which the upper's own object is about to
 * leave; it hides nothing of that. NOTE says that the whiteout is owed: whiteout_return. Where
 * nothing can be marked, it makes a directory opaque.
 */
int whiteout_stand_in(const struct overlay *ov, const struct grip *at, struct stage *note);
/* The same for a whiteout that gives way to what is about to be made, or to come, in its place. */
int whiteout_lend(const struct overlay *ov, const struct grip *at, struct stage *note);
/*
 * Done with it: the whiteout comes, BACK or for the first time, where nothing is there now. A
 * directory there is opaque.
 */
void whiteout_return(const struct overlay *ov, const struct grip *at, bool back);
/* Says of P's directory that it may hold whiteouts in xattr form, which are not to be listed. */
int whiteout_announce(const struct overlay *ov, struct path *p);
/* 0 when the upper directory PATH holds whiteouts at most; -ENOTEMPTY. */
int whiteouts_only(const char *path);
/*
 * Removes them from PATH, where they hide nothing any more; -ENOTEMPTY where it holds more. After
 * another error some may be left.
 */
#define DROP_XATTR 1u /* it may hold some in xattr form, though its mark is another by now */
#define DROP_OWN   2u /* and files that mark PATH itself */
int whiteouts_drop(const char *path, unsigned what);
/* Takes a ".wh." file beside AT away, once that itself stands. */
void whiteout_lift_beside(const struct overlay *ov, const struct grip *at);

/* --- remove.c --- */

/* -EACCES or -EPERM where the caller may not change the directory of P in a lower layer. */
int may_change_parent(const struct overlay *ov, struct path *p);

/* --- rename.c --- */

/* Marks the upper directory P opaque: nothing below it shows. */
int mark_opaque(const struct overlay *ov, struct path *p);

#endif
