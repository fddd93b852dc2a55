/*
 * overlay: the file system. One writable layer over any number of read-only ones, seen as one tree.
 *
 * Paths are struct path (canonical, relative to merged). Functions answer 0 or a count, or -errno
 * as the kernel's overlayfs would give it. Nothing here knows of interposition, of the process's
 * working directory or of libc; nothing allocates but by mmap, nothing locks but where it says so,
 * and everything is async-signal-safe except mounts_read().
 */
#ifndef OVERLAIN_OVERLAY_H
#define OVERLAIN_OVERLAY_H

#include "overlain/change.h"
#include "overlain/layer.h"
#include "overlain/text.h"

struct shared;
struct cache;

struct overlay {
	const char *merged; /* canonical absolute path; "/" is "" */
	const char *alias;  /* the way it was spelled, absolute, where that differs; or NULL */
	uint16_t merged_length;
	uint16_t alias_length;
	uint16_t index;             /* its place in struct mounts */
	uint16_t layer_count;       /* at least 1 */
	uint8_t part_shift;         /* one bit of node.parts stands for 1 << part_shift layers */
	bool has_upper;             /* layers[0] is the upper */
	bool writable;              /* and may be changed */
	bool barred;                /* not by this user, though: overlay_refuses */
	bool redirect_off;          /* redirect_dir=off: rename of lower directories gives EXDEV */
	bool is_volatile;           /* leave out fsync */
	bool several;               /* layers lie on more than one file system */
	bool enforce;               /* the kernel is to forbid writing to the lowers */
	const char *const *outside; /* canonical paths that alone may be written besides; or NULL */
	struct layer *layers;
	const char *workdir; /* canonical absolute path, or NULL */
	struct layer work;   /* workdir/work, where things are half-made */
#define PAGE_NAME 32
	char page[PAGE_NAME + 1]; /* the name of the shared page, or "" */
	dev_t dev;                /* st_dev of everything in merged */
	bool joined;              /* nothing more is to come of overlay_join */
	struct shared *shared;    /* what processes tell each other, or NULL */
	struct cache *cache;      /* what this process has learnt, or NULL */
};

struct mounts {
	unsigned count;
	bool enforce; /* asked for, and nobody before this process has done it */
	struct overlay *at;
};

/*
 * Reads OVERLAIN_* in ENVP and opens what they describe. 0 (count 0: nothing is configured), or
 * -errno with one line in COMPLAINT that names the variable and the value. An overlay that a parent
 * process has set up is not joined yet.
 */
int mounts_read(struct mounts *mounts, char *const *envp, struct text *complaint);
/* The same to look at what is there: nothing is made on disk, and all of them are read-only. */
int mounts_look(struct mounts *mounts, char *const *envp, struct text *complaint);
/*
 * To be called before the first look at what OV shows, and before any change: from then on this
 * process hears of what others change, and they of what it does; what dead ones left half-made is
 * swept. An error is one of want (-EMFILE, -ENFILE, -ENOMEM), and another call may succeed. Threads
 * and signal handlers may meet in it.
 */
int overlay_join(struct overlay *ov);
/* Gives that memory back, until OV is joined again; for a process that has one thread in here. */
void overlay_leave(struct overlay *ov);
/* What OV, which has an upper, shows without it; the cache and the shared page stay behind. */
void overlay_below(const struct overlay *ov, struct overlay *below);
/*
 * Binds the calling thread, and all that comes of it, to what the option "enforce" asks for. 0,
 * also where nothing is asked; -errno with one line in COMPLAINT where the kernel cannot.
 */
int mounts_enforce(const struct mounts *mounts, struct text *complaint);
/*
 * The same configuration as "NAME=value" strings with every path absolute, NULL-terminated: what a
 * child is started with.
 */
char *const *mounts_environment(const struct mounts *mounts);

/* Adds "lowerdir=…,upperdir=…,workdir=…", escaped as in /proc/mounts; the bytes that may take. */
void overlay_mount_line(const struct overlay *ov, struct text *t);
size_t overlay_mount_line_size(const struct overlay *ov);

/*
 * Notes that somebody is told of WHAT, a hash: true when some process of this overlay noted it
 * before, since it was set up. Without an upper nobody keeps note.
 */
