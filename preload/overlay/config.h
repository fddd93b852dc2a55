/*
 * config: from OVERLAIN_* to struct overlay.
 *
 * OVERLAIN_LOWERDIR is a list with ":" between, OVERLAIN_OPTIONS one with ",": a backslash makes
 * the byte behind it a plain one. OVERLAIN_MOUNTS has a line "MERGED OPTIONS" for each overlay,
 * written like the fields of fstab(5): a blank in MERGED is \040, any byte may be \ooo. OPTIONS, up
 * to the end of the line, are then read like OVERLAIN_OPTIONS; so a line of /proc/mounts will do as
 * well. The other variables are one path, taken as it is.
 *
 * The text becomes drafts (draft.c, options.c); drafts become absolute and are checked against the
 * disk (check.c, directory.c) or, where a parent process did that already, are taken as they stand
 * (checked.c); then overlays are made of them (mounts.c) and the variables a child is started with
 * (environment.c).
 */
#ifndef OVERLAIN_CONFIG_H
#define OVERLAIN_CONFIG_H

#include "overlain/overlay.h"

/*
 * Memory for good, in a few mappings. There is always some: a configuration that finds none ends
 * the program, as a bad one does.
 */
struct arena {
	char *at;
	char *end;
};
/* Zeroed and aligned for anything. */
void *arena_take(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *s, size_t length);
/* DIRECTORY with the closing slash a layer's root has. */
const char *arena_root(struct arena *arena, const char *directory);
/* A text of up to SIZE bytes; ending it gives back what it did not use. */
struct text arena_text(struct arena *arena, size_t size);
char *arena_end(struct arena *arena, struct text *text);

enum setting { MERGED, LOWERDIR, UPPERDIR, WORKDIR, OPTIONS, MOUNTS, SETTINGS };
extern const char *const setting_names[SETTINGS];

/* An overlay on its way from text to the file system. Directories: canonical, "/" is "". */
struct draft {
	unsigned line;       /* of OVERLAIN_MOUNTS; 0: the variables for a single overlay */
	unsigned in_options; /* a bit for each setting that was spelled as an option */
	bool read_only;
	const char *merged; /* as given */
	const char *upper;
	const char *work;
	const char *options;  /* as given, those that name directories left out */
	const char **outside; /* as given, then canonical: what "writable" names */
	unsigned outside_count;
	bool cache_given;
	uint64_t cache_bytes; /* what the names this process remembers may take */
	struct layer *lowers; /* one more stands before it, for the upper */
	unsigned lower_count;
	struct overlay overlay;
};

struct config {
	const char *settings[SETTINGS]; /* NULL: not set */
	char *const *ours;              /* the variables, each from behind "OVERLAIN_" */
	struct text *complaint;
	bool look;  /* nothing is made on disk */
	bool fresh; /* nobody has checked it before */
	struct arena arena;
	const char *cwd; /* asked for when needed */
	unsigned count;
	struct draft *drafts;
};

/*
 * Says in the complaint what is wrong with the VALUE (or NULL) that was given for SETTING: always
 * -EINVAL.
 */
int blame(struct config *c, const struct draft *d, enum setting s, const char *value,
	  const char *why);
/* The same for a system call's answer. */
int blame_errno(struct config *c, const struct draft *d, enum setting s, const char *value,
		int error);

/* --- draft.c: what the variables say --- */

/* Finds the settings; false when there are none. */
bool settings_read(struct config *c);
int drafts_read(struct config *c);
/* Notes a directory; VALUE is kept. LOWERDIR adds one. */
int draft_take(struct config *c, struct draft *d, enum setting s, const char *value);
/* Notes a directory outside merged that may be written. */
void draft_take_outside(struct draft *d, const char *value);
/* Adds each of a list of lower directories. */
int draft_take_lowers(struct config *c, struct draft *d, const char *list, size_t length);

/* --- options.c --- */

int options_read(struct config *c, struct draft *d, const char *list);

/* --- escape.c: odd bytes --- */

/* The length of the first element of LIST, up to a SEPARATOR not behind a backslash. */
size_t element_length(const char *list, size_t length, char separator);
/* An element without its backslashes. */
char *element_plain(struct arena *arena, const char *element, size_t length);
/* S with \ooo resolved, as in fstab(5). */
char *octal_plain(struct arena *arena, const char *s, size_t length);

/* Adds S with the bytes of SPECIAL as \ooo. */
void escape_octal(struct text *t, const char *s, const char *special);
#define ESCAPE_FSTAB " \t\n\\"
/* Adds a directory ("/" is "") with the bytes of SPECIAL behind a backslash. */
void escape_backslash(struct text *t, const char *s, size_t length, const char *special);
/* Adds a directory as the value of an option the way /proc/mounts shows it. */
void escape_shown(struct text *t, const char *s, size_t length, bool in_list);

/* --- directory.c: which directory a name leads to --- */

struct directory {
	char path[PATH_MAX]; /* canonical; "/" is "" */
	struct stat st;
};
/* Finds the directory GIVEN; complains of SETTING where that cannot be. */
int directory_find(struct config *c, const struct draft *d, enum setting s, const char *given,
		   struct directory *at);
/* Settles where MERGED lies, which need not exist. */
int directory_merged(struct config *c, struct draft *d);

/* --- check.c, checked.c --- */

/* Makes a draft canonical and complains of what is wrong with it. Changes nothing on disk. */
int draft_check(struct config *c, struct draft *d);
/* Takes all drafts as they stand; false when they were not checked, or changed since. */
bool drafts_checked(struct config *c);
/* A number for the settings: two are alike when theirs are. */
uint64_t settings_hash(const char *const *settings);
/* True where S begins with what may be the page's name. */
bool page_is_named(const char *s);
/* "OVERLAIN_CHECKED=…", for drafts that are described by SETTINGS. */
char *checked_seal(struct config *c, const char *const *settings);

/* --- environment.c --- */

char *const *environment_make(struct config *c);
/* The variable that tells children that the kernel guards the lowers: for which settings. */
#define ENFORCED_NAME "ENFORCED"
/* True when a process before this one has seen to that. */
bool environment_enforced(const struct config *c);

/* --- made elsewhere in this room, for mounts.c to call once an overlay is complete --- */

/*
 * Joins an overlay that nobody handed over, but that is set up anew (page.c); without what
 * processes tell each other it works, and looks more often.
 */
void shared_begin(struct overlay *ov);
/* Makes room for what this process learns, as much as the draft allows. */
void cache_open(struct config *c, const struct draft *d, struct overlay *ov);

#endif
