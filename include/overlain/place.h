/*
 * place: the room of processes as far as it answers the question every call begins with: where does
 * this path lead? Working directory, descriptors and the ways to an object belong to it.
 *
 * The contract is that of process.h, which includes this.
 */
#ifndef OVERLAIN_PLACE_H
#define OVERLAIN_PLACE_H

#include "overlain/overlay.h"

/* --- place.c: where a path leads --- */

enum {
	PLACE_FOLLOW = 1, /* a symlink as last component is followed */
	PLACE_EMPTY = 2,  /* AT_EMPTY_PATH: "" is the descriptor itself */
	PLACE_WALK = 4,   /* resolve paths outside merged too: path is absolute and canonical */
	PLACE_NAME = 8,   /* the name itself is meant, whatever slash is behind it (mkdir …) */
	PLACE_BRIEF = 16, /* AT was declared by PLACE_BRIEFLY */
	/*
	 * The call makes the name, and fails where it is there. Where the kernel can tell that, it
	 * is absent without a look, and EEXIST is for place_again.
	 */
	PLACE_NEW = 32,
	/* It may be made as a file: a slash behind it, which the caller refuses, follows no link */
	PLACE_FILE = 64,
	/* The last name is removed by who looks at it himself: it is absent without a look. */
	PLACE_GOING = 128,
	/*
	 * The call tells what is there, and then it is learnt: so a name that is not known, in a
	 * directory that one layer alone has, is not looked at before. The answer is unseen then.
	 */
	PLACE_UNSEEN = 256,
};

/*
 * An answer. Outside merged (overlay NULL) the call goes on with (dirfd, name), which are the
 * caller's own wherever nothing had to be resolved. Inside, path and node say what is meant: an
 * absent last component is an answer, not an error.
 */
struct place {
	const struct overlay *overlay;
	const struct overlay *alone; /* outside only as far as the call goes: path is inside this */
	int dirfd;
	const char *name;
	bool slash;                    /* it ended in a slash: only a directory will do */
	bool dots;                     /* it ended in "." or "..", where it was walked */
	const struct overlay *dots_in; /* and in that overlay's directory */
	bool self;                     /* PLACE_EMPTY and an empty path: dirfd itself */
	bool removed;                  /* the directory it starts from has no name any more */
	bool tried;                    /* place_again has had its turn */
	bool crossed; /* a walk came into merged, or left it: what it found is what there is */
	bool cramped; /* PLACE_BRIEF, and the path is too long for that: the answer is none */
	bool direct;  /* the kernel finds the very same object by what was asked */
	bool glanced; /* *glance is what lstat said of it just now, not yet shown as merged's */
	bool unseen;  /* PLACE_UNSEEN: node only says in which layer */
	uint8_t links;
	uint8_t looks;     /* place_again has looked inside so many times */
	uint8_t looked;    /* the last time for this error */
	unsigned flags;    /* as asked for */
	int asked_dirfd;   /* likewise */
	const char *asked; /* likewise */
	struct stat *glance;
	const char *hashed;   /* the last name of what was asked, where its hash is known */
	struct path_key key;  /* which is this */
	struct path_hash dir; /* and that of its directory */
	struct sole sole;     /* unseen: what is to be learnt */
	struct node node;
	struct path path; /* inside: relative to merged; outside after a walk: absolute */
};

/*
 * Declares AT, a place with room for ordinary paths, where two of full size would ask too much of
 * a small stack. Who finds it cramped begins anew with one of full size.
 */
#define PLACE_BRIEFLY(at)                                                                          \
	_Alignas(struct place) char at##_memory[offsetof(struct place, path.bytes) + PATH_ROOM +   \
						NAME_SHORT +                                       \
						sizeof(((struct path_patch *)0)->saved)];          \
	struct place *const at = (struct place *)at##_memory
/* Most names are short; room for the others is taken only where one turns up. */
#define NAME_SHORT 512

/*
 * 0, or -ENOENT, -ENOTDIR, -ELOOP, -EACCES, -ENAMETOOLONG, -EFAULT, -EBADF. DIRFD and PATH are as
 * the *at calls take them.
 */
int place_find(struct place *at, int dirfd, const char *path, unsigned flags);
/* The same for who wants to know what lstat says of it: where it had to be asked, it is in GLANCE.
 */
int place_find_glance(struct place *at, int dirfd, const char *path, unsigned flags,
		      struct stat *glance);
