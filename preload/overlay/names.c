/*
 * Which layers have a name, without asking each. Where several layers have a directory, a name that
 * only the last of them has costs a failing look in every other, again for each name, and a look
 * for a ".wh." file beside it. So when enough looks into a directory were in vain, its parts but
 * the last are listed once and the hashes of their names kept: of a lower, which never changes,
 * all; of the upper the ".wh." files, which are only made by those who say so (whiteout.c). A hash
 * tells which layers are worth a look; the look itself decides.
 *
 * Tables are made by one thread and published whole; they are never given back, and what all of
 * them take is bounded.
 */
#include "internal.h"

#include <string.h>

#define VAIN_LOOKS    4          /* for each part, before a listing pays */
#define HOPELESS      (1u << 31) /* looks in vain into a directory of too many names */
#define PART_OF_BYTES 4          /* of what all tables may take, the part of one */

struct seen {
	uint32_t hash;
	uint16_t layer;
	uint16_t taken;
};

struct names {
	uint64_t dir;  /* the directory's path by its hash */
	uint64_t tree; /* the tree's counters before it was listed */
	uint64_t parts;
	unsigned last; /* the part that was not listed */
	uint32_t mask;
	uint32_t count;
	struct seen at[]; /* open addressing */
};

static uint64_t tree_now(const struct overlay *ov)
{
	return ov->shared ? ov->shared->tree : 0;
}

uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash ^ hash >> 15;
}

struct parts parts_of(const struct overlay *ov, const struct node *parent, const char *name,
		      uint64_t dir)
{
	struct parts parts = {ov, parent, NULL, 0, dir};
	const struct listed *listed = dir ? cache_listed(ov, dir) : NULL;
	if (!listed)
		return parts;
	const struct names *names = __atomic_load_n(&listed->names, __ATOMIC_ACQUIRE);
	if (!names || names->dir != dir || names->tree != tree_now(ov) ||
	    names->parts != parent->parts || names->last >= parent->end)
		return parts;
	parts.names = names;
	parts.hash = name_hash(name);
	return parts;
}

/* The first listed layer from FROM on that may have the name, or the one not listed. */
static unsigned next_named(const struct parts *p, unsigned from)
{
	const struct names *names = p->names;
	unsigned next = names->last;
	for (uint32_t i = p->hash & names->mask; names->at[i].taken; i = (i + 1) & names->mask)
		if (names->at[i].hash == p->hash && names->at[i].layer >= from &&
		    names->at[i].layer < next)
			next = names->at[i].layer;
	return next;
}

static bool is_upper(const struct parts *p, unsigned layer)
{
	return p->overlay->writable && layer == 0;
}

unsigned parts_next(const struct parts *p, unsigned from)
{
	unsigned next = node_next_part(p->overlay, p->parent, from);
	bool listed = p->names && next < p->names->last && !is_upper(p, next);
	return listed ? next_named(p, next) : next;
}

unsigned parts_next_hiding(const struct parts *p, unsigned from)
{
	unsigned next = node_next_part(p->overlay, p->parent, from);
	const bool upper = is_upper(p, next);
	if (upper && shared_whiteout_form(p->overlay) == WHITEOUT_FILE)
		return next;
	if (upper && (p->parent->marks & NODE_FRESH))
		next = node_next_part(p->overlay, p->parent, next + 1);
	return p->names && next < p->names->last ? next_named(p, next) : next;
}

static void add(struct names *names, const char *name, unsigned layer)
{
	const char *hidden = text_after(name, LAYER_WH);
	const uint32_t hash = name_hash(hidden ? hidden : name);
	uint32_t i = hash & names->mask;
	while (names->at[i].taken)
		i = (i + 1) & names->mask;
	names->at[i] = (struct seen){hash, (uint16_t)layer, true};
	names->count++;
}

static struct names *make(uint32_t size)
{
	struct names *names = sys_pages_present(sizeof *names + size * sizeof(struct seen));
	if (names)
		names->mask = size - 1;
	return names;
}

static void unmake(struct names *names)
{
	sys_munmap(names, sizeof *names + (names->mask + 1) * sizeof(struct seen));
}

static uint32_t bytes_of(const struct names *names)
{
	return (names->mask + 1) * (uint32_t)sizeof(struct seen);
}

