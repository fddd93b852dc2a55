/* One walk of ftw or nftw, and one directory open on its way. */
#ifndef LIBC_WALK_FTW_H
#define LIBC_WALK_FTW_H

#include "overlain/libc.h"

struct level {
	struct level *up;
	DIR *stream; /* NULL: its names were read ahead, to spare the descriptor */
	char *names; /* then each with its terminator, an empty one at the end */
	char *next;
};

struct walk {
	__nftw_func_t tell;
	__ftw_func_t tell_plainly; /* where tell is NULL */
	int flags;
	int budget; /* how many directories may be open at once */
	int open;
	char *path;
	size_t room;
	struct FTW info;
	dev_t dev; /* of where it began */
	void *met; /* tree of directories, where symlinks are followed */
};

bool walk_begin(struct walk *w, const char *path);
/* Goes to the directory the walk's first object lies in. */
int walk_enter_parent(struct walk *w);
/* Makes the path end in NAME; false without memory. */
bool walk_name(struct walk *w, const char *name);
void walk_down(struct walk *w);
void walk_up(struct walk *w, int base);

/* Opens the directory the path names, which lies in UP. */
int level_open(struct walk *w, struct level *level, struct level *up);
void level_close(struct walk *w, struct level *level);
/* The next name but "." and ".."; NULL at the end. */
const char *level_next(struct level *level);
/* Looks at NAME in the directory IN, or where IN is NULL at the name itself. */
int level_stat(const struct walk *w, const struct level *in, const char *name, struct stat *st,
	       int flags);

#endif
