/* fork, clone, and what vfork.S calls before it jumps. */
#include "overlain/libc.h"

__attribute__((used)) void *vfork_next(void);

void *vfork_next(void)
{
	process_lend(true);
	return next_symbol(NEXT_vfork);
}

pid_t fork(void)
{
	place_links_made();
	overlay_forks();
	const pid_t pid = NEXT(fork)();
	if (pid == 0)
		overlay_forked();
	return pid;
}

/* One that shares the memory and is no thread borrows it, as a child of vfork does. */
int clone(int (*run)(void *), void *stack, int flags, void *data, ...)
{
	va_list more;
	va_start(more, data);
	pid_t *parent = va_arg(more, pid_t *);
	void *thread = va_arg(more, void *);
	pid_t *child = va_arg(more, pid_t *);
	va_end(more);
	place_links_made();
	overlay_forks();
	if ((flags & (CLONE_VM | CLONE_THREAD)) == CLONE_VM)
		process_lend(flags & CLONE_VFORK);
	return NEXT(clone)(run, stack, flags, data, parent, thread, child);
}
