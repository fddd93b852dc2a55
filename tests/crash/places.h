/* Where the library makes its system calls, and which of them a run came by. */
#ifndef TESTS_CRASH_PLACES_H
#define TESTS_CRASH_PLACES_H

#include <stdbool.h>
#include <stddef.h>

enum call_how { CALL_PASSED, CALL_SKIPPED, CALL_FAILED };

/* The calls of a run, in their order: what the hook tells. */
struct trace {
	struct call {
		unsigned long site;
		enum call_how how;
	} * at;
	size_t count;
};
void trace_read(struct trace *trace, int fd); /* and closes it */
void trace_free(struct trace *trace);
/* The number of the first call at SITE among those that can fail; 0: there is none. */
int trace_call(const struct trace *trace, unsigned long site);
/* How many calls before the one at INDEX were made at its site. */
int trace_seen(const struct trace *trace, size_t index);

/*
 * SITES is what tests/crash/sites makes of the library. LISTED has those that are not reached, a
 * line each: file, function, call, and why.
 */
void places_read(const char *sites, const char *listed);
/* A place is reached where a call failed, or was made that cannot fail. */
void places_note(const struct trace *trace);
/* True where the rooms below libc/ make a call that has not failed yet. */
bool place_is_new(unsigned long site);
const char *place_name(unsigned long site);
/* Prints how many there are; false where STRICT and one is not reached that is not listed. */
bool places_report(int faults, bool strict);

#endif