/*
 * After a call on AT failed with ERROR: 1 when it should be tried once more at what AT now says.
 * So it is where a symlink outside leads into merged, or through it, which costs nothing until the
 * kernel fails to find its target, where what was remembered of a name turned out to be stale, and
 * where a directory can be used from within alone. -errno where that way has an end of its own;
 * else 0.
 */
int place_again(struct place *at, int error);
/*
 * For a call that would succeed in the wrong place, asked before it: AT is outside, but a symlink
 * makes it merged itself (is_door), or a name in merged (is_behind_door). 1: AT is inside now; 0;
 * -errno where nobody can tell, and the call must not be made.
 */
int place_is_door(struct place *at);
int place_is_behind_door(struct place *at);
/*
 * The same for the two ends of a rename or link: if one lies inside, does the other? -errno where
 * that leads nowhere in merged.
 */
int place_pair(struct place *from, struct place *to);
/* The same for a call that makes what a symlink names: AT is a link into merged. */
int place_is_link_inside(struct place *at);
/* The same after stat has answered ST for AT. */
bool place_showed_door(struct place *at, const struct stat *st);
/* True for names in the system's own trees, where nobody keeps links into merged. */
bool place_never_leads_in(const char *name);
/* This process made a symlink, or is about to start a process that may. */
void place_links_made(void);
/* The absolute path programs know AT by: the room it takes, and the path itself in BUFFER. */
size_t place_name_size(const struct place *at);
void place_name(const struct place *at, char *buffer);

/*
 * Continues a resolution: AT stands at a directory, inside or outside merged (then at->path is its
 * absolute path), and REST is what follows. Stays there when REST is empty.
 */
int place_walk(struct place *at, const char *rest);
/*
 * Makes at->path, the absolute path of a directory outside ("" is the root), what PATH leads to
 * from there, as far as text can tell; false where that is too long.
 */
bool place_spell(struct place *at, const char *path);
/* How much of NAME, of LENGTH bytes, names the directory it lies in, with the slash; 0: no part. */
size_t place_parent_length(const char *name, size_t length);
/* How many bytes at->path has room for, and whether a path of LENGTH bytes fits. */
static inline size_t place_room(const struct place *at)
{
	return at->flags & PLACE_BRIEF ? NAME_SHORT : PATH_MAX;
}
bool place_fits(struct place *at, size_t length);
/*
 * Finds AT once more, through symlinks outside: 1 when it lies inside merged after all, or merged
 * lies on the way, -errno when it leads nowhere from there; else 0, and AT is as it was asked for.
 */
int place_leads_in(struct place *at);

/* --- cwd.c: the working directory --- */

#define BASE_ANY 0xffff

/* A directory a relative path may start from, by the name programs know it by. */
struct base {
	const struct overlay *overlay; /* NULL: outside merged */
	bool leads;                    /* outside, and some merged lies below it */
	bool guess;                    /* outside, and known by its spelling alone */
	bool gone;                     /* inside, and removed: another may have that name */
	uint16_t length;
	uint16_t layer; /* inside: the one whose part the kernel has open; BASE_ANY: not known */
	uint64_t moved; /* overlay_generation when the path was right */
	struct path_hash hash; /* inside: of the path */
	char *path;            /* relative to merged; outside: absolute, "" for "/" */
};
/* A directory inside merged that is where it was, by all but its name. */
struct spot {
	const struct overlay *overlay;
	struct path_hash hash;
	uint16_t layer; /* BASE_ANY: not known */
};
/*
 * The working directory; -errno where the kernel cannot tell it (ENOENT: it was removed). The path
 * is written to PATH, of SIZE bytes (-ERANGE): PATH_MAX of them hold every one.
 */
int cwd_base(struct base *base, char *path, size_t size);
/*
 * All but its path, where that is known without asking anybody and inside merged; false where not.
 */
bool cwd_spot(struct spot *spot);
/* The kernel's working directory was changed to AT, a directory inside merged or at->alone. */
void cwd_enter(const struct place *at);
/*
 * It was changed to AT, outside. Its name is guessed from its spelling, which symlinks may belie:
 * good enough for most relative paths, and where it matters cwd_ask tells.
 */
void cwd_leave(struct place *at);
/* It was changed to somewhere else: ask the kernel when next needed. */
void cwd_unknown(void);
/* cwd_base, with the kernel's word for it. */
int cwd_ask(struct base *base, char *path, size_t size);
/*
 * Takes the merged path NAME, handed over by exec, where the kernel's directory agrees with it.
 * GONE: that directory was removed.
 */
void cwd_adopt(const char *name, bool gone);

/* --- descriptor.c, descriptor_table.c: what is open on merged --- */

