/*
 * layer: one directory tree on disk, and the marks overlayfs keeps in it.
 *
 * The forms are those of the kernel's Documentation/filesystems/overlayfs.rst ("whiteouts and
 * opaque directories", "userxattr") and, for .wh. names, of the OCI image layer specification.
 * Marks are written in the user.overlay. namespace and read in trusted.overlay. and, where
 * fuse-overlayfs has one of its own, in user.fuseoverlayfs. as well.
 *
 * Functions answer 0 or -errno as the file system gave it, and are async-signal-safe. A layer
 * knows nothing of the others: which one wins is decided in the overlay room.
 */
#ifndef OVERLAIN_LAYER_H
#define OVERLAIN_LAYER_H

#include "overlain/path.h"
#include "overlain/sys.h"
#include "overlain/text.h"

#define LAYER_XATTR         "user.overlay."
#define LAYER_XATTR_TRUSTED "trusted.overlay."
#define LAYER_XATTR_FUSE    "user.fuseoverlayfs." /* another's, read and never written */

struct layer {
	const char *root;  /* canonical absolute path, with a closing slash */
	const char *reach; /* what stands in front of a path in this layer, with a closing slash */
	uint16_t root_length; /* without that slash: 0 for "/" */
	uint16_t reach_length;
	char short_reach[2][32]; /* reach is in one of them where the root is too long for it */
	struct layer *next_kept; /* another such layer */
	uint16_t fs;      /* layers with equal numbers lie on one file system; the upper's is 0 */
	dev_t dev;        /* st_dev of its root */
	uint8_t uuid[16]; /* of that file system, zeroes where it has none */
	enum { UUID_UNASKED, UUID_TOLD, UUID_SECRET } uuid_known; /* asked for when first needed */
};

/* The absolute path of P in LAYER; valid until P is reached in another layer or changed. */
static inline char *layer_path(const struct layer *layer, struct path *p)
{
	return path_behind(p, layer->reach, layer->reach_length);
}

/*
 * Makes LAYER reach the directory ROOT: absolute, canonical, with a closing slash; the string is
 * kept. dev and fs are the caller's to fill. No system call, unless the root is too long to stand
 * in front of a path: then it is reached through a descriptor kept open for good (-errno of that).
 */
int layer_open(struct layer *layer, const char *root);
/* The descriptor LAYER is reached through, or -1. */
int layer_descriptor(const struct layer *layer);
/* Moves FD, of ours, out of the way of the program's own; answers its new number. */
int layer_keep_high(int fd);
/*
 * The lowest number from FROM on that such a descriptor has, INT_MAX where there is none: a program
 * that closes all it does not know must be kept from closing it.
 */
int layer_kept(int from);
/* The program wants the number FD for itself: where it is such a descriptor's, that one moves. */
int layer_vacate(int fd);
/* A copy of FD, close-on-exec, high and out of the program's way; -errno. */
int layer_copy_high(int fd);
/* Says how it is known whether this process has threads; else it has none. */
void layer_ask_for_threads(bool (*asked)(void));
/* True where one of that number may stay open for good, as far as the program needs it not. */
bool layer_may_keep(int copy);
/* It does by now: true where those that are made from here on are higher. */
bool layer_copy_higher(void);

/* --- strict.c: opening what no symlink leads to --- */

/*
 * Opens P where no symlink stands on the way from the root, nor at its end: -ELOOP. Without
 * openat2(2) it goes from directory to directory.
 */
int layer_open_strictly(const struct layer *layer, struct path *p, int flags, mode_t mode);
/* There is no such call: it is not tried. */
void layer_lacks_openat2(void);

/* What stands at one name of one layer. */
struct look {
	uint8_t type;  /* DT_*; DT_UNKNOWN (0): nothing, DT_WHT: a whiteout */
	uint8_t marks; /* MARK_* */
	uint64_t ino;
};
enum {
	MARK_OPAQUE = 1, /* hides lower directories of the same name */
	MARK_IMPURE = 2, /* holds entries that carry an origin */
	MARK_XWHITE = 4, /* holds whiteouts in xattr form, not to be listed */
	MARK_UNREAD = 8, /* marks were not asked for: it may be one of those */
	MARK_OPEN = 16,  /* everybody may search it */
	MARK_STICKY = 32,
	MARK_ELSEWHERE = 64, /* a redirect, or of a file a metacopy: what it holds is not there */
};

/*
 * Looks at P with one lstat; of a directory the marks too, where WANT_MARKS (one llistxattr more).
 * An empty file is asked for its mark as well: a look-up sees that it is a whiteout, whatever its
 * directory says; and one with holes, which may have its data in another layer. Nothing there is
 * not an error. What lstat said goes to SEEN, unless that is NULL.
 */
int layer_look(const struct layer *layer, struct path *p, bool want_marks, struct look *look,
	       struct stat *seen);

