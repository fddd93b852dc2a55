/* fsck: an upper checked object by object. */
#ifndef OVERLAIN_FSCK_H
#define OVERLAIN_FSCK_H

#include "marks.h"
#include "walk.h"

struct fsck {
	const struct layer *upper;
	const struct overlay *below;
	struct path *path; /* of the object that is looked at */
	const char *mark;  /* and of its marks, by its name */
	unsigned found, mended;
	int failed; /* an exit status once it cannot go on */
};

/* Puts right what was found at f->path: 0 or -errno. */
typedef int fsck_mend(struct fsck *f);
/* Tells WHAT is wrong at f->path, and mends it where that is wanted; MEND NULL: it cannot be. */
void fsck_found(struct fsck *f, const char *what, fsck_mend *mend);

/*
 * Checks the attributes of the object at f->path, which is ST (NULL: the root of the upper). False
 * where they cannot be read, which was told.
 */
bool fsck_marks(struct fsck *f, const struct stat *st);
/* Checks what ENTRY stands for, at f->path; NULL: the root of the upper. */
void fsck_object(struct fsck *f, const struct entry *entry);

#endif
