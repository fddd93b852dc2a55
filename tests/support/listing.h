/* A whole tree as readable text, one sorted line an entry, so that two trees can be compared and
 * the difference read. */
#ifndef TESTS_LISTING_H
#define TESTS_LISTING_H

#include <stdio.h>

enum {
	LIST_AGE = 1 << 0, /* planted times exactly, younger ones as "young": what a program's run
			      must reproduce */
	LIST_EXACT =
		1 << 1, /* times exactly, and link counts: what must not have been touched at all */
	LIST_XATTRS = 1 << 2, /* user attributes and access lists */
	LIST_OPAQUE = 1 << 3, /* of a layer's attributes, the opaque mark alone */
	LIST_AGREE =
		1 << 4, /* a word where readdir and lstat disagree about type or inode number */
	LIST_LINKS = 1 << 5, /* the first name of a file that has several */
};

struct stat;

/* One entry's line, without its name. */
void list_entry(FILE *to, const char *path, const struct stat *st, unsigned flags);

/* What stands under `root`. Uses plain libc calls only: the lister is itself a program run under a
 * union. */
void list_tree(FILE *to, const char *root, unsigned flags);

/* The same as a string. */
char *listing(const char *root, unsigned flags);

#endif
