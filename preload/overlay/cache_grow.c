/*
 * The memory of the cache: little to begin with, for most programs meet few names, and more as
 * names come, up to what the option "cache" allows. A program whose address space is limited needs
 * it for itself.
 */
#include "cache.h"
#include "config.h"

#include <sys/resource.h>

/*
 * Slots that come into use at a time: so long a caller is held up. So many there are to begin with,
 * too, for each name lies in another page of a large table.
 */
#define STEP 64

/* What all overlays of a process take together where nothing is said. */
#define USUAL_BYTES (32u << 20)
/* Of that, what names.c's tables take: the last of them may be larger than what is left. */
#define PART_OF_LISTING 8

/* A limited address space is the program's but for this part. */
#define PART_OF_LIMIT 64

static uint32_t slots_in(uint64_t bytes)
{
	const uint64_t slots = bytes / TABLE_BYTES(1), top = (uint64_t)FIRST << SEGMENTS;
	return (uint32_t)(slots < top ? slots : top) & ~1u;
}

/* Memory that begins with a line of the processor's cache. */
static void *lines(struct config *c, size_t size)
{
	char *taken = arena_take(&c->arena, size + LINE);
	return taken + (LINE - (uintptr_t)taken % LINE);
}

void cache_open(struct config *c, const struct draft *d, struct overlay *ov)
{
	const uint64_t bytes = d->cache_given ? d->cache_bytes : USUAL_BYTES / c->count;
	const uint64_t listing = bytes / PART_OF_LISTING;
	const uint32_t most = slots_in(bytes - listing - listing / 4);
	const uint32_t room = most < FIRST ? most : FIRST;
	if (room == 0)
		return;
	const uint32_t recent = most > 2 * FIRST ? RECENT : 0;
	ov->cache = arena_take(&c->arena, sizeof *ov->cache);
	ov->cache->first.tags = arena_take(&c->arena, room * sizeof(uint16_t));
	ov->cache->first.slots = lines(c, room * sizeof(struct slot));
	ov->cache->recent = recent ? lines(c, recent * sizeof(struct slot)) : NULL;
	ov->cache->size = room < STEP ? room : STEP;
	ov->cache->most = most;
	ov->cache->listing_bytes = listing < UINT32_MAX ? (uint32_t)listing : UINT32_MAX;
}

/* Memory for as many slots as there are, or may be; false where the table must stay as it is. */
static bool add_segment(struct cache *cache, uint32_t size)
{
	struct rlimit limit;
	const uint32_t more = cache->most - size < size ? cache->most - size : size;
	const uint64_t bytes = TABLE_BYTES((uint64_t)more);
	if (SYS4(SYS_prlimit64, 0, RLIMIT_AS, 0, &limit) < 0 ||
	    bytes > limit.rlim_cur / PART_OF_LIMIT)
		return false;
	struct slot *slots = sys_pages(bytes);
	if (slots)
		cache->segments[__builtin_ctz(size) - FIRST_BITS] =
			(struct table){slots, (uint16_t *)(void *)(slots + more)};
	return slots != NULL;
}

/* Does a name of that hash, which stands at FROM in a table of SIZE, belong to TO with STEP more?
 */
static bool belongs(struct path_hash hash, uint32_t from, uint32_t to, uint32_t size)
{
	const uint64_t by = place_of(hash.name, size) == from ? hash.name : hash.check;
	return place_of(by, size + STEP) == to;
}

/* A name between its two places for a moment is one that is looked for on the disk again. */
static void take_over(struct cache *cache, uint32_t at, uint32_t size)
{
	static const struct entry none;
	const uint32_t from = at - highest_bit(at);
	const struct pair old = pair_at(cache, from), fresh = pair_at(cache, at);
	struct entry entry;
	/* A page that is read before it is written to is met twice, and all threads wait for it. */
	__atomic_store_n(&fresh.slots[0].words[0], 0, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		if (read_any(&old.slots[i], &entry) && entry.hash.name &&
		    belongs(entry.hash, from, at, size) &&
		    write_tagged(&fresh.slots[i], &fresh.tags[i], &entry))
			write_slot(&old.slots[i], &none);
}

/* One at a time; who dies of it, or forks meanwhile, leaves the table as large as it is. */
void cache_grow(struct cache *cache)
{
	if (__atomic_load_n(&cache->size, __ATOMIC_RELAXED) ==
		    __atomic_load_n(&cache->most, __ATOMIC_RELAXED) ||
	    __atomic_test_and_set(&cache->growing, __ATOMIC_ACQUIRE))
		return;
	const uint32_t size = cache->size;
	const bool full = size >= FIRST && size == highest_bit(size);
	if (size + STEP > cache->most || (full && !add_segment(cache, size))) {
		__atomic_store_n(&cache->most, size, __ATOMIC_RELAXED);
	} else {
		for (uint32_t at = size; at < size + STEP; at += 2)
			take_over(cache, at, size);
		__atomic_store_n(&cache->size, size + STEP, __ATOMIC_RELEASE);
	}
	__atomic_clear(&cache->growing, __ATOMIC_RELEASE);
}
