/* What is tormented: one operation each on the same small tree. */
#ifndef TESTS_CRASH_OPERATIONS_H
#define TESTS_CRASH_OPERATIONS_H

/* The last has no name. */
extern const struct operation {
	const char *name;
	const char *words[5]; /* of "start" the start of a process is all there is to it */
} operations[];

/* The layers they work on, for area_make and area_reset. */
extern const char *const operations_lower[], *const operations_upper[];

/* Does it in merged, once MARK has said that it begins: 0, or -1 and errno. */
int operation_do(char *const *words, void (*mark)(void));

#endif
