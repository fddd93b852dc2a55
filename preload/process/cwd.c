/*
 * The working directory. Inside merged no one directory on disk stands for it, so it is kept as a
 * name; the kernel's own is set to the topmost part, for programs the overlay does not cover.
 *
 * A move writes a fresh slot of a ring and then makes it the current one: a reader in another
 * thread or in a signal handler copies the current slot and checks that it was not reused.
 */
#include "overlain/process.h"
#include "overlain/torn.h"

#include <string.h>

struct slot {
	uint64_t version; /* 0: being written, or never */
	bool known;
	struct base base; /* its path is the one here */
	char path[PATH_MAX];
};

#define SLOTS 8
static BULKY struct slot ring[SLOTS];
static uint64_t current; /* version of the current slot; it lies at version % SLOTS */
static uint64_t last;    /* version that was given to a slot; no two writers have the same */

static int copy_base(struct base *to, char *path, size_t size, const struct base *from)
{
	*to = *from;
	to->path = path;
	if (to->length >= size)
		return -ERANGE;
	memcpy(path, from->path, to->length);
	path[to->length] = 0;
	return 0;
}

/* *ERROR is -ESRCH where nothing is known. False when the slot is no longer the current one. */
static bool read_slot(const struct slot *slot, uint64_t version, struct base *base, char *path,
		      size_t size, int *error)
{
	if (__atomic_load_n(&slot->version, __ATOMIC_ACQUIRE) != version)
		return false;
	*error = __atomic_load_n(&slot->known, __ATOMIC_RELAXED) ? 0 : -ESRCH;
	torn_read(base, &slot->base, sizeof *base);
	base->path = path;
	if (!*error && base->length >= size)
		*error = -ERANGE;
	if (!*error) {
		torn_read(path, slot->path, base->length);
		path[base->length] = 0;
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&slot->version, __ATOMIC_RELAXED) == version;
}

static void fill_slot(struct slot *slot, const struct base *base)
{
	__atomic_store_n(&slot->known, base != NULL, __ATOMIC_RELAXED);
	if (!base)
		return;
	torn_write(&slot->base, base, sizeof *base);
	torn_write(slot->path, base->path, base->length);
}

