/*
 * Reading a directory by its descriptor. What a single layer fills is read from the kernel, less
 * the odd whiteout; of a merged one a snapshot is given out.
 *
 * The place in the snapshot is the file offset of the descriptor, which the kernel keeps: so lseek,
 * dup and fork mean what they mean for every directory. Snapshots are held in a few slots by
 * descriptor number and made anew at offset 0, or when somebody else has taken the slot.
 */
#include "directory.h"

#include <string.h>

#define SLOTS 32
enum { FREE = 0, BUSY = -1 }; /* else the descriptor + 1 */

static struct slot {
	int state;
	size_t next; /* where the last call ended */
	struct listing *listing;
} slots[SLOTS];
static unsigned turn;

static bool take(struct slot *s, int state)
{
	return __atomic_compare_exchange_n(&s->state, &state, BUSY, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

static void give_back(struct slot *s, int state)
{
	__atomic_store_n(&s->state, state, __ATOMIC_RELEASE);
}

static void empty(struct slot *s)
{
	if (s->listing)
		listing_free(s->listing);
	s->listing = NULL;
	s->next = 0;
}

/* The slot that was FD's, or another's turn to lose its own. */
static struct slot *take_slot(int fd)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (take(&slots[i], fd + 1))
			return &slots[i];
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		struct slot *s = &slots[__atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % SLOTS];
		int state = __atomic_load_n(&s->state, __ATOMIC_RELAXED);
		if (state == BUSY || (state != FREE && i < SLOTS) || !take(s, state))
			continue;
		empty(s);
		return s;
	}
	return NULL;
}

/* Puts a snapshot of AT into S, unless the one that is there can be read on. */
static int fill(struct slot *s, struct place *at, size_t offset)
{
	if (s->listing && offset != 0)
		return 0;
	empty(s);
	struct listing *list = overlay_list(at->overlay, &at->path, &at->node);
	if (sys_failed(list))
		return (int)(intptr_t)list;
	s->listing = list;
	return 0;
}

/* Where the first record at or behind OFFSET begins. */
static size_t align(const struct slot *s, size_t offset)
{
	size_t at = 0;
	if (offset == s->next)
		return offset;
	while (at < offset && at < s->listing->size)
		at = (size_t)((const struct dirent64 *)(s->listing->records + at))->d_off;
	return at;
}

/* As many whole records as fit. */
static ssize_t copy_out(struct slot *s, size_t offset, char *buffer, size_t room)
{
	size_t start = align(s, offset), size = 0;
	while (start + size < s->listing->size) {
		const struct dirent64 *entry = (void *)(s->listing->records + start + size);
		if (size + entry->d_reclen > room)
			break;
		size += entry->d_reclen;
	}
	if (size == 0)
		return start < s->listing->size ? -EINVAL : 0; /* getdents(2): room for not one */
	int error = pointer_writable(buffer, size);
	if (error)
		return error;
	memcpy(buffer, s->listing->records + start, size);
	s->next = start + size;
	return (ssize_t)size;
}

static ssize_t read_snapshot(int fd, struct place *at, char *buffer, size_t room)
{
	off_t offset = sys_lseek(fd, 0, SEEK_CUR);
	struct slot *s = offset < 0 ? NULL : take_slot(fd);
	if (!s)
		return offset < 0 ? offset : -ENOMEM;
	ssize_t result = fill(s, at, (size_t)offset);
	if (result == 0)
		result = copy_out(s, (size_t)offset, buffer, room);
	if (result > 0 && (offset = sys_lseek(fd, (off_t)s->next, SEEK_SET)) < 0)
		result = offset;
	if (result <= 0)
		empty(s);
	give_back(s, result <= 0 ? FREE : fd + 1);
	return result;
}

/* Leaves out what the kernel shows and merged does not. */
static ssize_t filter(int fd, char *buffer, ssize_t size)
{
	ssize_t kept = 0;
	for (ssize_t at = 0, length; at < size; at += length) {
		struct dirent64 *entry = (void *)(buffer + at);
		length = entry->d_reclen;
		if (directory_is_odd(entry->d_type, entry->d_name) &&
		    !directory_shows(fd, entry->d_name))
			continue;
		memmove(buffer + kept, entry, (size_t)length);
		kept += length;
	}
	return kept;
}

static ssize_t read_plain(int fd, bool inside, void *buffer, size_t room)
{
	ssize_t size, kept;
	do {
		size = NEXT(getdents64)(fd, buffer, room);
		kept = inside && size > 0 ? filter(fd, buffer, size) : size;
	} while (size > 0 && kept == 0);
	return kept;
}

ssize_t getdents64(int fd, void *buffer, size_t room)
{
	struct place at;
	struct descriptor d;
	if (!descriptor_brief(fd, &d) || d.kind != DESCRIPTOR_DIR)
		return read_plain(fd, false, buffer, room);
	if (descriptor_place(fd, &at) || !node_is_dir(&at.node))
		return edge(-ENOENT); /* it was removed */
	if (at.node.layer == d.layer && overlay_lists_plainly(at.overlay, &at.node))
		return read_plain(fd, true, buffer, room);
	return edge(read_snapshot(fd, &at, buffer, room));
}

/* getdirentries(3): the same, and where it began. */
ssize_t getdirentries(int fd, char *buffer, size_t room, off_t *base)
{
	off_t start = lseek(fd, 0, SEEK_CUR);
	ssize_t size = getdents64(fd, buffer, room);
	if (size >= 0)
		*base = start;
	return size;
}
