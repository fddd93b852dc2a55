/* Strings for tests. Nothing is freed: a test's process lives for milliseconds. */
#ifndef TESTS_FORMAT_H
#define TESTS_FORMAT_H

#include <stdbool.h>

/* A formatted string. */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* All that can be read from a descriptor's start, a NUL shown as the two characters \0. */
char *read_all(int fd);

/* Text with every occurrence of one word replaced by another. */
char *replaced(const char *in, const char *word, const char *with);

bool starts_with(const char *in, const char *prefix);

/* Where two texts first differ, readable, with the lines around; NULL when they are equal. */
char *first_difference(const char *expected, const char *actual);

#endif
