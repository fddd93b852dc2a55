/*
 * The working directory. Inside merged no one directory on disk stands for it, so it is kept as a
 * name; the kernel's own is set to the topmost part, for programs the overlay does not cover.
 *
 * A move writes a fresh slot of a ring and then makes it the current one: a reader in another
 * thread or in a signal handler copies the current slot and checks that it was not reused.
 */
#include "overlain/process.h"

#include <string.h>

struct slot {
	uint64_t version; /* 0: being written, or never */
	bool known;
	struct base base;
};

#define SLOTS 8
static struct slot ring[SLOTS];
static uint64_t current; /* version of the current slot; it lies at version % SLOTS */

/* Children of vfork move on their own; the parent must not notice. */
#define GUESTS 4
static struct guest {
	pid_t pid;
	struct slot slot;
} guests[GUESTS];
static unsigned guest_count;

/* Threads with small stacks come here: nothing is copied twice. */
static bool copy_slot(const struct slot *slot, uint64_t version, struct base *copy, bool *known)
{
	if (__atomic_load_n(&slot->version, __ATOMIC_ACQUIRE) != version)
		return false;
	*known = slot->known;
	memcpy(copy, &slot->base, offsetof(struct base, path));
	copy->length = copy->length < sizeof copy->path ? copy->length : 0;
	memcpy(copy->path, slot->base.path, copy->length + 1u);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&slot->version, __ATOMIC_RELAXED) == version;
}

static struct guest *find_guest(void)
{
	unsigned count = __atomic_load_n(&guest_count, __ATOMIC_RELAXED);
	if (count == 0 || !process_borrowed())
		return NULL;
	pid_t self = sys_getpid();
	for (unsigned i = 0; i < GUESTS; i++)
		if (guests[i].pid == self)
			return &guests[i];
	return NULL;
}

static void set(const struct base *base)
{
	if (process_borrowed()) {
		struct guest *guest = find_guest();
		if (!guest)
			guest = &guests[__atomic_fetch_add(&guest_count, 1, __ATOMIC_RELAXED) %
					GUESTS];
		guest->pid = sys_getpid();
		guest->slot.known = base != NULL;
		if (base)
			guest->slot.base = *base;
		return;
	}
	uint64_t version = __atomic_load_n(&current, __ATOMIC_RELAXED) + 1;
	struct slot *slot = &ring[version % SLOTS];
	__atomic_store_n(&slot->version, 0, __ATOMIC_RELEASE);
	slot->known = base != NULL;
	slot->base.length = 0;
	slot->base.path[0] = 0;
	if (base)
		memcpy(&slot->base, base, offsetof(struct base, path) + base->length + 1u);
	__atomic_store_n(&slot->version, version, __ATOMIC_RELEASE);
	__atomic_store_n(&current, version, __ATOMIC_RELEASE);
}

/* Fills BASE for a directory known by its absolute name. */
static void base_of(struct base *base, const struct overlay *ov, const char *name, size_t length)
{
	base->overlay = ov;
	base->leads = !ov && process_leads(name, length);
	base->guess = false;
	base->moved = ov ? overlay_generation(ov) : 0;
	base->length = (uint16_t)length;
	memcpy(base->path, name, length);
	base->path[length] = 0;
}

/* Asks the kernel. A directory below merged on disk is merged's. */
__attribute__((noinline)) static int ask(struct base *base)
{
	char name[PATH_MAX];
	const char *rest;
	ssize_t size = sys_getcwd(name, sizeof name);
	if (size < 0)
		return (int)size;
	if (name[0] != '/')
		return -ENOENT; /* "(unreachable)": getcwd(2) */
	size_t length = (size_t)size - 1;
	const struct overlay *ov = process_overlay(name, length, &rest);
	if (ov) {
		rest += *rest == '/';
		base_of(base, ov, rest, strlen(rest));
	} else {
		base_of(base, NULL, name, length == 1 ? 0 : length);
	}
	return 0;
}

/* Some directory has moved: if it was this one, or one above, it has another name now. */
__attribute__((noinline)) static void follow_move(struct base *base)
{
	char real[PATH_MAX], name[PATH_MAX];
	const char *rest;
	base->moved = overlay_generation(base->overlay);
	if (sys_getcwd(real, sizeof real) > 0 && reverse_path(real, name) &&
	    process_overlay(name, strlen(name), &rest) == base->overlay) {
		rest += *rest == '/';
		base_of(base, base->overlay, rest, strlen(rest));
	}
	set(base);
}

int cwd_base(struct base *base)
{
	struct guest *guest = find_guest();
	uint64_t version;
	bool known;
	if (guest) {
		if (!guest->slot.known)
			return ask(base);
		*base = guest->slot.base;
		return 0;
	}
	do {
		version = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
		known = false;
	} while (version && !copy_slot(&ring[version % SLOTS], version, base, &known));
	if (known) {
		if (base->overlay && base->moved != overlay_generation(base->overlay))
			follow_move(base);
		return 0;
	}
	int error = ask(base);
	if (!error)
		set(base);
	return error;
}

void cwd_enter(const struct place *at)
{
	struct base base;
	base_of(&base, at->overlay, at->path.bytes + PATH_ROOM, at->path.length);
	set(&base);
}

int cwd_ask(struct base *base)
{
	int error = ask(base);
	if (!error)
		set(base);
	return error;
}

void cwd_leave(struct place *at)
{
	struct base base;
	bool absolute = at->name[0] == '/';
	if ((!absolute && (cwd_base(&base) || base.overlay)) ||
	    !place_spell(at, absolute ? NULL : &base, at->name)) {
		set(NULL);
		return;
	}
	base_of(&base, NULL, path_rel(&at->path), at->path.length);
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
void cwd_adopt(const char *name)
{
	char real[PATH_MAX];
	struct base base;
	const char *rest;
	const struct overlay *ov = process_overlay(name, strlen(name), &rest);
	ssize_t size = sys_getcwd(real, sizeof real);
	if (!ov || (size < 0 && size != -ENOENT))
		return;
	rest += *rest == '/';
	bool here = size < 0;
	for (unsigned i = 0; i < ov->layer_count && !here; i++) {
		size_t root = ov->layers[i].root_length;
		here = text_below(real, (size_t)size - 1, ov->layers[i].root, root) &&
		       text_same(real + root + (real[root] == '/'), rest);
	}
	if (!here)
		return;
	base_of(&base, ov, rest, strlen(rest));
	set(&base);
}
