/*
 * overlay, as far as something changes: what other processes hear of it, and the way to what is
 * changed.
 *
 * The contract is that of overlay.h, which includes this.
 */
#ifndef OVERLAIN_CHANGE_H
#define OVERLAIN_CHANGE_H

#include "overlain/layer.h"
#include "overlain/text.h"

struct overlay;
struct node;

/* --- change.c: what other processes must hear of --- */

/*
 * Brackets every change of what stands at a name. While it is open, and ever after, no process
 * trusts what it had remembered of P; with TREE, of anything, and so where a directory moved
 * meanwhile and may have taken the change along. Use CHANGE(ov, p, tree);
 */
struct change {
	const struct overlay *overlay;
	struct path_hash hash;
	uint64_t parent; /* its hash */
	uint64_t before; /* the pair of counters as it was */
	uint64_t moves;  /* and how many directories had begun to move */
	bool tree;
	bool moving; /* one of them was about to */
};
struct change change_begin(const struct overlay *ov, const struct path *p, bool tree);
/* The same of the path of that KEY. */
struct change change_begin_key(const struct overlay *ov, struct path_key key, bool tree);
void change_end(struct change *change);
/* The same, and N, which the change made of its path, is remembered if nobody else interfered. */
void change_end_with(struct change *change, const struct node *n);
/*
 * What P was known to be when the change began, where that held then: so it may be said of a change
 * that made nothing else of it.
 */
bool change_knew(const struct change *change, struct node *n);
/* A number that differs once a directory may have moved, or was removed. */
uint64_t overlay_generation(const struct overlay *ov);
#define GENERATION_NONE                UINT64_MAX /* that of an overlay which is not joined yet */
#define CHANGE_SCOPED                  __attribute__((cleanup(change_end), unused)) struct change
#define CHANGE_NAME(line)              change_at_##line
#define CHANGE_AT(ov, p, tree, line)   CHANGE_SCOPED CHANGE_NAME(line) = change_begin(ov, p, tree)
#define CHANGE_LINE(ov, p, tree, line) CHANGE_AT(ov, p, tree, line)
#define CHANGE(ov, p, tree)            CHANGE_LINE(ov, p, tree, __LINE__)

/* --- trail.c: the directories on the way to a name --- */

/*
 * The directory P and those above it, as they stand: it holds until one of them is moved, replaced,
 * copied up or given to others to search.
 */
struct trail {
	uint64_t sum;
	uint8_t count;
	uint16_t buckets[15];
};
/* False where they are too many, or nobody would tell of a change. */
bool trail_take(const struct overlay *ov, struct path *p, struct trail *trail);
bool trail_holds(const struct overlay *ov, const struct trail *trail);

/* --- search.c: who may use a directory that is kept open --- */

/* Told before this process, or a thread of it, gives up what it may search. */
void search_changes(void);
/* True from then on: then only what search_by_all may be kept, and what was kept before not used.
 */
extern bool search_was_changed;
static inline bool search_changed(void)
{
	return __atomic_load_n(&search_was_changed, __ATOMIC_RELAXED);
}
/* True when everybody may search the directory P of LAYER, and those above it in the layer. */
bool search_by_all(const struct layer *layer, struct path *p);

/* --- grip.c: the way to what is changed --- */

struct kept;
/*
 * How a call that changes something reaches a name of the upper: as (dirfd, grip_name), which leads
 * nowhere else, whatever others put in the place of the directories on the way. A symlink at its
 * end is not followed by what is given it; that is the call's to see to. Taken behind the look at
 * the name, and once its change has begun.
 */
struct grip {
	int dirfd; /* AT_FDCWD: the name is absolute */
	int own;   /* dirfd, where it goes with the grip; or -1 */
	struct kept *kept;
	const struct layer *upper;
	struct path *path; /* the caller's, and to stay what it is */
	const char *plain; /* where that is NULL */
};
#define GRIP_NONE ((struct grip){.dirfd = AT_FDCWD, .own = -1})
/* The same for PATH on disk, which nobody else leads astray. */
static inline struct grip grip_plain(const char *path)
{
	struct grip g = GRIP_NONE;
	g.plain = path;
	return g;
}
/* Valid until the path is reached in another layer. */
static inline const char *grip_name(const struct grip *g)
{
	if (!g->path)
		return g->plain;
	return g->dirfd == AT_FDCWD ? layer_path(g->upper, g->path)
				    : path_rel(g->path) + path_last(g->path);
}
/*
 * 0; -ELOOP where a symlink stands on the way by now, -ENOENT, -ENOTDIR: look again. Where there
 * are no descriptors it is the plain path.
 */
int grip_take(struct grip *g, const struct overlay *ov, struct path *p);
/* On workdir/work itself: AT_FDCWD where that is not kept open, and a path is the way there. */
void grip_take_work(struct grip *g, const struct overlay *ov);
void grip_let_go(struct grip *g);
#define GRIP_SCOPED __attribute__((cleanup(grip_let_go))) struct grip
/* Moves a descriptor that may be in the way of the one the caller is about to open. */
void grip_lift(struct grip *g);
/* The same as one path, for calls that take no directory. */
#define GRIP_PATH (32 + NAME_MAX)
const char *grip_path(const struct grip *g, char text[GRIP_PATH]);

/*
 * The directory itself, for who has cut the path to it meanwhile (PATH_PARENT): that it ends in a
 * slash leads on from the descriptor's link.
 */
#define GRIP_DIRECTORY 40
const char *grip_directory(const struct grip *g, char text[GRIP_DIRECTORY]);
/* A grip on another name, which needs no descriptor of its own in the same directory. */
int grip_take_beside(struct grip *g, const struct grip *other, const struct overlay *ov,
		     struct path *p);
/* layer_mark of P itself, a directory of the upper. */
int grip_mark(const struct overlay *ov, struct path *p, const char *mark, const char *value);

/* --- hold.c: the object whose attributes are changed --- */

/*
 * A grip on a name would lead to the whiteout that a rename has left there since. So this one is on
 * the object itself, but for what never leaves one.
 */
struct hold {
	struct grip grip;
	char link[GRIP_DIRECTORY];
};
#define HOLD_NONE ((struct hold){.grip = GRIP_NONE})
/*
 * Of N, which P was found to be, in the upper: as grip_take; -ENOENT where it is something else by
 * now.
 */
int hold_take(struct hold *h, const struct overlay *ov, struct path *p, const struct node *n);
/* The same for calls that follow a symlink: always the object, where it can be opened at all. */
int hold_object(struct hold *h, const struct overlay *ov, struct path *p, const struct node *n);
/* True when it is the object's own: then a call that is given its name is to follow that. */
static inline bool hold_is_link(const struct hold *h)
{
	return h->grip.plain == h->link;
}
/* What the *at calls take beside its name. */
static inline int hold_flags(const struct hold *h)
{
	return hold_is_link(h) ? 0 : AT_SYMLINK_NOFOLLOW;
}
static inline void hold_let_go(struct hold *h)
{
	grip_let_go(&h->grip);
}
#define HOLD_SCOPED __attribute__((cleanup(hold_let_go))) struct hold

/* Says when directories may be kept open for further grips; else none is. */
void grips_keep_while(bool (*asked)(void));
/* No lower number than this is one of theirs; true when FD is. */
int grips_lowest(void);
bool grips_keep(int fd);
/* FD was closed, or is about to be another's: true when it was one of them. */
bool grips_forget(int fd);
void grips_forget_range(unsigned first, unsigned last);
/* All of them go. */
void grips_give_up(void);

#endif
