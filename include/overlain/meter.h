/*
 * meter: a line on the terminal that tells how far something long has come.
 *
 * It goes to descriptor 2, and only if that is a terminal: from the first second on, twice a second
 * at most, each line over the one before. All of it is async-signal-safe.
 */
#ifndef OVERLAIN_METER_H
#define OVERLAIN_METER_H

#include <stdbool.h>
#include <stdint.h>

struct meter {
	const char *what; /* NULL: nobody is to see it */
	uint64_t total;   /* bytes */
	uint64_t start;   /* milliseconds of a clock */
	uint64_t drawn;   /* when the latest line was, 0: none yet */
};

/* The string is kept. Two system calls. */
void meter_begin(struct meter *m, const char *what, uint64_t total);
/* DONE bytes of the total are: one system call, two where a line is due. */
void meter_show(struct meter *m, uint64_t done);
/* Takes the line away. */
void meter_end(struct meter *m);

#endif