static void set(const struct base *base)
{
	if (process_borrowed())
		return; /* the parent stays where it is: cwd_of_guest */
	const uint64_t version = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	struct slot *slot = &ring[version % SLOTS];
	__atomic_store_n(&slot->version, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	fill_slot(slot, base);
	__atomic_store_n(&slot->version, version, __ATOMIC_RELEASE);
	uint64_t now = __atomic_load_n(&current, __ATOMIC_RELAXED);
	while (now < version && !__atomic_compare_exchange_n(&current, &now, version, false,
							     __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

/* A directory known by its path, which stays where it is. */
static struct base base_of(const struct overlay *ov, char *path, size_t length)
{
	struct path_hash parent;
	return (struct base){
		.overlay = ov,
		.leads = !ov && process_leads(path, length),
		.length = (uint16_t)length,
		.layer = BASE_ANY,
		.moved = ov ? overlay_generation(ov) : 0,
		.hash = path_hash(PATH_HASH_ROOT, path, length, &parent),
		.path = path,
	};
}

/* The same for one inside OV, where NAME, absolute, is cut down to what is below merged. */
static struct base base_inside(const struct overlay *ov, char *name, const char *rest)
{
	rest += *rest == '/';
	const size_t length = strlen(rest);
	memmove(name, rest, length + 1);
	return base_of(ov, name, length);
}

/* The layer whose part of the directory REST the kernel calls REAL; OV->layer_count: none. */
static unsigned part_called(const struct overlay *ov, const char *rest, const char *real,
			    size_t length)
{
	unsigned i = 0;
	for (; i < ov->layer_count; i++) {
		size_t root = ov->layers[i].root_length;
		if (text_below(real, length, ov->layers[i].root, root) &&
		    text_same(real + root + (real[root] == '/'), rest))
			break;
	}
	return i;
}

/* The directory the kernel calls PATH, of LENGTH bytes. One below merged on disk is merged's. */
static struct base base_told(char *path, size_t length)
{
	const char *rest;
	const struct overlay *ov = process_overlay(path, length, &rest);
	if (ov)
		return base_inside(ov, path, rest);
	path[length == 1 ? 0 : length] = 0;
	return base_of(NULL, path, length == 1 ? 0 : length);
}

/* Asks the kernel. */
static int ask(struct base *base, char *path, size_t size)
{
	ssize_t told = sys_getcwd(path, size);
	if (told < 0)
		return (int)told;
	if (path[0] != '/')
		return -ENOENT; /* "(unreachable)": getcwd(2) */
	*base = base_told(path, (size_t)told - 1);
	return 0;
}

/* The name in merged that the kernel's working directory has now, where it fits into SIZE bytes. */
static ssize_t ask_move(struct base *base, size_t size)
{
	char name[size];
	const char *rest;
	ssize_t told = sys_getcwd(name, size);
	ssize_t length = told > 0 ? reverse_path(name, size) : told;
	/* Who came from outside stands in what merged covers, and that does not move. */
	if (told > 0 && length == -ENOENT &&
	    process_overlay(name, (size_t)told - 1, &rest) == base->overlay)
		length = told - 1;
	base->gone = length == -ENOENT;
	if (length < 0)
		return length;
	if (process_overlay(name, (size_t)length, &rest) != base->overlay)
		return -ENOENT;
	const struct base now = base_inside(base->overlay, name, rest);
	return copy_base(base, base->path, size, &now);
}

/* Some directory has moved, or is gone: this one, or one above, may be it. */
__attribute__((noinline)) static int follow_move(struct base *base, size_t size)
{
	base->moved = overlay_generation(base->overlay);
	ssize_t error = ask_move(base, size < NAME_SHORT ? size : NAME_SHORT);
	if (error == -ERANGE && size > NAME_SHORT)
		error = ask_move(base, size);
	if (error && error != -ENOENT)
		return (int)error;
	set(base);
	return 0;
}

/* What the process knows; -ESRCH where it knows nothing. */
static int recall(struct base *base, char *path, size_t size)
{
	uint64_t version;
	int error;
	do {
		version = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
		error = -ESRCH;
	} while (version && !read_slot(&ring[version % SLOTS], version, base, path, size, &error));
	return error;
}

/*
 * In a child of vfork what the process knows is its parent's. It holds as long as the kernel
 * agrees: the child may have moved, and nothing of that is written down.
 */
__attribute__((noinline)) static int cwd_of_guest(struct base *base, char *path, size_t size,
						  int known)
{
	char real[size];
	ssize_t told = sys_getcwd(real, size);
	const bool inside = known == 0 && base->overlay;
	if (told < 0) {
		base->gone = inside;
		return inside && told == -ENOENT ? 0 : (int)told;
	}
	const bool same = inside ? part_called(base->overlay, path, real, (size_t)told - 1) <
					   base->overlay->layer_count
				 : known == 0 && text_same(*path ? path : "/", real);
	if (same && (!inside || base->moved == overlay_generation(base->overlay)))
		return 0;
	memcpy(path, real, (size_t)told);
	ssize_t length = reverse_path(path, size);
	if (same && length == -ENOENT) {
		memcpy(path, real + told - 1 - base->length, base->length + 1u);
		base->gone = true;
		return 0;
	}
	if (real[0] != '/')
		return -ENOENT;
	if (length < 0 && length != -ENOENT)
		return (int)length;
	*base = base_told(path, length < 0 ? (size_t)told - 1 : (size_t)length);
	return 0;
}

int cwd_base(struct base *base, char *path, size_t size)
{
	int error = recall(base, path, size);
	if (error != -ERANGE && process_borrowed())
		return cwd_of_guest(base, path, size, error);
	if (error == -ESRCH)
		return cwd_ask(base, path, size);
	if (!error && base->overlay)
		process_join(base->overlay);
	if (!error && base->overlay && base->moved != overlay_generation(base->overlay))
		error = follow_move(base, size);
	return error;
}

bool cwd_spot(struct spot *spot)
{
	const uint64_t version = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
	const struct slot *slot = &ring[version % SLOTS];
	const bool known = __atomic_load_n(&slot->known, __ATOMIC_RELAXED);
	struct base base;
	torn_read(&base, &slot->base, sizeof base);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*spot = (struct spot){base.overlay, base.hash, base.layer};
	return version && known && !base.gone && base.overlay &&
	       __atomic_load_n(&slot->version, __ATOMIC_RELAXED) == version &&
	       base.moved == overlay_generation(spot->overlay) && !process_borrowed();
}

void cwd_enter(const struct place *at)
{
	char *path = (char *)(uintptr_t)(at->path.bytes + PATH_ROOM);
	const struct overlay *ov = at->alone ? at->alone : at->overlay;
	struct base base = base_of(ov, path, at->path.length);
	base.layer = at->alone ? BASE_ANY : at->node.layer;
	base.gone = at->removed;
	set(&base);
}

int cwd_ask(struct base *base, char *path, size_t size)
{
	int error = ask(base, path, size);
	if (!error)
		set(base);
	return error;
}

/* at->name as it is spelled from the root, in at->path. */
static bool spell(struct place *at)
{
	struct base base;
	if (at->name == path_rel(&at->path))
		return true; /* it was walked */
	path_clear(&at->path);
	if (at->name[0] != '/') {
		if (cwd_base(&base, path_rel(&at->path), PATH_MAX) || base.overlay)
			return false;
		path_cut(&at->path, base.length);
	}
	return place_spell(at, at->name);
}

void cwd_leave(struct place *at)
{
	if (!spell(at)) {
		set(NULL);
		return;
	}
	struct base base = base_of(NULL, path_rel(&at->path), at->path.length);
	base.guess = true;
	set(&base);
}

void cwd_unknown(void)
{
	set(NULL);
}

/*
 * The kernel may stand in any part of it, or nowhere at all: it is copied up, and removed, behind a
 * process's back.
 */
void cwd_adopt(const char *name, bool gone)
{
	char real[PATH_MAX];
	const char *rest;
	const struct overlay *ov = process_overlay(name, strlen(name), &rest);
	ssize_t size = sys_getcwd(real, sizeof real);
	if (!ov || (size < 0 && size != -ENOENT))
		return;
	process_join(ov); /* who stands in it asks for names there */
	rest += *rest == '/';
	unsigned layer = size < 0 ? BASE_ANY : part_called(ov, rest, real, (size_t)size - 1);
	if (layer == ov->layer_count)
		return;
	struct base base = base_of(ov, (char *)(uintptr_t)rest, strlen(rest));
	base.gone = gone;
	base.layer = (uint16_t)layer;
	set(&base);
}
