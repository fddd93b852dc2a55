/* What programs/budget_calls.c and the reader of its trace agree upon. */
#ifndef TESTS_CALLS_MARK_H
#define TESTS_CALLS_MARK_H

#include <sys/syscall.h>

/* A system call nothing else makes, with a wrong argument: the border between two phases. */
#define CALLS_MARK          SYS_sched_get_priority_max
#define CALLS_MARK_NAME     "sched_get_priority_max"
#define CALLS_MARK_ARGUMENT (-1)

enum {
	CALLS_UNTIL_KNOWN = 25, /* more often than anything is asked for before it is kept open */
	CALLS_MEASURED = 10,
};

#endif
