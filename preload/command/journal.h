/*
 * journal: changing a directory tree all at once, or not at all.
 *
 * First everything is made ready beside the target, on its own file systems, while the target stays
 * as it is. Then one rename makes the list of what is to be done valid: from there on it will be
 * done, by this process or, should it die, by the next that opens a journal of the same target.
 * Doing it is a number of renames, each of which can be told from the disk to have been done.
 *
 * The journal is the directory ".NAME.overlain-commit" beside the target, or inside it where that
 * is not possible, or in the workdir. Its list, `manifest`, holds one step after the other, each
 * ended by a zero: "VERB PLACE NUMBER PATH". PLACE counts the directories in which things are made
 * ready, one for each mount that the changes reach; the list of them is `places`.
 */
#ifndef OVERLAIN_JOURNAL_H
#define OVERLAIN_JOURNAL_H

#include "differences.h"

#include <stdio.h>

#define PLACES 64

struct journal {
	const char *target; /* absolute, without a closing slash: "/" is "" */
	char *home;         /* the journal's directory */
	int lock;           /* a descriptor of it, locked */
	FILE *manifest;     /* being written */
	unsigned number;    /* of the next thing made ready */
	unsigned place_count;
	struct place {
		char *path;
		uint64_t mount;
	} places[PLACES];
	struct spot { /* the directory the latest change was in */
		char *path;
		unsigned place;
		bool sticky;
	} spot;
};

/*
 * Opens the journal of TARGET, a directory, and completes what an earlier one left undone. WORKDIR
 * is where it lies if need be, or NULL. 0 or EXIT_OWN after saying why.
 */
int journal_open(struct journal *j, const char *target, const char *workdir);
/* True when there is something left undone of an earlier commit. */
bool journal_pending(const char *target, const char *workdir);
/* Makes ready everything that *ds tells. */
int journal_prepare(struct journal *j, struct differences *ds);
/* The point of no return, and all behind it. */
int journal_apply(struct journal *j);
/* Takes away what was made ready and not applied. */
void journal_close(struct journal *j);

/* --- place.c --- */

/* A number for the mount that PATH is on. */
uint64_t journal_mount(const char *path);

/* The place for what is to stand at PATH below the target, once it is sure that it can. */
int journal_place(struct journal *j, const char *path, bool replaces, unsigned *place);
/* 0 where the attributes of the directory PATH may be changed. */
int journal_may_dress(const struct journal *j, const char *path);
/* The name of what was made ready as NUMBER. */
char *journal_thing(const struct journal *j, unsigned place, unsigned number);

/* --- redo.c --- */

/* Does all steps of the manifest, from wherever it had come. */
int journal_redo(const struct journal *j);

#endif