bool overlay_told(const struct overlay *ov, uint64_t what);

/*
 * -EROFS, for an overlay that is not writable: where it is so for this user alone, he is told once
 * what to do about it.
 */
int overlay_refuses(const struct overlay *ov);

/*
 * This process is about to fork: what a thread has locked then is unlocked by a call of its own,
 * for the child has it, too (lock.c). And this is the child: it closes that.
 */
void overlay_forks(void);
void overlay_forked(void);

/* --- lookup.c: what stands at a path --- */

enum {
	NODE_COVERED = 1, /* absent, and the upper says so with a whiteout */
	NODE_IMPURE = 2,  /* directory: its upper part holds entries with origins */
	NODE_XWHITE = 4,  /* directory: a part holds whiteouts in xattr form */
	NODE_PURE = 8,    /* in the upper, and known to be in no lower */
	NODE_UNREAD = 16, /* directory: the marks of its lowest part were not asked for */
	NODE_OPEN = 32,   /* directory: everybody may search it */
	NODE_STICKY = 64, /* directory: it may have the sticky bit */
	NODE_FRESH = 128, /* directory: its upper part was made here, with no ".wh." file in it */
	NODE_SOLE = 256,  /* no directory, and in one that a single layer has: sole.c */
};

struct node {
	uint64_t ino;   /* the inode number programs see; 0: the one of the object itself */
	uint64_t parts; /* directory: layers that contribute, a bit per group of layers */
	uint64_t dir;   /* the directory it lies in, by the hash of its path; 0: not known */
	uint16_t layer; /* the topmost layer that has it */
	uint16_t end;   /* directory: no layer from here on contributes */
	uint16_t marks; /* NODE_* */
	uint8_t type;   /* DT_*; DT_UNKNOWN (0): nothing there */
};

static inline bool node_absent(const struct node *n)
{
	return n->type == DT_UNKNOWN;
}
static inline bool node_is_dir(const struct node *n)
{
	return n->type == DT_DIR;
}
static inline bool overlay_in_upper(const struct overlay *ov, const struct node *n)
{
	return ov->writable && n->layer == 0;
}
/* True when the directory N has a part in a layer below its topmost one. */
bool node_merged(const struct overlay *ov, const struct node *n);
/* The next layer from FROM on that may have a part of N; ov->layer_count when there is none. */
unsigned node_next_part(const struct overlay *ov, const struct node *n, unsigned from);

void overlay_root(const struct overlay *ov, struct node *n);
/* What P is, given what its parent directory is. An absent name is not an error. */
int overlay_step(const struct overlay *ov, const struct node *parent, struct path *p,
		 struct node *n);
/*
 * The same, and where the disk was looked at, SEEN is what lstat said of it (not yet shown as
 * merged's); else its st_mode is 0. KNOWN is P's key where that is known, and that nothing is
 * remembered of it; else NULL.
 */
int overlay_glance(const struct overlay *ov, const struct node *parent, struct path *p,
		   const struct path_key *known, struct node *n, struct stat *seen);
/*
 * True where the upper alone has PARENT: then a call that makes a name in it, and fails with EEXIST
 * where that or a whiteout is there, needs no look before.
 */
bool overlay_tells_new(const struct overlay *ov, const struct node *parent);
/* overlay_step from the root; -ENOENT, -ENOTDIR for a parent that is none. */
int overlay_lookup(const struct overlay *ov, struct path *p, struct node *n);
/* overlay_lookup for the parent of P. */
int overlay_lookup_parent(const struct overlay *ov, struct path *p, struct node *n);
/* -EACCES where the caller may not search the directory P, which is N. */
int overlay_may_search(const struct overlay *ov, const struct node *n, struct path *p);
/* What is remembered of P, without a look at the disk; false when nothing is. */
bool overlay_recall(const struct overlay *ov, const struct path *p, struct node *n);
/* The same for one that is known by its hash. */
bool overlay_recall_hash(const struct overlay *ov, struct path_hash hash, struct node *n);
/* Forgets P, for when the disk turned out to differ. */
void overlay_forget(const struct overlay *ov, struct path *p);

