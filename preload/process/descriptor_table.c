/*
 * What is open on merged, by descriptor number: tables of fixed entries, made when first needed
 * and found by two indexes. An entry carries a sequence number, odd while it is written: readers
 * copy and check, a writer that finds an entry busy leaves it empty.
 *
 * A child of vfork has descriptors of its own but the parent's memory: what it does is not written
 * down. The numbers it has touched are, and of those the kernel is asked.
 */
#include "internal.h"
#include "overlain/torn.h"

#include <string.h>

#define CHUNK  256
#define CHUNKS 4096

struct entry {
	uint32_t sequence;
	uint32_t unused;
	struct descriptor d;
};

static BULKY struct entry *chunks[CHUNKS];
static int noted; /* no number from here on ever was */

/* There was no memory for something that should have been noted: then the kernel is asked. */
static bool forgetful;

/* A bit for each number that some child of vfork has put to another use; above them all are. */
#define TOUCHABLE 1024
static uint64_t touched[TOUCHABLE / 64];

static void touch(int fd)
{
	if (fd >= 0 && fd < TOUCHABLE)
		__atomic_fetch_or(&touched[fd / 64], 1ULL << fd % 64, __ATOMIC_RELAXED);
}

/* True when what the table says of FD is the parent's affair. */
static bool is_lent(int fd)
{
	uint64_t bits = ~0ULL;
	if (fd < TOUCHABLE)
		bits = __atomic_load_n(&touched[fd / 64], __ATOMIC_RELAXED);
	return bits & 1ULL << fd % 64 && process_borrowed();
}

static inline struct entry *entry_of(int fd)
{
	const unsigned n = (unsigned)fd / CHUNK; /* too many for a negative one */
	struct entry *chunk = n < CHUNKS ? __atomic_load_n(&chunks[n], __ATOMIC_ACQUIRE) : NULL;
	return chunk ? chunk + (unsigned)fd % CHUNK : NULL;
}

static struct entry *make_entry(int fd)
{
	const unsigned n = (unsigned)fd / CHUNK;
	if (n >= CHUNKS)
		return NULL;
	struct entry *none = NULL, *fresh = sys_pages(CHUNK * sizeof *fresh);
	if (!fresh)
		__atomic_store_n(&forgetful, true, __ATOMIC_RELAXED);
	else if (!__atomic_compare_exchange_n(&chunks[n], &none, fresh, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_ACQUIRE))
		sys_munmap(fresh, CHUNK * sizeof *fresh);
	return entry_of(fd);
}

static bool is_noted(const struct entry *entry)
{
	return entry && __atomic_load_n(&entry->d.kind, __ATOMIC_RELAXED) != DESCRIPTOR_NONE;
}

/* The bytes of D that carry meaning. */
static size_t used(const struct descriptor *d)
{
	return offsetof(struct descriptor, path) +
	       (d->length == DESCRIPTOR_TOO_LONG ? 0 : d->length) + 1;
}

static void write_entry(int fd, const struct descriptor *d)
{
	struct entry *entry = entry_of(fd);
	if (!entry && d->kind != DESCRIPTOR_NONE)
		entry = make_entry(fd);
	if (!entry)
		return;
	int end = __atomic_load_n(&noted, __ATOMIC_RELAXED);
	while (fd >= end && !__atomic_compare_exchange_n(&noted, &end, fd + 1, false,
							 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	uint32_t before = __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) & ~1u;
	__atomic_store_n(&entry->sequence, before + 1, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	torn_write(&entry->d, d, used(d));
	__atomic_store_n(&entry->sequence, before + 2, __ATOMIC_RELEASE);
}

/* What is known of FD, its path only where it is WANTED. */
static inline bool read_entry(int fd, struct descriptor *d, bool wanted)
{
	struct entry *entry = entry_of(fd);
	d->kind = DESCRIPTOR_NONE;
	if (!is_noted(entry))
		return false;
	uint32_t before;
	do {
		before = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);
		torn_read(d, &entry->d, offsetof(struct descriptor, path));
		if (wanted && d->length < sizeof d->path)
			torn_read(d->path, entry->d.path, d->length + 1u);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (__atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) != before && !(before & 1));
	return d->kind != DESCRIPTOR_NONE && !(before & 1);
}

bool descriptor_find(int fd, struct descriptor *d)
{
	bool known = read_entry(fd, d, true);
	if (!known && __atomic_load_n(&forgetful, __ATOMIC_RELAXED))
		return descriptor_ask(fd, d);
	return fd >= 0 && is_lent(fd) ? descriptor_ask(fd, d) : known;
}

bool descriptor_brief(int fd, struct descriptor *d)
{
	const bool asked =
		__atomic_load_n(&forgetful, __ATOMIC_RELAXED) || (fd >= 0 && is_lent(fd));
	return asked ? descriptor_find(fd, d) : read_entry(fd, d, false);
}

bool descriptor_spot(int fd, struct spot *spot)
{
	const struct entry *entry = entry_of(fd);
	if (!entry || is_lent(fd))
		return false;
	const struct descriptor *d = &entry->d;
	const uint32_t before = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);
	const bool usable = d->kind == DESCRIPTOR_DIR && !d->gone &&
			    d->length != DESCRIPTOR_TOO_LONG && !(before & 1);
	const uint64_t moved = d->moved;
	*spot = (struct spot){&process_mounts()->at[d->overlay], d->hash, d->layer};
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return usable && __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) == before &&
	       moved == overlay_generation(spot->overlay);
}

void descriptor_set(int fd, const struct descriptor *d)
{
	struct entry *entry = entry_of(fd);
	if (d->kind == DESCRIPTOR_NONE && !is_noted(entry))
		return;
	if (process_borrowed())
		touch(fd);
	else
		write_entry(fd, d);
}

void descriptor_drop(int fd)
{
	static const struct descriptor none;
	if (is_noted(entry_of(fd)))
		descriptor_set(fd, &none);
}

void descriptor_copy(int from, int to)
{
	struct descriptor d;
	if (from == to)
		return;
	if (!descriptor_find(from, &d))
		descriptor_drop(to);
	else
		descriptor_set(to, &d);
}

/* The lowest number from FD on that something may be known of. */
static int next_known(int fd)
{
	const bool any = __atomic_load_n(&forgetful, __ATOMIC_RELAXED);
	const int end = __atomic_load_n(&noted, __ATOMIC_RELAXED);
	for (; fd < CHUNKS * CHUNK; fd = (fd / 64 + 1) * 64) {
		const bool low = fd < TOUCHABLE;
		if (fd < end && entry_of(fd))
			return fd;
		if (low && (any || __atomic_load_n(&touched[fd / 64], __ATOMIC_RELAXED) >> fd % 64))
			return fd;
		if (!low && fd >= end)
			break;
	}
	return CHUNKS * CHUNK;
}

void descriptor_each(void (*visit)(int fd, const struct descriptor *d, void *data), void *data)
{
	struct descriptor d;
	for (int fd = 0; (fd = next_known(fd)) < CHUNKS * CHUNK; fd++)
		if (descriptor_find(fd, &d))
			visit(fd, &d, data);
}

void descriptor_drop_range(unsigned first, unsigned last)
{
	int end = last < CHUNKS * CHUNK ? (int)last + 1 : CHUNKS * CHUNK;
	for (int fd = first < INT_MAX ? (int)first : end; (fd = next_known(fd)) < end; fd++)
		descriptor_drop(fd);
}
