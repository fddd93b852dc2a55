/*
 * The table of what a process has learnt, as cache.c and cache_grow.c share it.
 *
 * A name has two places, by either half of its hash, and each is a pair of slots. The table grows a
 * few slots at a time: a place that comes into use takes over, from the one whose number is its own
 * without the highest bit, the names that belong to it from then on (linear hashing). It
 * grows when a name finds no room: then more than half of it is full.
 */
#ifndef OVERLAY_CACHE_H
#define OVERLAY_CACHE_H

#include "internal.h"

#include <string.h>

#define FIRST_BITS 10
#define FIRST      (1u << FIRST_BITS) /* slots, or fewer where fewer are allowed */
#define SEGMENTS   19                 /* each as large as all before it */

/*
 * So many names are kept aside that are found again without the table (sole.c): the last one that
 * came to a place has it.
 */
#define RECENT 128

/* Directories that names.c may know at a time. */
#define LISTED 64

struct entry {
	struct path_hash hash; /* stands for the path itself */
	struct stamp stamp;
	struct node node;
};
#define ENTRY_WORDS (sizeof(struct entry) / sizeof(uint64_t))

/* The sequence number stands aside: it is all that two writers compete for. */
struct slot {
	uint64_t sequence;
	uint64_t words[ENTRY_WORDS]; /* the first is 0 where the slot is free */
};

struct cache {
	uint32_t size; /* slots in use */
	uint32_t most;
	bool growing;
	uint32_t listing_bytes; /* for names.c */
	struct listed listed[LISTED];
	struct slot *segments[SEGMENTS];
	struct slot *recent; /* RECENT of them, or NULL */
	struct slot first[];
};

static inline uint32_t highest_bit(uint32_t n)
{
	return 1u << (31 - __builtin_clz(n));
}

/* Where the name of that hash, one of the two, belongs in a table of SIZE slots. */
static inline uint32_t place_of(uint64_t hash, uint32_t size)
{
	const uint32_t half = highest_bit(size - 1);
	const uint32_t at = (uint32_t)hash & (2 * half - 2);
	return at < size ? at : at - half;
}

static inline struct slot *pair_at(const struct cache *cache, uint32_t at)
{
	if (at < FIRST)
		return (struct slot *)(uintptr_t)&cache->first[at];
	const uint32_t begin = highest_bit(at);
	return &cache->segments[__builtin_ctz(begin) - FIRST_BITS][at - begin];
}

static inline struct slot *recent_at(const struct cache *cache, uint64_t name)
{
	return cache->recent ? &cache->recent[name % RECENT] : NULL;
}

/* Copies what SLOT holds; false while somebody writes there. */
static inline bool read_any(const struct slot *slot, struct entry *entry)
{
	uint64_t *words = (uint64_t *)(void *)entry;
	uint64_t before = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
	for (size_t i = 0; i < ENTRY_WORDS; i++)
		words[i] = __atomic_load_n(&slot->words[i], __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return !(before & 1) && __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED) == before;
}

/* False where somebody else writes: then what is there, or comes there, stays. */
bool write_slot(struct slot *slot, const struct entry *entry);

/* Brings a few more slots into use. Best effort. */
void cache_grow(struct cache *cache);

#endif
