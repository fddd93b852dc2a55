/* Calls that take two names, rename(2) and link(2), hold a place for each on the stack. */
#ifndef LIBC_TWO_NAMES_H
#define LIBC_TWO_NAMES_H

#include "overlain/libc.h"

/* What was asked for; outside merged it stays the one of its family's calls that HOW names. */
struct two_names {
	int how;
	int from_fd, to_fd;
	const char *old, *new;
	int flags;
};

/*
 * The call itself. TO is asked for with TO_HOW among the flags of place_find; where it is cramped
 * then, the answer is TWO_NAMES_CRAMPED, and nothing may have been done.
 */
typedef int two_names_call(const struct two_names *asked, struct place *from, struct place *to,
			   unsigned to_how);
#define TWO_NAMES_CRAMPED INT_MIN

/* What CALL answers: with room for a short second name first, then for any. */
int two_names(two_names_call *call, const struct two_names *asked);

/* 0 when the directory that the name AT, outside, lies in is there: "." where it has no other. */
int two_names_parent(const struct place *at);

#endif
