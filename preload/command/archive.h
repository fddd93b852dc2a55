/* archive: the upper as a tar archive, by the system's tar. */
#ifndef OVERLAIN_ARCHIVE_H
#define OVERLAIN_ARCHIVE_H

#include "walk.h"

#include <stdio.h>
#include <sys/types.h>

/*
 * tar runs in a directory where "u" leads to the upper and "w" holds the empty files that stand for
 * whiteouts; it is told one name after the other and takes those first letters off.
 */
struct archive {
	char *scratch;
	char *last; /* the directory below "w" that was made last */
	pid_t tar;
	FILE *names;
};

/* Starts tar, which writes to standard output what UPPER has of the names it is told. */
int archive_begin(struct archive *a, const char *upper);
/* The next name: of what E has in the upper, or the mark that stands for it. */
int archive_add(struct archive *a, const struct entry *e);
/* Sees tar out. Like the others 0, or EXIT_OWN after saying why. */
int archive_end(struct archive *a);

#endif
