/* The entries of an fts walk. Field names and private flags are those of <fts.h>. */
#ifndef LIBC_WALK_FTS_H
#define LIBC_WALK_FTS_H

#include "overlain/libc.h"

/* A path never moves: it grows up to what fts_pathlen can hold. */
#define FTS_PATH_SIZE 65536

static inline bool fts_wants(const FTS *f, int option)
{
	return f->fts_options & option;
}

/* NULL without memory. */
FTSENT *fts_make(const FTS *f, const char *name, size_t length);
void fts_free_list(FTSENT *first);
/* What stands at the entry's accpath: FTS_D, FTS_F … */
unsigned short fts_look(const FTS *f, FTSENT *e, bool follow);
/* The list in the order the caller wants. */
FTSENT *fts_sort(FTS *f, FTSENT *first, size_t count);

/* What the entries of a directory are wanted for: to go through them, or to be shown ahead. */
enum fts_purpose { FTS_TO_READ, FTS_TO_SHOW, FTS_TO_NAME };
/* The entries of the current directory, which becomes the working one to be read. */
FTSENT *fts_list(FTS *f, enum fts_purpose purpose);

/*
 * Makes DIR, open on FD or (FD < 0) found at PATH, the working directory, unless it turns out to be
 * another; nothing under FTS_NOCHDIR.
 */
int fts_go(const FTS *f, const FTSENT *dir, int fd, const char *path);
int fts_go_home(const FTS *f);
/* Where the path of an entry in DIR has its slash. */
static inline size_t fts_end(const FTSENT *dir)
{
	size_t length = dir->fts_pathlen;
	return length && dir->fts_path[length - 1] == '/' ? length - 1 : length;
}

#endif
