/*
 * What this process has learnt, name by name: a table of slots found by the hash of a whole path,
 * so that a deep name costs one look. A slot carries a sequence number, odd while it is written.
 * Readers copy and check, writers that find a slot busy go without: nothing waits, so threads,
 * signal handlers and vfork children may all use it, and one killed in the middle loses a slot and
 * no more.
 *
 * The memory for as many names as are ever kept is reserved at once and used from its beginning:
 * where the table grows fuller, more of it comes into use, and what is then looked for in another
 * place is found in its former one and moves.
 */
#include "internal.h"

#include <string.h>

/* A pair of slots is a name's place: a power of two of them, 80 bytes a slot. */
#define SLOTS_FIRST (1u << 10)
#define SLOTS_MOST  (1u << 18)

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
	uint64_t words[ENTRY_WORDS];
};

struct cache {
	uint32_t used; /* slots that were ever written */
	uint32_t size; /* slots in use, of those there is memory for */
	uint32_t most;
	struct listed listed[LISTED];
	struct slot slots[];
};

int cache_open(struct overlay *ov)
{
	for (uint32_t most = SLOTS_MOST; most >= SLOTS_FIRST && !ov->cache; most /= 4) {
		ov->cache = sys_pages(sizeof *ov->cache + most * sizeof(struct slot));
		if (!ov->cache)
			continue;
		ov->cache->size = SLOTS_FIRST;
		ov->cache->most = most;
	}
	return ov->cache ? 0 : -ENOMEM;
}

struct key path_key(const struct path *p)
{
	struct key key;
	key.hash = path_hash(PATH_HASH_ROOT, p->bytes + PATH_ROOM, p->length, &key.parent);
	return key;
}

/* The first slot of the pair for the hash NAME, in a table of SIZE. */
static struct slot *pair_of(const struct cache *cache, uint64_t name, uint32_t size)
{
	return (struct slot *)(uintptr_t)&cache->slots[name & (size - 2)];
}

/* True when SLOT holds the name of that hash, which is then in ENTRY. */
static inline bool read_slot(const struct slot *slot, struct path_hash hash, struct entry *entry)
{
	uint64_t *words = (uint64_t *)(void *)entry;
	uint64_t before = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
	if ((before & 1) || __atomic_load_n(&slot->words[0], __ATOMIC_RELAXED) != hash.name)
		return false;
	for (size_t i = 0; i < ENTRY_WORDS; i++)
		words[i] = __atomic_load_n(&slot->words[i], __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED) == before &&
	       entry->hash.name == hash.name && entry->hash.check == hash.check;
}

static void write_slot(struct slot *slot, const struct entry *entry)
{
	uint64_t words[ENTRY_WORDS];
	uint64_t before = __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED);
	if ((before & 1) || !__atomic_compare_exchange_n(&slot->sequence, &before, before + 1,
							 false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	memcpy(words, entry, sizeof *entry);
	for (size_t i = 0; i < ENTRY_WORDS; i++)
		__atomic_store_n(&slot->words[i], words[i], __ATOMIC_RELAXED);
	__atomic_store_n(&slot->sequence, before + 2, __ATOMIC_RELEASE);
}

static inline bool read_pair(const struct slot *pair, struct path_hash hash, struct entry *entry)
{
	return read_slot(pair, hash, entry) || read_slot(pair + 1, hash, entry);
}

/* Brings more of the table into use when three quarters of it were written. */
static void count_slot(struct cache *cache, uint32_t size)
{
	uint32_t used = __atomic_add_fetch(&cache->used, 1, __ATOMIC_RELAXED);
	if (used > size / 4 * 3 && size < cache->most)
		__atomic_compare_exchange_n(&cache->size, &size, size * 2, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

/* Of two names in one place already, the one that came later stays. */
static void keep_entry(struct cache *cache, const struct entry *entry)
{
	uint32_t size = __atomic_load_n(&cache->size, __ATOMIC_RELAXED);
	struct slot *pair = pair_of(cache, entry->hash.name, size);
	struct entry former;
	for (int i = 0; i < 2; i++) {
		uint64_t there = __atomic_load_n(&pair[i].words[0], __ATOMIC_RELAXED);
		if (there && there != entry->hash.name)
			continue;
		if (!there)
			count_slot(cache, size);
		write_slot(&pair[i], entry);
		return;
	}
	memcpy(&former, pair[0].words, sizeof former);
	if (read_slot(&pair[0], former.hash, &former))
		write_slot(&pair[1], &former);
	write_slot(&pair[0], entry);
}

/* What stood in a smaller table has its place in the larger one from now on. */
__attribute__((noinline)) static bool move_here(struct cache *cache, uint32_t size,
						struct path_hash hash, struct entry *entry)
{
	if (size == SLOTS_FIRST || !read_pair(pair_of(cache, hash.name, size / 2), hash, entry))
		return false;
	keep_entry(cache, entry);
	return true;
}

bool overlay_recall_hash(const struct overlay *ov, struct path_hash hash, struct node *n)
{
	struct entry entry;
	struct cache *cache = ov->cache;
	if (!cache)
		return false;
	uint32_t size = __atomic_load_n(&cache->size, __ATOMIC_RELAXED);
	if (!read_pair(pair_of(cache, hash.name, size), hash, &entry) &&
	    !move_here(cache, size, hash, &entry))
		return false;
	*n = entry.node;
	return stamp_holds(ov, hash.name, entry.node.dir, &entry.stamp);
}

void cache_keep(const struct overlay *ov, const struct key *key, const struct node *n,
		struct stamp stamp)
{
	struct entry entry = {key->hash, stamp, *n};
	entry.node.dir = key->parent;
	if (ov->cache && stamp_holds(ov, key->hash.name, key->parent, &stamp))
		keep_entry(ov->cache, &entry);
}

/* Wherever the name may be found, now or by its former place. */
void cache_drop(const struct overlay *ov, const struct path *p)
{
	const struct key key = path_key(p);
	const struct entry none = {0};
	struct entry entry;
	if (!ov->cache)
		return;
	uint32_t size = __atomic_load_n(&ov->cache->size, __ATOMIC_RELAXED);
	for (uint32_t s = size; s >= size / 2 && s >= SLOTS_FIRST; s /= 2)
		for (struct slot *slot = pair_of(ov->cache, key.hash.name, s), *end = slot + 2;
		     slot < end; slot++)
			if (read_slot(slot, key.hash, &entry))
				write_slot(slot, &none);
}

struct listed *cache_listed(const struct overlay *ov, uint64_t dir)
{
	return ov->cache ? &ov->cache->listed[dir % LISTED] : NULL;
}