/* Room for twice as many, in MOST bytes; false where that were too many. */
static bool grow(struct names **names, uint32_t most)
{
	struct names *old = *names, *fresh;
	if (bytes_of(old) > most / 2 || !(fresh = make((old->mask + 1) * 2)))
		return false;
	for (uint32_t i = 0; i <= old->mask; i++) {
		uint32_t to = old->at[i].hash & fresh->mask;
		if (!old->at[i].taken)
			continue;
		while (fresh->at[to].taken)
			to = (to + 1) & fresh->mask;
		fresh->at[to] = old->at[i];
	}
	fresh->count = old->count;
	unmake(old);
	*names = fresh;
	return true;
}

/* Where the names of a layer's part go. */
struct sink {
	struct names **names;
	uint32_t most; /* bytes */
	unsigned layer;
	bool marks_only;
};

static int take_entry(struct reading *reading, const struct dirent64 *entry, void *data)
{
	const struct sink *to = data;
	(void)reading;
	if (to->marks_only && !layer_is_mark(entry->d_name))
		return 0;
	if ((*to->names)->count * 2 > (*to->names)->mask && !grow(to->names, to->most))
		return -ENOMEM;
	add(*to->names, entry->d_name, to->layer);
	return 0;
}

static bool list(struct sink *to, const char *path)
{
	int error = entries_each(path, take_entry, to);
	/* A part may be one of a group of layers that has it not. */
	return !error || error == -ENOENT || error == -ENOTDIR;
}

/* Lists all parts of PARENT but the last, in MOST bytes. P is its path. */
static struct names *list_parts(const struct overlay *ov, const struct node *parent, struct path *p,
				uint32_t most)
{
	const uint64_t tree = tree_now(ov);
	struct names *names = make(512);
	if (!names)
		return NULL;
	unsigned i = parent->layer, next;
	for (; (next = node_next_part(ov, parent, i + 1)) < ov->layer_count; i = next) {
		struct sink to = {&names, most, i, ov->writable && i == 0};
		if (!list(&to, layer_path(&ov->layers[i], p))) {
			unmake(names);
			return NULL;
		}
	}
	names->tree = tree;
	names->parts = parent->parts;
	names->last = i;
	return names;
}

/* Makes the table of the directory P, and publishes it in LISTED; false where it cannot. */
static bool learn(const struct parts *parts, struct path *p, struct listed *listed)
{
	static uint32_t bytes;
	const uint32_t most = cache_listing_bytes(parts->overlay);
	if (__atomic_load_n(&bytes, __ATOMIC_RELAXED) >= most)
		return false;
	struct names *names = list_parts(parts->overlay, parts->parent, p, most / PART_OF_BYTES);
	if (!names)
		return false;
	names->dir = parts->dir;
	__atomic_fetch_add(&bytes, bytes_of(names), __ATOMIC_RELAXED);
	__atomic_store_n(&listed->names, names, __ATOMIC_RELEASE);
	return true;
}

static uint32_t bits(uint64_t word)
{
	uint32_t count = 0;
	for (; word; word &= word - 1)
		count++;
	return count;
}

void parts_in_vain(const struct parts *parts, struct path *p, unsigned looks)
{
	struct listed *listed = parts->dir ? cache_listed(parts->overlay, parts->dir) : NULL;
	if (!listed || parts->names)
		return;
	if (__atomic_load_n(&listed->dir, __ATOMIC_RELAXED) != parts->dir) {
		__atomic_store_n(&listed->dir, parts->dir, __ATOMIC_RELAXED);
		__atomic_store_n(&listed->vain, 0, __ATOMIC_RELAXED);
	}
	uint32_t vain = __atomic_add_fetch(&listed->vain, looks, __ATOMIC_RELAXED);
	const struct node *parent = parts->parent;
	const uint32_t span = (uint32_t)(parent->end - parent->layer);
	const uint32_t groups = bits(parent->parts) << parts->overlay->part_shift;
	const uint32_t count = span < groups ? span : groups;
	if (vain < VAIN_LOOKS * count || vain >= HOPELESS ||
	    __atomic_test_and_set(&listed->making, __ATOMIC_ACQUIRE))
		return;
	PATH_PARENT(p);
	__atomic_store_n(&listed->vain, learn(parts, p, listed) ? 0 : HOPELESS, __ATOMIC_RELAXED);
	__atomic_clear(&listed->making, __ATOMIC_RELEASE);
}
