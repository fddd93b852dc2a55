/* What the storms share: they count what is not as it must be, and say the first of it. */
#ifndef TESTS_STORM_H
#define TESTS_STORM_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int wrong;

/* Async-signal-safe enough for a test: only what went wrong comes to stdio. */
static inline void must(bool is, const char *what)
{
	if (!is && __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED) < 20)
		printf("%s: %s\n", what, strerror(errno));
}

#endif