/* The object's absolute path on disk; valid until P changes or is reached in another layer. */
static inline char *overlay_reach(const struct overlay *ov, const struct node *n, struct path *p)
{
	return layer_path(&ov->layers[n->layer], p);
}

/* --- protected.c: what is not to be used though its mode allows it. P is N, and there. --- */

/* -EACCES where it is not to be opened by who would have it made. */
int overlay_may_open_made(const struct overlay *ov, struct path *p, const struct node *n);
/* -EACCES where it is a symlink that is not to be followed as the last name of a path. */
int overlay_may_follow(const struct overlay *ov, struct path *p, const struct node *n);
/* -EPERM where it is not to be given a further name. */
int overlay_may_link(const struct overlay *ov, struct path *p, const struct node *n);

/* --- sole.c: names that one layer alone can have --- */

/*
 * What must not have changed for a remembered node to hold: the name, whose directory it lies in,
 * and the tree as a whole.
 */
struct stamp {
	uint64_t name;
	uint64_t parent;
	uint64_t tree;
};
/* A name that is not remembered, but its directory is: what LAYER has is what merged has. */
struct sole {
	struct path_key key;
	struct stamp stamp;
	struct node parent;
	uint16_t layer;
	bool only; /* where that has nothing, nobody has */
};
/* Of NAME in the directory DIR; false where that is not known, or several layers must be asked. */
bool overlay_sole(const struct overlay *ov, struct path_hash hash, struct path_hash dir,
		  const char *name, struct sole *sole);
/*
 * Told of what lstat says of the name in that layer, NULL: nothing is there. True when N says what
 * it is, which is remembered; false where more must be asked, or something changed meanwhile.
 */
bool overlay_learn(const struct overlay *ov, const struct sole *sole, const struct stat *st,
		   struct node *n);

/* --- copyup.c: bringing objects into the upper --- */

/*
 * Makes the upper have P: afterwards N describes its upper object. Parents come along. Where EMPTY
 * is not NULL (for O_TRUNC) the data of a regular file stay behind, and what was emptied is left
 * open for writing as *EMPTY, whatever becomes of its name. -EROFS without an upper; -ENOENT when N
 * is absent. Nothing to do, and no system call, when it is in the upper already.
 */
int overlay_copy_up(const struct overlay *ov, struct path *p, struct node *n, int *empty);
/* The same with everything below a directory, published whole: nothing of it stays in a lower. */
int overlay_copy_up_tree(const struct overlay *ov, struct path *p, struct node *n);
/* Makes the upper have the parent directory of P. */
int overlay_raise_parent(const struct overlay *ov, struct path *p);

/* --- copy.c: the same between names that are in no overlay --- */

/* Copies FROM, whatever it is, to the new name TO as a copy-up does, without an origin. */
int object_copy(const char *from, const char *to);
/* Gives TO owner (as far as allowed), extended attributes, mode and times of FROM. */
int object_dress(const char *from, const char *to);

/* --- create.c: new objects --- */

/*
 * A birth: between begin and end the caller makes the new object, of type DT_*, at birth.path from
 * birth.dirfd on with whatever call it likes, which must not follow a symlink there. Where a
 * whiteout must give way, that is a name in workdir, and end publishes it by one rename; else it is
 * the final name in the upper.
 */
struct stage {
	const struct overlay *overlay;
	int fd; /* holds the claim on the name */
	uint32_t forks;
	bool published;
	char path[PATH_ROOM + 64];
};
/* The right to change what takes more than one system call; signals are blocked meanwhile. */
struct turn {
	bool taken;
	int fd;
	uint32_t forks;
	uint64_t mask;
};
struct birth {
	const struct overlay *overlay;
	struct path *final;
	int dirfd;
	const char *path;
	struct grip grip;
	uint8_t type;
	bool staged;
	bool linked; /* it is a name for an old object */
	size_t nest; /* the length of a directory's path in workdir that it is made in; or 0 */
	bool lent;   /* overlay_birth_in_place */
	struct change change;
	struct turn turn;
	struct stage stage;
};
/* -EACCES where the caller may not change the directory of P. */
int overlay_may_write_parent(const struct overlay *ov, struct path *p);
/* A new object of N's type in workdir, for an absent N its name; the caller's to take away. -EROFS
 */
