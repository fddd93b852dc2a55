/*
 * What this process has learnt, name by name: a table of fixed slots, each found by the hash of a
 * whole path, so that a deep name costs one look. A slot carries a sequence number, odd while it
 * is written. Readers copy and check, writers that find a slot busy go without: nothing waits, so
 * threads, signal handlers and vfork children may all use it, and one killed in the middle loses
 * a slot and no more.
 */
#include "internal.h"

#include <string.h>

#define SLOTS 4096

/* Two hashes stand for the path itself. */
struct entry {
	uint64_t name;
	uint64_t check;
	struct stamp stamp;
	struct node node;
};
#define ENTRY_WORDS (sizeof(struct entry) / sizeof(uint64_t))

struct slot {
	uint64_t sequence;
	uint64_t words[ENTRY_WORDS];
};

struct cache {
	struct slot slots[SLOTS];
};

int cache_open(struct overlay *ov)
{
	ov->cache = sys_pages(sizeof *ov->cache);
	return ov->cache ? 0 : -ENOMEM;
}

/* FNV-1a and a second of its kind, each with a last stir so that all bits depend on all bytes. */
struct key path_key(const struct path *p)
{
	const char *rel = p->bytes + PATH_ROOM;
	uint64_t name = 0xcbf29ce484222325ULL, check = p->length, parent = name;
	for (size_t i = 0; i < p->length; i++) {
		unsigned char byte = (unsigned char)rel[i];
		if (byte == '/')
			parent = name;
		name = (name ^ byte) * 0x100000001b3ULL;
		check = ((check + byte) * 0xd6e8feb86659fd93ULL) ^ check >> 29;
	}
	return (struct key){
		.name = (name ^ name >> 32) * 0x9e3779b97f4a7c15ULL,
		.check = check | 1, /* an empty slot is all zero */
		.parent = (parent ^ parent >> 32) * 0x9e3779b97f4a7c15ULL,
	};
}

static struct slot *slot_of(const struct overlay *ov, uint64_t hash)
{
	return &ov->cache->slots[hash % SLOTS];
}

static bool read_slot(struct slot *slot, struct entry *entry)
{
	uint64_t words[ENTRY_WORDS];
	uint64_t before = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
	if (before & 1)
		return false;
	for (size_t i = 0; i < ENTRY_WORDS; i++)
		words[i] = __atomic_load_n(&slot->words[i], __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&slot->sequence, __ATOMIC_RELAXED) != before)
		return false;
	memcpy(entry, words, sizeof *entry);
	return true;
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

bool cache_find(const struct overlay *ov, const struct path *p, struct node *n)
{
	struct entry entry;
	struct key key = path_key(p);
	if (!ov->cache || !read_slot(slot_of(ov, key.name), &entry) || entry.name != key.name ||
	    entry.check != key.check || !stamp_holds(ov, &key, &entry.stamp))
		return false;
	*n = entry.node;
	return true;
}

void cache_keep(const struct overlay *ov, const struct key *key, const struct node *n,
		struct stamp stamp)
{
	struct entry entry = {key->name, key->check, stamp, *n};
	if (ov->cache && stamp_holds(ov, key, &stamp))
		write_slot(slot_of(ov, key->name), &entry);
}

void cache_drop(const struct overlay *ov, const struct path *p)
{
	struct entry none = {0};
	if (ov->cache)
		write_slot(slot_of(ov, path_key(p).name), &none);
}
