/*
 * What this process has learnt, name by name: a table of slots found by the hash of a whole path,
 * so that a deep name costs one look. A slot carries a sequence number, odd while it is written.
 * Readers copy and check, writers that find a slot busy go without: nothing waits, so threads,
 * signal handlers and vfork children may all use it, and one killed in the middle loses a slot and
 * no more.
 */
#include "cache.h"

struct path_key path_key(const struct path *p)
{
	struct path_hash dir, own;
	own = path_hash(PATH_HASH_ROOT, p->bytes + PATH_ROOM, p->length, &dir);
	return (struct path_key){own, dir.name};
}

static inline bool holds(const struct slot *slot, uint64_t name)
{
	return __atomic_load_n(&slot->words[0], __ATOMIC_RELAXED) == name;
}

/* True when SLOT holds the name of that hash, which is then in ENTRY. */
static inline bool read_slot(const struct slot *slot, struct path_hash hash, struct entry *entry)
{
	return holds(slot, hash.name) && read_any(slot, entry) && entry->hash.name == hash.name &&
	       entry->hash.check == hash.check;
}

static inline bool read_tagged(const struct pair *pair, int i, struct path_hash hash,
			       struct entry *entry)
{
	return __atomic_load_n(&pair->tags[i], __ATOMIC_RELAXED) == tag_of(hash.name) &&
	       read_slot(&pair->slots[i], hash, entry);
}

static inline bool read_pair(struct pair pair, struct path_hash hash, struct entry *entry)
{
	return read_tagged(&pair, 0, hash, entry) || read_tagged(&pair, 1, hash, entry);
}

bool write_slot(struct slot *slot, const struct entry *entry)
{
	uint64_t before = __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED);
	if ((before & 1) || !__atomic_compare_exchange_n(&slot->sequence, &before, before + 1,
							 false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return false;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	torn_write(slot->words, entry, sizeof *entry);
	__atomic_store_n(&slot->sequence, before + 2, __ATOMIC_RELEASE);
	return true;
}

/* Whose writing comes last has his entry there, and maybe another's tag: then nobody finds it. */
bool write_tagged(struct slot *slot, uint16_t *tag, const struct entry *entry)
{
	if (!write_slot(slot, entry))
		return false;
	__atomic_store_n(tag, tag_of(entry->hash.name), __ATOMIC_RELAXED);
	return true;
}

static uint32_t size_now(const struct cache *cache)
{
	return __atomic_load_n(&cache->size, __ATOMIC_ACQUIRE);
}

/* The slots of a name's two places, the one it is looked for in first before the other. */
struct places {
	struct pair at[2];
};
static struct places places_of(const struct cache *cache, struct path_hash hash)
{
	const uint32_t size = size_now(cache);
	return (struct places){{pair_at(cache, place_of(hash.name, size)),
				pair_at(cache, place_of(hash.check, size))}};
}
static struct slot *slot_of(const struct places *places, int i)
{
	return &places->at[i / 2].slots[i % 2];
}
static uint16_t *tag_at(const struct places *places, int i)
{
	return &places->at[i / 2].tags[i % 2];
}

/* Which of PLACES holds the name; -1: none does. */
static int find_slot(const struct places *places, uint64_t name)
{
	for (int i = 0; i < 4; i++)
		if (holds(slot_of(places, i), name))
			return i;
	return -1;
}

/* One of those who have PLACES moves to its own other place, if there is room; which it had. */
static int make_room(const struct cache *cache, const struct places *places)
{
	struct entry former;
	for (int i = 0; i < 4; i++) {
		if (!read_any(slot_of(places, i), &former))
			continue;
		const struct places own = places_of(cache, former.hash);
		const int free = find_slot(&own, 0);
		if (free >= 0 && write_tagged(slot_of(&own, free), tag_at(&own, free), &former))
			return i;
	}
	return -1;
}

/* Where nobody gives way the table is too small, and this time the one that came first goes. */
static void take_first(struct cache *cache, const struct entry *entry)
{
	struct entry former;
	cache_grow(cache);
	const struct places places = places_of(cache, entry->hash);
	if (read_any(slot_of(&places, 0), &former))
		write_tagged(slot_of(&places, 1), tag_at(&places, 1), &former);
	write_tagged(slot_of(&places, 0), tag_at(&places, 0), entry);
}

static void place_entry(struct cache *cache, const struct entry *entry)
{
	const struct places places = places_of(cache, entry->hash);
	int i = find_slot(&places, entry->hash.name);
	if (i < 0)
		i = find_slot(&places, 0);
	if (i < 0)
		i = make_room(cache, &places);
	if (i < 0)
		take_first(cache, entry);
	else
		write_tagged(slot_of(&places, i), tag_at(&places, i), entry);
}

static void keep_entry(struct cache *cache, const struct entry *entry)
{
	if (!(entry->node.marks & NODE_SOLE))
		place_entry(cache, entry);
	else if (cache->recent)
		write_slot(recent_at(cache, entry->hash.name), entry);
}

static inline __attribute__((always_inline)) bool
read_entry(struct cache *cache, struct path_hash hash, struct entry *entry)
{
	if (!cache)
		return false;
	const uint32_t size = size_now(cache);
	const struct slot *recent = recent_at(cache, hash.name);
	return (recent && read_slot(recent, hash, entry)) ||
	       read_pair(pair_at(cache, place_of(hash.name, size)), hash, entry) ||
	       read_pair(pair_at(cache, place_of(hash.check, size)), hash, entry);
}

bool overlay_recall_hash(const struct overlay *ov, struct path_hash hash, struct node *n)
{
	struct entry entry;
	if (!read_entry(ov->cache, hash, &entry))
		return false;
	*n = entry.node;
	return stamp_holds(ov, hash.name, entry.node.dir, entry.stamp);
}

bool cache_had(const struct overlay *ov, const struct path_key *key, const struct stamp *stamp,
	       struct node *n)
{
	struct entry entry;
	if (!read_entry(ov->cache, key->hash, &entry))
		return false;
	*n = entry.node;
	return entry.stamp && entry.stamp == stamp_sum(stamp);
}

bool cache_keep(const struct overlay *ov, const struct path_key *key, const struct node *n,
		struct stamp stamp)
{
	struct entry entry = {key->hash, stamp_sum(&stamp), *n};
	entry.node.dir = key->parent;
	if (!ov->cache || !stamp_holds(ov, key->hash.name, key->parent, entry.stamp))
		return false;
	keep_entry(ov->cache, &entry);
	return true;
}

void cache_drop(const struct overlay *ov, const struct path *p)
{
	const struct path_key key = path_key(p);
	const struct entry none = {0};
	struct entry entry;
	if (!ov->cache)
		return;
	const struct places places = places_of(ov->cache, key.hash);
	struct slot *recent = recent_at(ov->cache, key.hash.name);
	for (int i = 0; i < 4; i++)
		if (read_slot(slot_of(&places, i), key.hash, &entry))
			write_slot(slot_of(&places, i), &none);
	if (recent && read_slot(recent, key.hash, &entry))
		write_slot(recent, &none);
}

struct listed *cache_listed(const struct overlay *ov, uint64_t dir)
{
	return ov->cache ? &ov->cache->listed[dir % LISTED] : NULL;
}

uint32_t cache_listing_bytes(const struct overlay *ov)
{
	return ov->cache ? ov->cache->listing_bytes : 0;
}
