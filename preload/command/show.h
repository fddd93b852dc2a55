/* show: differences for people and for programs. */
#ifndef OVERLAIN_SHOW_H
#define OVERLAIN_SHOW_H

#include "differences.h"

#include <stdio.h>

enum show_form {
	SHOW_LINES, /* "A /path", in colour on a terminal */
	SHOW_PATCH, /* and behind each what diff -u says of the contents */
	SHOW_JSON,  /* an array of objects */
};

/* Prints what UPPER changes about BELOW, where ONLY has names only there. 0 or EXIT_OWN. */
int show_differences(const struct layer *upper, const struct overlay *below, char **only, FILE *to,
		     enum show_form form);
/* One of them as a line. */
void show_line(const struct difference *d, FILE *to);
/* A path of merged, quoted as in C where it could be taken for more than one line. */
void show_path(const char *path, FILE *to);
/* True when colours are welcome there. */
bool show_in_colour(FILE *to);

/* --- patch.c --- */

/* The contents of D as diff -u has them. 0 or EXIT_OWN. */
int show_patch(const struct differences *ds, const struct difference *d, FILE *to);

#endif
