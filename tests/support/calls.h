/* How many system calls operations make, when nothing is known and when everything is. */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether programs can be traced here; says so aloud when not. */
bool can_trace(void);

/* An operation of programs/budget_calls.c on a path, and what it was seen to cost. */
struct calls {
	const char *operation;
	const char *path; /* below the root all of them share, or absolute */
	long cold;        /* system calls of the first time */
	long warm;        /* of ten further times, so that what happens now and then shows */
};

/* Measures all of COUNT at once, in one traced program that is started with SETTINGS. */
void calls_measure(struct calls *calls, size_t count, const char *const *settings,
		   const char *root);

#endif