int overlay_scratch(const struct overlay *ov, const struct node *n, struct stage *s);
/* It was taken away, or is now. */
void overlay_scratch_end(struct stage *s);
/* -EROFS, -EEXIST (N is there), -EACCES, -ENOENT. N is what the lookup of P gave. */
int overlay_birth_begin(struct birth *b, const struct overlay *ov, struct path *p,
			const struct node *n, uint8_t type);
/*
 * The same in two steps, where the second may be left out: then birth.path is not set, and an
 * object is made at the name itself (layer_open_strictly) where it is not staged. After an error of
 * the second it is the caller's to end.
 */
int overlay_birth_announce(struct birth *b, const struct overlay *ov, struct path *p,
			   const struct node *n, uint8_t type);
int overlay_birth_grip(struct birth *b);
/*
 * For what cannot be made elsewhere and moved: where a whiteout must give way (staged), it does so
 * now and birth.path is the final name. The end is overlay_birth_end's, also where this fails.
 */
int overlay_birth_in_place(struct birth *b);
/* RESULT is the outcome of making it (-errno: nothing was made); answers the outcome of it all. */
int overlay_birth_end(struct birth *b, int result);

/* A new name TO for the non-directory FROM. Where both are in the upper: one system call. */
int overlay_link(const struct overlay *ov, struct path *from, struct path *to);

/* --- remove.c, rename.c, discard.c --- */

int overlay_unlink(const struct overlay *ov, struct path *p);
int overlay_rmdir(const struct overlay *ov, struct path *p);
/* FLAGS as renameat2(2): RENAME_NOREPLACE, RENAME_EXCHANGE; RENAME_WHITEOUT is -EINVAL. */
int overlay_rename(const struct overlay *ov, struct path *from, struct path *to, unsigned flags);
/* Takes what the upper has or hides at P away, with all below it: what the lowers have shows. */
int overlay_discard(const struct overlay *ov, struct path *p);
/* Removes whatever stands at PATH, in no overlay, directories with all they hold. Best effort. */
void stage_discard(const char *path);
/*
 * What the lowers show of P, whose directory is PARENT, if the upper has no object and no device of
 * that name; DIR is the hash of that directory's path. It is not asked whether the caller may
 * search it.
 */
int overlay_step_below(const struct overlay *ov, const struct node *parent, struct path *p,
		       uint64_t dir, struct node *n);
/* HAS: would a layer below the upper show P, which is N, once the upper's own object is gone? */
int overlay_lower_has(const struct overlay *ov, struct path *p, const struct node *n, bool *has);

/* --- listing.c: directories --- */

/* A snapshot of a merged directory: struct dirent64 records as getdents64(2) lays them out. */
struct listing {
	size_t size;    /* bytes of records */
	size_t mapped;  /* bytes of memory */
	char records[]; /* d_off of each: the offset of the next */
};
/* The snapshot, to be given back with listing_free; or an error that sys_failed() tells. */
struct listing *overlay_list(const struct overlay *ov, struct path *p, const struct node *n);
void listing_free(struct listing *listing);
/* True when the topmost part's own getdents already gives what programs must see. */
bool overlay_lists_plainly(const struct overlay *ov, const struct node *n);
/* 0 when the directory shows no entries, -ENOTEMPTY when it does. */
int overlay_is_empty(const struct overlay *ov, struct path *p, const struct node *n);

/* --- identity.c: what stat and statfs say --- */

/* Rewrites what lstat gave for the object N of LAYER to what programs see. */
void overlay_show_stat(const struct overlay *ov, const struct node *n, struct stat *st);
uint64_t overlay_show_ino(const struct overlay *ov, unsigned layer, uint64_t ino);
int overlay_stat(const struct overlay *ov, struct path *p, struct stat *st);
/*
 * True when N, which stands where LAYER has the object ST, was copied up from that. What does not
 * say so is no copy, unless its kind never does: what had several names, symlinks, fifos and such.
 */
bool overlay_is_copy(const struct overlay *ov, const struct node *n, unsigned layer,
		     const struct stat *st);
#define OVERLAY_MAGIC 0x794c7630

#endif
