/* What is common to programs that do something bad to each operation in turn. */
#ifndef TESTS_CRASH_TORMENT_H
#define TESTS_CRASH_TORMENT_H

#include "operations.h"

struct tormentor {
	const char *library;
	void (*torment)(const struct operation *op);
	/* In the program that suffers it: the operation is about to begin. */
	void (*mark)(void);
};

/* First thing in main: does not return in the programs that torment() starts. */
void torment_child(char **argv, const struct tormentor *t);
/* Does it to all operations whose name holds PATTERN (NULL: to all) in an area; how many. */
int torment(const char *pattern, const struct tormentor *t);

/* What shows in a fresh area once the operation's preparations are made. */
char *state_before(const struct operation *op);

#endif
