/* fork, and what vfork.S calls before it jumps. */
#include "overlain/libc.h"

__attribute__((used)) void *vfork_next(void);

void *vfork_next(void)
{
	process_lend();
	return next_symbol(NEXT_vfork);
}

pid_t fork(void)
{
	place_links_made();
	return NEXT(fork)();
}
