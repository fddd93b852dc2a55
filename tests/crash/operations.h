/* What is tormented: one operation each on the same small tree. */
#ifndef TESTS_CRASH_OPERATIONS_H
#define TESTS_CRASH_OPERATIONS_H

#include <stdbool.h>

/* The last has no name. */
extern const struct operation {
	const char *name;
	const char *words[5];
	const char *settings[4]; /* of the environment it is done in */
} operations[];

/* A setting: it lends a directory its owner's rights for a while, and who dies then leaves it so.
 */
#define LENDS "OPERATION_LENDS=yes"

/* A setting: a copy shows itself, for it cannot be given to the owner; so does one that was made
 * for what failed then. */
#define COPIES "OPERATION_COPIES=yes"
bool operation_copies(const struct operation *op);

/* The start of a process is all there is to it. */
bool operation_is_start(const struct operation *op);

/* Something has to be done before it. */
bool operation_prepares(const struct operation *op);

/* What they work on, for area_make and area_reset. */
extern const char *const operations_lower[], *const operations_beside[], *const operations_upper[];

/*
 * Does it in merged: makes its preparations, says by MARK that it begins, and answers 0, or -1 and
 * errno.
 */
int operation_do(char *const *words, void (*mark)(void));

/* How one is done: the word for it, and who prepares and does it with what stands behind. */
struct operands {
	const char *a, *b;
};
struct verb {
	const char *word;
	int (*run)(const struct operands *o);
	int (*prepare)(const struct operands *o); /* or NULL: 0, or -1 and errno */
};
extern const struct verb verbs_changing[], verbs_looking[], verbs_meeting[], verbs_starting[];

#endif
