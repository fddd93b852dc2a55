/* spawn_child: what a child of posix_spawn does between its birth and its exec. */
#ifndef LIBC_SPAWN_CHILD_H
#define LIBC_SPAWN_CHILD_H

#include "overlain/libc.h"

/*
 * True when one of ACTIONS (or NULL) names a file, moves the working directory or doubles a
 * descriptor on merged.
 */
bool spawn_concerns_us(const posix_spawn_file_actions_t *actions);
/*
 * In a child of vfork whose parent had the signal mask MASK: attributes, then actions, in the order
 * posix_spawn(3) gives; either may be NULL. 0, or -errno.
 */
int spawn_prepare(const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
		  const sigset_t *mask);

#endif
