/* Stops a program at its system calls, and ends it in the middle. */
#ifndef TESTS_CRASH_KILLER_H
#define TESTS_CRASH_KILLER_H

#include <stdbool.h>
#include <sys/types.h>

/* The program that is watched says that it is ready: what counts, counts from here. */
void killer_ready(void);
/* It says something by a call nobody else makes: that it is done. */
void killer_mark(void);

/* Runs START in a child that goes on only as far as the following let it. */
pid_t killer_start(void (*start)(void *data), void *data);
/*
 * Lets it go on to the beginning of its next system call, whose number is then in *CALL:
 * KILLER_MARK, KILLER_EXEC. False when it ended before; *STATUS is then how.
 */
enum { KILLER_MARK = -1, KILLER_EXEC = -2 };
bool killer_next(pid_t pid, long *call, int *status);
/* Lets it go on until it is ready, or, FROM_EXEC, has been executed, at its full pace. */
bool killer_until_ready(pid_t pid, bool from_exec, int *status);

/*
 * Runs START in a child and kills it at the beginning of its AT-th system call once it is
 * ready (FROM_EXEC: behind its exec); LOOK is called before that. False when it ended before;
 * *STATUS is then how.
 */
bool killer_run(int at, bool from_exec, void (*start)(void *data), void *data, void (*look)(void),
		int *status);

#endif
