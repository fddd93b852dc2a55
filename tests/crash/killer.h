/* Ends a program in the middle. */
#ifndef TESTS_CRASH_KILLER_H
#define TESTS_CRASH_KILLER_H

#include <stdbool.h>

/* The program that is to be killed says that it is ready: what counts, counts from here. */
void killer_mark(void);

/*
 * Runs START in a child and kills it at the beginning of its AT-th system call behind the mark
 * (FROM_EXEC: behind its exec). False when it ended before; *STATUS is then how.
 */
bool killer_run(int at, bool from_exec, void (*start)(void *data), void *data, int *status);

#endif
