/* Pairs of counters in the page processes share: begun in the low half, ended in the high one. */
#ifndef OVERLAY_PAIR_H
#define OVERLAY_PAIR_H

#include "internal.h"

#include <stdatomic.h>

#define ONE_BEGUN 1ULL
#define ONE_ENDED (1ULL << 32)

static inline bool is_equal(uint64_t pair)
{
	return (uint32_t)pair == (uint32_t)(pair >> 32);
}

static inline void pair_begin(_Atomic uint64_t *pair)
{
	*pair += ONE_BEGUN;
}

/* One that was made equal meanwhile stays equal, and differs. */
static inline void pair_end(_Atomic uint64_t *pair)
{
	uint64_t before = *pair;
	while (!atomic_compare_exchange_weak(
		pair, &before, before + ONE_ENDED + (is_equal(before) ? ONE_BEGUN : 0)))
		;
}

/* Makes the pair equal, at a value no stamp can have, if it still is BEFORE. */
static inline void pair_heal(_Atomic uint64_t *pair, uint64_t before)
{
	uint32_t begun = (uint32_t)before, ended = (uint32_t)(before >> 32);
	uint64_t healed = (begun - ended < UINT32_MAX / 2 ? begun : ended) + 1;
	atomic_compare_exchange_strong(pair, &before, healed << 32 | (uint32_t)healed);
}

#endif