/* What ST, lstat's answer, says by itself; false where only extended attributes can tell. */
static inline bool layer_stat_tells(const struct stat *st, bool want_marks, struct look *look)
{
	const mode_t mode = st->st_mode;
	const bool whiteout = S_ISCHR(mode) && st->st_rdev == 0;
	*look = (struct look){.type = whiteout ? DT_WHT : (uint8_t)IFTODT(mode), .ino = st->st_ino};
	/* What the kernel makes a metacopy has no data at all: of other files none is asked. */
	if (!S_ISDIR(mode))
		return !S_ISREG(mode) || (st->st_size > 0 && st->st_blocks * 512 >= st->st_size);
	look->marks = (mode & 0111) == 0111 ? MARK_OPEN : 0;
	look->marks |= (mode & S_ISVTX ? MARK_STICKY : 0) | (want_marks ? 0 : MARK_UNREAD);
	return !want_marks;
}

/* True when P is hidden by a ".wh." file beside it in this layer. */
bool layer_hides(const struct layer *layer, struct path *p);
/* True for the names that serve as marks in the OCI form. */
#define LAYER_WH        ".wh."
#define LAYER_WH_OPAQUE ".wh..wh..opq"
static inline bool layer_is_mark(const char *name)
{
	return name[0] == '.' && text_starts(name, LAYER_WH);
}

/* True when the empty regular file PATH is a whiteout in xattr form. */
bool layer_is_xwhiteout(const char *path);

/* True when the directory PATH is known to hide those of its name in the layers below. */
bool layer_is_opaque(const char *path);

/* True when the directory PATH says that it holds whiteouts in xattr form: without it they are
 * listed. */
bool layer_is_xmarked(const char *path);

/* An open directory whose entries are being read. */
struct reading {
	int fd;
	enum {
		XMARKED_NO,
		XMARKED_ASK,
		XMARKED
	} xmarked;         /* as layer_is_xmarked, when it matters */
	uint64_t whiteout; /* the inode of a whiteout met in it: most have one in common; 0: none */
};
/* 1 when an entry just read is a whiteout, 0; -errno. */
int layer_entry_is_whiteout(struct reading *reading, const struct dirent64 *entry);

/* The forms a whiteout can take, best first; which one a file system allows is found by trying. */
enum whiteout_form { WHITEOUT_DEVICE, WHITEOUT_XATTR, WHITEOUT_FILE };
/*
 * Makes a whiteout of that form at PATH from DIRFD on, for WHITEOUT_XATTR an absolute one; -EPERM
 * or -EOPNOTSUPP where it cannot be.
 */
int layer_make_whiteout(int dirfd, const char *path, enum whiteout_form form);

/*
 * All rights to a directory, lent to its owner for a while: what the kernel's overlay does by its
 * mounter's rights he can do only so.
 */
struct loan {
	int fd; /* the directory, whatever its name is by then */
	mode_t mode;
};
#define LOAN_NONE ((struct loan){.fd = -1})
/* Lends those to PATH from DIRFD on: 0; -EACCES where the caller is not its owner, or has them. */
int layer_lend(struct loan *loan, int dirfd, const char *path);
/* Gives back what was its mode, and does not give up at the first error. */
void layer_give_back(struct loan *loan);
#define LOAN_SCOPED __attribute__((cleanup(layer_give_back))) struct loan
/* Makes the directory PATH opaque: by an attribute or, where there are none, in the OCI form. */
int layer_make_opaque(const char *path);
/* Marks the directory PATH: "opaque" = "y" or "x", "impure" = "y". */
int layer_mark(const char *path, const char *mark, const char *value);

/* Origins: who an object was before its copy-up. */
struct origin {
	uint64_t ino;     /* the inode number behind the handle; 0: it cannot be told */
	uint8_t uuid[16]; /* of its file system */
};
/* The one stored at PATH: 0, -ENODATA, -EINVAL where nothing can be made of it. */
int layer_read_origin(const char *path, struct origin *origin);
/*
 * The number noted beside it, or in its place, for where a handle does not tell on which of SEVERAL
 * file systems its object lies; 0 where there is none.
 */
uint64_t layer_read_number(const char *path);
/* True when LAYER is on the file system of that UUID, or one that does not tell its own. */
bool layer_may_have(struct layer *layer, const uint8_t uuid[16]);
/* True when SIZE bytes of an origin are put together as they must be. */
bool layer_origin_is_sound(const void *origin, size_t size);
/*
 * Stores at the object TO, half-made, that it was FROM in LAYER, known as INO; false where the disk
 * cannot.
 */
bool layer_write_origin(struct layer *layer, const char *from, uint64_t ino, bool several,
			const char *to);

/* --- extended attributes as programs see them --- */

/*
 * The name under which a program's attribute is stored: "user.overlay.X" becomes
 * "user.overlay.overlay.X", likewise in "trusted.", others stay. BUFFER has XATTR_NAME_MAX + 1
 * bytes. -EINVAL for an empty suffix, -ERANGE where it grows too long.
 */
int layer_xattr_escape(const char *name, char *buffer, const char **stored);
/* Rewrites a list of stored names to the names programs see; answers the new size. */
size_t layer_xattr_reveal(char *list, size_t size);
/* True for names that are the overlay's own. */
bool layer_xattr_private(const char *name);

#endif