enum { DESCRIPTOR_NONE, DESCRIPTOR_FILE, DESCRIPTOR_DIR, DESCRIPTOR_OUTSIDE };

struct descriptor {
	uint8_t kind;
	uint8_t type;     /* DT_* */
	uint16_t overlay; /* index in mounts; no meaning for DESCRIPTOR_OUTSIDE */
	uint16_t length;  /* of path; 0xffff: too long to be kept, ask the kernel */
	uint16_t layer;   /* what it was opened in */
	uint64_t ino;     /* as programs see it; 0: the object's own */
	uint64_t moved;   /* overlay_generation when the path was right */
	bool gone;        /* a directory that was removed: another may have that name */
	struct path_hash hash;
	char path[224]; /* relative to merged; OUTSIDE: absolute, an ancestor of some merged */
};

/* Remembers that FD is open on AT; of the outside only directories that lead to merged. */
void descriptor_note(int fd, const struct place *at);
void descriptor_drop(int fd);
void descriptor_drop_range(unsigned first, unsigned last); /* both included */
void descriptor_copy(int from, int to);
/* FD comes from another process: what it is open on, the kernel is asked. */
void descriptor_learn(int fd);
/* False when nothing is known of FD. */
bool descriptor_find(int fd, struct descriptor *d);
/* The same, all but the path. */
bool descriptor_brief(int fd, struct descriptor *d);
/* The same, after a look where a directory is now: 0, -EBADF, or -errno of that look. */
int descriptor_follow(int fd, struct descriptor *d);
/* Where FD, a directory or file inside merged, is now; -EBADF when it is not ours. */
int descriptor_place(int fd, struct place *at);
/*
 * AT was copied up: descriptors of this process that are open on the lower file for reading go on
 * with the copy, as they do on the kernel's overlay.
 */
void descriptor_reopen(const struct place *at);
/*
 * FROM was renamed to TO, and both say what stood there before: what this process has open of a
 * lower there, and its working directory, go along.
 */
void descriptor_moved(const struct place *from, const struct place *to, bool exchanged);
/*
 * AT is about to be removed, a directory: where this process has a lower's part of it open, a
 * descriptor on the upper's, which these descriptors go on with once it is gone; else -1.
 */
int descriptor_hold(const struct place *at);
void descriptor_gone(const struct place *at, int upper);
/* FD is about to be asked for attributes: the same, where another process copied its file up. */
void descriptor_refresh(int fd);
/* The name the kernel knows FD by, in REAL of SIZE bytes; its length, -errno, -ERANGE. */
ssize_t descriptor_real(int fd, char *real, size_t size);
/* Rewrites what fstat gave for FD. */
void descriptor_show_stat(int fd, struct stat *st);
/* The directory FD is open on, likewise; -EBADF when nothing is known of it. */
int descriptor_base(int fd, struct base *base, char *path, size_t size);
/* All but its path, as cwd_spot. */
bool descriptor_spot(int fd, struct spot *spot);
/* Calls VISIT for every descriptor of a merged directory, in order. */
void descriptor_each(void (*visit)(int fd, const struct descriptor *d, void *data), void *data);

/* --- reverse.c: from a layer back to merged --- */

/*
 * Makes NAME, an absolute path that may lie in a layer, the path of merged that shows this very
 * object: its length, -ENOENT where there is none, -ERANGE where it does not fit into SIZE bytes.
 * Then NAME stays what it is.
 */
ssize_t reverse_path(char *name, size_t size);
/* The same with the name in merged that NAME would have, whether or not it is there. */
ssize_t reverse_name(char *name, size_t size);

/* --- way.c: the shortest way to an object --- */

/*
 * How a call that only looks reaches an object inside merged: as (dirfd, name), of the object
 * itself and not of what a symlink there names. Most ways are certain; one that goes by a
 * directory kept open is only known to have led there once the call is back.
 */
struct way {
	int dirfd;
	const char *name;
	const struct near *near;
	uint64_t sequence;
};
/* The way to AT, which is there. */
void way_find(struct way *way, struct place *at);
/* The same to LAYER's part of the directory of hash DIR; false where that is not kept. */
bool way_kept(struct way *way, const struct overlay *ov, uint64_t dir, uint16_t layer);
/* Asked after the call: true when what it went by was what it is. */
bool way_same(const struct way *way);
/* The same of one that failed with ERROR or not at all (0): true when it led there. */
bool way_held(const struct way *way, int error);
/*
 * Asked after the call, which failed with ERROR or not at all (0): true when it may have led
 * elsewhere. Then WAY is the plain path, and the call has to be made again.
 */
