/*
 * differences: what the upper changes about the layers below, one after the other.
 *
 * A: something is there that was not. C: it was there, and is another or has other attributes; of a
 * directory only its own mode, owner and extended attributes count, for its times follow from what
 * happens inside. D: it was there and is not any more, with all it held. Where something takes the
 * place of a directory or a directory that of something else, what was there is D and what is there
 * A; so also where a directory that was removed has been made anew.
 */
#ifndef OVERLAIN_DIFFERENCES_H
#define OVERLAIN_DIFFERENCES_H

#include "walk.h"

struct difference {
	char kind;                 /* 'A', 'C', 'D'; ' ': a directory that is on the way */
	const struct entry *entry; /* the upper's object, or what hides the one below */
};

struct differences {
	struct walk *walk;
	const struct layer *upper;
	const struct overlay *below;
	char **only; /* paths as the command line gives them; only those and what is in them */
	bool failed;
	bool all_directories; /* those without a difference come as well, as ' ' */
	struct entry entry;
	char pending; /* the kind of a second difference of the same object, or 0 */
};

/*
 * What UPPER changes about BELOW; where ONLY holds paths, as this prints them, what is there and in
 * there alone, with the new directories that lead to it. False after saying why not.
 */
bool differences_begin(struct differences *ds, const struct layer *upper,
		       const struct overlay *below, char **only);
/* False at the end, and after a complaint, when *ds says `failed`. */
bool differences_next(struct differences *ds, struct difference *d);
/* True when the path, relative to merged, was asked for. */
bool differences_wanted(const struct differences *ds, const char *path, size_t length);
void differences_end(struct differences *ds);

struct tally {
	unsigned long count;
	uint64_t bytes; /* of the files that are there */
};
/* "3 changes" */
const char *tally_text(const struct tally *tally);
/* How many there are; false after saying why that cannot be told. */
bool differences_count(const struct layer *upper, const struct overlay *below, char **only,
		       struct tally *tally);

/* --- same.c: of two objects with their lstat; 1 where they have the same, 0 or -errno --- */

/* Mode, owner and extended attributes. */
int same_attributes(const char *a, const struct stat *at, const char *b, const struct stat *bt);
/* Removes the extended attributes that programs see of PATH, or the PRIVATE ones of the overlay. 0,
 * -errno. */
int drop_attributes(const char *path, bool private);
/* Everything but a directory's times. */
int same_object(const char *a, const struct stat *at, const char *b, const struct stat *bt);

#endif
