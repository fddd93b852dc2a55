/*
 * What is open on merged, by descriptor number: tables of fixed entries, made when first needed
 * and found by two indexes. An entry carries a sequence number, odd while it is written: readers
 * copy and check, a writer that finds an entry busy leaves it empty.
 *
 * A child of vfork has descriptors of its own but the parent's memory: what it does is not written
 * down. The numbers it has touched are, and of those the kernel is asked.
 */
#include "internal.h"

#include <string.h>

#define CHUNK    256
#define CHUNKS   4096
#define TOO_LONG 0xffff

struct entry {
	uint32_t sequence;
	uint32_t unused;
	struct descriptor d;
};

static struct entry *chunks[CHUNKS];

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

static struct entry *entry_of(int fd, bool make)
{
	unsigned n = (unsigned)fd / CHUNK;
	if (fd < 0 || n >= CHUNKS)
		return NULL;
	struct entry *chunk = __atomic_load_n(&chunks[n], __ATOMIC_ACQUIRE);
	if (!chunk && make) {
		struct entry *fresh = sys_pages(CHUNK * sizeof *fresh);
		if (!fresh) {
			__atomic_store_n(&forgetful, true, __ATOMIC_RELAXED);
			return NULL;
		}
		if (__atomic_compare_exchange_n(&chunks[n], &chunk, fresh, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			chunk = fresh;
		else
			sys_munmap(fresh, CHUNK * sizeof *fresh);
	}
	return chunk ? chunk + (unsigned)fd % CHUNK : NULL;
}

/* The bytes of D that carry meaning. */
static size_t used(const struct descriptor *d)
{
	return offsetof(struct descriptor, path) + (d->length == TOO_LONG ? 0 : d->length) + 1;
}

static void write_entry(int fd, const struct descriptor *d)
{
	struct entry *entry = entry_of(fd, d->kind != DESCRIPTOR_NONE);
	if (!entry)
		return;
	uint32_t before = __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) & ~1u;
	__atomic_store_n(&entry->sequence, before + 1, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(&entry->d, d, used(d));
	__atomic_store_n(&entry->sequence, before + 2, __ATOMIC_RELEASE);
}

static bool read_entry(int fd, struct descriptor *d)
{
	struct entry *entry = entry_of(fd, false);
	d->kind = DESCRIPTOR_NONE;
	if (!entry || entry->d.kind == DESCRIPTOR_NONE)
		return false;
	uint32_t before;
	do {
		before = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);
		memcpy(d, &entry->d, sizeof *d);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (__atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) != before && !(before & 1));
	return d->kind != DESCRIPTOR_NONE && !(before & 1);
}

bool descriptor_find(int fd, struct descriptor *d)
{
	bool known = read_entry(fd, d);
	if (!known && __atomic_load_n(&forgetful, __ATOMIC_RELAXED))
		return descriptor_ask(fd, d);
	return fd >= 0 && is_lent(fd) ? descriptor_ask(fd, d) : known;
}

void descriptor_set(int fd, const struct descriptor *d)
{
	struct entry *entry = entry_of(fd, false);
	bool nothing = d->kind == DESCRIPTOR_NONE && (!entry || entry->d.kind == DESCRIPTOR_NONE);
	if (nothing)
		return;
	if (process_borrowed())
		touch(fd);
	else
		write_entry(fd, d);
}

void descriptor_drop(int fd)
{
	static const struct descriptor none;
	struct entry *entry = entry_of(fd, false);
	if (entry && entry->d.kind != DESCRIPTOR_NONE)
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

void descriptor_set_path(struct descriptor *d, const char *path, size_t length)
{
	if (length >= sizeof d->path) {
		d->length = TOO_LONG;
		return;
	}
	uint64_t parent;
	d->length = (uint16_t)length;
	memcpy(d->path, path, length);
	d->path[length] = 0;
	d->hash = path_hash(PATH_HASH_ROOT, path, length, &parent);
}

/* What was opened from within is in the upper. */
static void note_alone(struct descriptor *d, int fd, const struct place *at)
{
	struct stat st;
	if (sys_fstat(fd, &st))
		return;
	d->kind = S_ISDIR(st.st_mode) ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
	d->type = IFTODT(st.st_mode);
	d->overlay = at->alone->index;
	d->moved = overlay_generation(at->alone);
	descriptor_set_path(d, at->path.bytes + PATH_ROOM, at->path.length);
}

void descriptor_note(int fd, const struct place *at)
{
	struct descriptor d = {.kind = DESCRIPTOR_NONE};
	if (at->overlay) {
		d.kind = node_is_dir(&at->node) ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
		d.type = at->node.type;
		d.overlay = at->overlay->index;
		d.layer = at->node.layer;
		d.ino = at->node.ino;
		d.moved = overlay_generation(at->overlay);
		descriptor_set_path(&d, at->path.bytes + PATH_ROOM, at->path.length);
	} else if (at->alone) {
		note_alone(&d, fd, at);
	} else if (at->name && at->name[0] == '/' && process_leads(at->name, strlen(at->name))) {
		d.kind = DESCRIPTOR_OUTSIDE;
		descriptor_set_path(&d, at->name, text_same(at->name, "/") ? 0 : strlen(at->name));
	}
	descriptor_set(fd, &d);
}

/* The name the kernel knows FD by, turned into merged's. */
static int ask(int fd, struct base *base, char *path, size_t size)
{
	const char *rest;
	ssize_t length = descriptor_real(fd, path, size);
	if (length <= 0)
		return length == -ERANGE ? -ERANGE : -EBADF;
	const bool outside = process_leads(path, (size_t)length);
	ssize_t named = reverse_path(path, size);
	const bool gone = named == -ENOENT && !outside;
	if (gone)
		named = reverse_name(path, size);
	if (named == -ERANGE || (named < 0 && !outside))
		return named == -ERANGE ? -ERANGE : -EBADF;
	*base = (struct base){.path = path, .leads = named < 0, .gone = gone, .layer = BASE_ANY};
	if (named >= 0)
		base->overlay = process_overlay(path, (size_t)named, &rest);
	if (named >= 0)
		rest += *rest == '/';
	else
		rest = text_same(path, "/") ? "" : path;
	uint64_t parent;
	base->length = (uint16_t)strlen(rest);
	memmove(path, rest, base->length + 1u);
	base->hash = path_hash(PATH_HASH_ROOT, path, base->length, &parent);
	return base->overlay || base->leads ? 0 : -EBADF;
}

/* Some directory has moved, or is gone: this one, or one above, may be it. */
__attribute__((noinline)) static void follow_move(int fd, struct descriptor *d)
{
	struct base now;
	char path[NAME_SHORT];
	d->moved = overlay_generation(&process_mounts()->at[d->overlay]);
	if (ask(fd, &now, path, sizeof path) == 0 && now.overlay &&
	    now.overlay->index == d->overlay) {
		d->gone = now.gone;
		if (!now.gone)
			descriptor_set_path(d, now.path, now.length);
	}
	if (d->length != TOO_LONG)
		write_entry(fd, d);
}

int descriptor_base(int fd, struct base *base, char *path, size_t size)
{
	struct descriptor d;
	if (!descriptor_find(fd, &d))
		return -EBADF;
	if (d.length == TOO_LONG)
		return ask(fd, base, path, size);
	if (d.kind == DESCRIPTOR_DIR &&
	    d.moved != overlay_generation(&process_mounts()->at[d.overlay]))
		follow_move(fd, &d);
	if (d.length >= size)
		return -ERANGE;
	const bool outside = d.kind == DESCRIPTOR_OUTSIDE;
	*base = (struct base){
		.overlay = outside ? NULL : &process_mounts()->at[d.overlay],
		.leads = outside,
		.gone = d.gone,
		.length = d.length,
		.layer = d.kind == DESCRIPTOR_DIR ? d.layer : BASE_ANY,
		.hash = d.hash,
		.path = memcpy(path, d.path, d.length + 1u),
	};
	return 0;
}

int descriptor_place(int fd, struct place *at)
{
	struct base base;
	if (descriptor_base(fd, &base, path_rel(&at->path), PATH_MAX) || !base.overlay)
		return -EBADF;
	at->overlay = base.overlay;
	at->alone = NULL;
	at->slash = at->self = at->removed = at->tried = false;
	at->direct = at->glanced = false;
	at->flags = at->looks = 0;
	path_cut(&at->path, base.length);
	at->node = (struct node){0};
	return base.gone ? 0 : overlay_lookup(at->overlay, &at->path, &at->node);
}

void descriptor_show_stat(int fd, struct stat *st)
{
	struct descriptor d;
	if (!descriptor_find(fd, &d) || d.kind == DESCRIPTOR_OUTSIDE)
		return;
	const struct overlay *ov = &process_mounts()->at[d.overlay];
	if (st->st_dev != ov->layers[d.layer].dev || IFTODT(st->st_mode) != d.type)
		return; /* the number was reused behind our back */
	struct node n = {.layer = d.layer, .ino = d.ino, .type = d.type};
	overlay_show_stat(ov, &n, st);
}

/* The lowest number from FD on that something may be known of. */
static int next_known(int fd)
{
	while (fd >= TOUCHABLE && fd < CHUNKS * CHUNK && !chunks[fd / CHUNK])
		fd = (fd / CHUNK + 1) * CHUNK;
	return fd;
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
