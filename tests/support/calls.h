/* How many system calls an operation makes once everything about it is known. */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include <stdbool.h>

/* Whether programs can be traced here; says so aloud when not. */
bool can_trace(void);

/*
 * What one more OPERATION of programs/budget_calls.c on PATH costs, in tenths of a call, so that
 * what happens now and then shows.
 */
long calls_of(const char *const *settings, const char *operation, const char *path);

#endif
