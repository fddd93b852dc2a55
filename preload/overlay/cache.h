/*
 * The table of what a process has learnt, as cache.c and cache_grow.c share it.
 *
 * A name has two places, by either half of its hash, and each is a pair of slots. The table grows a
 * few slots at a time: a place that comes into use takes over, from the one whose number is its own
 * without the highest bit, the names that belong to it from then on (linear hashing). It
 * grows when a name finds no room: then more than half of it is full.
 *
 * A slot is one line of the processor's cache. Most names that are asked for are not in the table,
 * and of a name that is in none of its places no slot is looked at: each has a tag, sixteen bits of
 * a hash, and those of all slots lie close together. A tag that is wrong costs a look, no more.
 */
#ifndef OVERLAY_CACHE_H
#define OVERLAY_CACHE_H

#include "internal.h"
#include "overlain/torn.h"

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
	uint64_t stamp;        /* stamp_sum */
	struct node node;
};
#define ENTRY_WORDS (sizeof(struct entry) / sizeof(uint64_t))
#define LINE        64

/* The sequence number stands aside: it is all that two writers compete for. */
struct slot {
	_Alignas(LINE) uint64_t sequence;
	uint64_t words[ENTRY_WORDS]; /* the first is 0 where the slot is free */
};
_Static_assert(sizeof(struct slot) == LINE, "a slot is a line");

/* So many slots and their tags. */
#define TABLE_BYTES(slots) ((slots) * (sizeof(struct slot) + sizeof(uint16_t)))

struct cache {
	uint32_t size; /* slots in use */
	uint32_t most;
	bool growing;
	uint32_t listing_bytes; /* for names.c */
	struct listed listed[LISTED];
	struct table {
		struct slot *slots;
		uint16_t *tags; /* 0: never used */
	} first, segments[SEGMENTS];
	struct slot *recent; /* RECENT of them, or NULL */
};

/* A pair of slots and their tags. */
struct pair {
	struct slot *slots;
	uint16_t *tags;
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

static inline struct pair pair_at(const struct cache *cache, uint32_t at)
{
	const uint32_t begin = at < FIRST ? 0 : highest_bit(at);
	const struct table *table =
		begin ? &cache->segments[__builtin_ctz(begin) - FIRST_BITS] : &cache->first;
	return (struct pair){table->slots + (at - begin), table->tags + (at - begin)};
}

static inline uint16_t tag_of(uint64_t name)
{
	return (uint16_t)(name >> 48) | 1;
}

static inline struct slot *recent_at(const struct cache *cache, uint64_t name)
{
	return cache->recent ? &cache->recent[name % RECENT] : NULL;
}

/* Copies what SLOT holds; false while somebody writes there. */
static inline bool read_any(const struct slot *slot, struct entry *entry)
{
	uint64_t before = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
	torn_read(entry, slot->words, sizeof *entry);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return !(before & 1) && __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED) == before;
}

/* False where somebody else writes: then what is there, or comes there, stays. */
bool write_slot(struct slot *slot, const struct entry *entry);
/* The same in a slot that has a tag. */
bool write_tagged(struct slot *slot, uint16_t *tag, const struct entry *entry);

/* Brings a few more slots into use. Best effort. */
void cache_grow(struct cache *cache);

#endif