bool way_went_astray(struct way *way, struct place *at, int error);
static inline bool way_lost(struct way *way, struct place *at, int error)
{
	return (error || way->near) && way_went_astray(way, at, error);
}
/* FD was closed, or is about to be another's: true when it was a directory kept open here. */
bool way_forget(int fd);
/* Every one of them from FIRST to LAST. */
void way_forget_range(unsigned first, unsigned last);
/* True when FD is one of them, or kept for grips. */
bool way_keeps(int fd);
/* When directories may be kept for grips: grips_keep_while. */
bool way_may_keep(void);
/*
 * FD was just given to the program: where it has so many that it comes near ours, they go, and what
 * it has is what it would have without them. Answers the number it has now.
 */
int way_make_room(int fd);

/* --- glimpse.c: a look at what is remembered --- */

/*
 * What a call that only looks at a name needs of it, at a fraction of what a place costs: no path
 * is spelled out. Of a name that is not known, in a directory that one layer alone has, that is the
 * way there; what is there the call itself has to tell.
 */
struct glimpse {
	const struct overlay *overlay;
	struct node node;
	struct way way;   /* to it, unless it is known to be absent */
	bool unseen;      /* node only says in which layer */
	struct sole sole; /* then */
};
/*
 * False where something is not known, or not that simple: place_find has the answer. FLAGS are
 * those of place_find; with PLACE_UNSEEN glimpse_tells is asked after the call.
 */
bool glimpse(struct glimpse *g, int dirfd, const char *path, unsigned flags);
/*
 * Asked after the call, which failed with ERROR or not at all (0): false where place_find had
 * better be asked after all, and the call be made again.
 */
static inline bool glimpse_held(const struct glimpse *g, int error)
{
	return (!error && !g->way.near) || way_held(&g->way, error);
}
/* The same of a name unseen before, of which lstat says ST: node is what it showed. */
bool glimpse_learn(struct glimpse *g, int error, const struct stat *st, unsigned flags);
/* The same of any name. FLAGS are those of glimpse. */
static inline bool glimpse_tells(struct glimpse *g, int error, const struct stat *st,
				 unsigned flags)
{
	if (g->unseen)
		return glimpse_learn(g, error, st, flags);
	const bool whiteout = !error && S_ISCHR(st->st_mode) && st->st_rdev == 0;
	return glimpse_held(g, error) && !whiteout; /* one came since */
}

/* --- file.c: what the calls do with a place --- */

/* openat(2), or what stands in for it. */
typedef int open_call(int dirfd, const char *path, int flags, ...);
struct opening {
	int flags;
	mode_t mode;
	open_call *call;
	bool bare; /* that is but the system call, which openat2(2) may replace to follow no symlink
		    */
};
/* A descriptor on AT, inside merged, opened by the call in the end; -errno. */
int file_open(struct place *at, const struct opening *o);
/* The path on disk to read AT by (getxattr, statfs, exec …); -ENOENT. */
int file_reach(struct place *at, const char **path);
/* The same as a way, for calls that take one (stat, readlink, access). */
int file_way(struct place *at, struct way *way);
/*
 * AT is unseen, and lstat by WAY says ST of it, NULL: nothing is there. True when that tells what
 * it is; else place_again does.
 */
bool file_learn(struct place *at, const struct way *way, const struct stat *st);
/* AT is to be in the upper. -ENOENT, -EROFS. */
int file_raise(struct place *at);
/*
 * The same for what only the owner may change (-EPERM), only who may write (-EACCES), or either.
 * It is asked before the copy-up: the copy will be the caller's own, and the kernel would allow
 * all.
 */
typedef int raise_call(struct place *at);
raise_call file_raise_owned, file_raise_either;
/* The same for who may write, of what is about to be SIZE bytes long. */
int file_raise_to_cut(struct place *at, off_t size);
/* To change its attributes by, once it is in the upper: hold_take. */
static inline int file_hold(struct place *at, struct hold *h)
{
	return hold_take(h, at->overlay, &at->path, &at->node);
}
/* After a change by H failed with ERROR: -ELOOP where AT is something else by now; else -ERROR. */
int file_is_still(const struct place *at, const struct hold *h, int error);
/* 0 where the caller may change what is the owner's, or will be told by the kernel; -EPERM. */
int file_owned(struct place *at);
/* -EACCES, -EROFS … as faccessat(2) gives it for MODE on AT. */
int file_access(struct place *at, int mode, int flags);
/* The same for G: true where *ERROR is the answer. */
bool file_access_remembered(const struct glimpse *g, int mode, int flags, int *error);

#endif
