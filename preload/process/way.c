/*
 * The shortest way to an object. A program that asks from the directory itself, by descriptor or
 * working directory, has it already. Else directories that are asked for again and again are kept
 * open, a few of them, so that the kernel need not walk the whole path each time.
 *
 * A slot is found by the hash of the directory's path, and written under a sequence number that is
 * odd meanwhile. A reader takes the descriptor, makes its call and then sees whether the slot is
 * what it was: if another directory has taken its place, the call is made again by the path. So
 * only calls that change nothing go this way.
 *
 * Whoever may search the directories above may not always: one whose mode or owner is changed is
 * told of (trail.c), and so is a process that becomes somebody else (search.c).
 */
#include "overlain/process.h"
#include "overlain/torn.h"

#include <string.h>
#include <sys/resource.h>

#define SLOTS 16
/* So often a directory must be asked for before it is kept; more is remembered of a busy one. */
#define WANTED 24
#define MOST   64
/* Programs that may open fewer need all of them. */
#define DESCRIPTORS_LEAST 256

struct near {
	uint64_t sequence;
	uint64_t dir; /* the directory's path by its hash */
	const struct overlay *overlay;
	uint16_t layer;
	uint16_t credit;
	bool refused; /* it cannot be kept */
	bool for_all; /* whoever this process became since */
	int fd;       /* 0: not open */
	uint64_t ino;
	struct trail trail;
};
static struct near slots[SLOTS];
static int lowest = INT_MAX; /* no descriptor of ours lies below */
static bool crowded;         /* the program has so many that nothing is kept any more */

static struct near *slot_of(uint64_t dir, uint16_t layer)
{
	return &slots[(dir ^ layer * 7u) % SLOTS];
}

static bool is_for(const struct near *near, const struct overlay *ov, uint64_t dir, uint16_t layer)
{
	return __atomic_load_n(&near->dir, __ATOMIC_RELAXED) == dir &&
	       __atomic_load_n(&near->layer, __ATOMIC_RELAXED) == layer &&
	       __atomic_load_n(&near->overlay, __ATOMIC_RELAXED) == ov;
}

/* An even sequence number becomes odd: the slot is the caller's alone. */
static bool claim(struct near *near)
{
	uint64_t before = __atomic_load_n(&near->sequence, __ATOMIC_RELAXED);
	return !(before & 1) &&
	       __atomic_compare_exchange_n(&near->sequence, &before, before + 1, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void release(struct near *near)
{
	__atomic_add_fetch(&near->sequence, 1, __ATOMIC_RELEASE);
}

static bool may_keep(bool for_all, const struct layer *layer, struct path *p)
{
	struct rlimit limit;
	return SYS4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit) == 0 &&
	       limit.rlim_cur >= DESCRIPTORS_LEAST && (!for_all || search_by_all(layer, p));
}

/* Closes what a slot held, unless the number is another's by now. */
static void give_up(struct near *near)
{
	struct stat st;
	if (near->fd && sys_fstat(near->fd, &st) == 0 && st.st_ino == near->ino)
		sys_close(near->fd);
	__atomic_store_n(&near->fd, 0, __ATOMIC_RELAXED);
}

/* A directory above AT: its hash, and the length of its path. */
struct above {
	uint64_t dir;
	size_t length;
};

/* Opens the directory A for the slot that was claimed for it; false where it cannot be. */
static bool keep(struct near *near, struct place *at, const struct above *a)
{
	struct path *p = &at->path;
	struct stat st;
	const struct layer *layer = &at->overlay->layers[at->node.layer];
	PATH_AT(p, a->length);
	struct trail trail;
	const bool for_all = search_changed();
	__atomic_store_n(&near->for_all, for_all, __ATOMIC_RELAXED);
	if (!trail_take(at->overlay, p, &trail) || !may_keep(for_all, layer, p))
		return false;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, layer_path(layer, p),
					 O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0 || sys_fstat(fd, &st))
		return false;
	int copy = layer_copy_high(fd);
	if (!layer_may_keep(copy)) {
		sys_close_scoped(&copy);
		return false;
	}
	near->ino = st.st_ino;
	torn_write(&near->trail, &trail, sizeof trail);
	if (copy < __atomic_load_n(&lowest, __ATOMIC_RELAXED))
		__atomic_store_n(&lowest, copy, __ATOMIC_RELAXED);
	__atomic_store_n(&near->fd, copy, __ATOMIC_RELAXED);
	return true;
}

/* How much it is asked for. Nobody minds one more or less of it. */
static unsigned credit_of(const struct near *near)
{
	return __atomic_load_n(&near->credit, __ATOMIC_RELAXED);
}

static void set_credit(struct near *near, unsigned credit)
{
	__atomic_store_n(&near->credit, (uint16_t)credit, __ATOMIC_RELAXED);
}

static void set_refused(struct near *near, bool refused)
{
	__atomic_store_n(&near->refused, refused, __ATOMIC_RELAXED);
}

/* It was asked for once more: often enough, and it takes the slot that was claimed. */
static void want(struct near *near, struct place *at, const struct above *a)
{
	unsigned credit = credit_of(near);
	if (!is_for(near, at->overlay, a->dir, at->node.layer)) {
		if (credit > 0) {
			set_credit(near, credit - 1);
			return;
		}
		give_up(near);
		__atomic_store_n(&near->dir, a->dir, __ATOMIC_RELAXED);
		__atomic_store_n(&near->overlay, at->overlay, __ATOMIC_RELAXED);
		__atomic_store_n(&near->layer, at->node.layer, __ATOMIC_RELAXED);
		set_refused(near, false);
	}
	set_credit(near, ++credit);
	if (credit < WANTED)
		return;
	give_up(near); /* of a directory that is no longer what it was */
	const bool kept = keep(near, at, a);
	set_refused(near, !kept);
	set_credit(near, kept ? WANTED : 0);
}

__attribute__((noinline)) static void note(struct place *at, const struct above *a)
{
	struct near *near = slot_of(a->dir, at->node.layer);
	const bool refused = __atomic_load_n(&near->refused, __ATOMIC_RELAXED) &&
			     is_for(near, at->overlay, a->dir, at->node.layer);
	if (refused || __atomic_load_n(&crowded, __ATOMIC_RELAXED) || process_borrowed() ||
	    !claim(near))
		return;
	want(near, at, a);
	release(near);
}

static void go_by_path(struct way *way, struct place *at)
{
	way->near = NULL;
	way->dirfd = AT_FDCWD;
	way->name = overlay_reach(at->overlay, &at->node, &at->path);
}

bool way_kept(struct way *way, const struct overlay *ov, uint64_t dir, uint16_t layer)
{
	struct near *near = slot_of(dir, layer);
	way->sequence = __atomic_load_n(&near->sequence, __ATOMIC_ACQUIRE);
	way->dirfd = __atomic_load_n(&near->fd, __ATOMIC_RELAXED);
	if ((way->sequence & 1) || !way->dirfd || !is_for(near, ov, dir, layer) ||
	    (search_changed() && !__atomic_load_n(&near->for_all, __ATOMIC_RELAXED)))
		return false;
	struct trail trail;
	torn_read(&trail, &near->trail, sizeof trail);
	if (!trail_holds(ov, &trail))
		return false;
	const unsigned credit = credit_of(near);
	if (credit < MOST)
		set_credit(near, credit + 1);
	way->near = near;
	return true;
}

bool way_same(const struct way *way)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return !way->near ||
	       __atomic_load_n(&way->near->sequence, __ATOMIC_RELAXED) == way->sequence;
}

bool way_held(const struct way *way, int error)
{
	return error != ENOENT && error != ENOTDIR && error != EBADF && error != EACCES &&
	       error != ENXIO && way_same(way);
}

/* By a directory that is kept, or by the path; and it is noted what was asked for. */
static void go_from_above(struct way *way, struct place *at)
{
	const size_t last = path_last(&at->path);
	const struct above own = {at->node.dir, last ? last - 1 : 0};
	const struct above root = {PATH_HASH_ROOT.name, 0};
	const struct above *const above[] = {&own, &root};
	const unsigned first = own.dir ? 0 : 1; /* its directory is not known */
	for (unsigned i = first; i <= (last ? 1 : first); i++) {
		if (way_kept(way, at->overlay, above[i]->dir, at->node.layer)) {
			way->name = path_rel(&at->path) + (i ? 0 : last);
			return;
		}
		note(at, above[i]);
	}
	go_by_path(way, at);
}

void way_find(struct way *way, struct place *at)
{
	way->near = NULL;
	if (at->direct && !at->slash) {
		way->dirfd = at->asked_dirfd;
		way->name = at->asked;
	} else {
		go_from_above(way, at);
	}
}

bool way_went_astray(struct way *way, struct place *at, int error)
{
	if (way->dirfd == AT_FDCWD && way->name != at->asked)
		return false; /* the plain path */
	if (way_held(way, error))
		return false;
	go_by_path(way, at);
	return true;
}

bool way_keeps(int fd)
{
	if (grips_keep(fd))
		return true;
	if (fd < __atomic_load_n(&lowest, __ATOMIC_RELAXED))
		return false;
	for (unsigned i = 0; i < SLOTS; i++)
		if (__atomic_load_n(&slots[i].fd, __ATOMIC_RELAXED) == fd)
			return true;
	return false;
}

bool way_forget(int fd)
{
	if ((fd < __atomic_load_n(&lowest, __ATOMIC_RELAXED) && fd < grips_lowest()) ||
	    process_borrowed())
		return false;
	if (grips_forget(fd))
		return true;
	for (unsigned i = 0; i < SLOTS; i++) {
		struct near *near = &slots[i];
		if (__atomic_load_n(&near->fd, __ATOMIC_RELAXED) != fd || !claim(near))
			continue;
		__atomic_store_n(&near->fd, 0, __ATOMIC_RELAXED);
		set_credit(near, 0);
		release(near);
		return true;
	}
	return false;
}

static void give_up_all(void)
{
	const int before = __atomic_exchange_n(&lowest, INT_MAX, __ATOMIC_RELAXED);
	grips_give_up();
	for (unsigned i = 0; i < SLOTS; i++) {
		if (!claim(&slots[i])) {
			__atomic_store_n(&lowest, before, __ATOMIC_RELAXED);
			continue;
		}
		give_up(&slots[i]);
		__atomic_store_n(&slots[i].dir, 0, __ATOMIC_RELAXED);
		set_credit(&slots[i], 0);
		release(&slots[i]);
	}
}

__attribute__((noinline)) static int lower(int fd)
{
	int flags = sys_fcntl(fd, F_GETFD, 0);
	give_up_all();
	int fresh = sys_fcntl(fd, flags & FD_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
	if (fresh < 0)
		return fd;
	bool better = fresh < fd;
	sys_close(better ? fd : fresh);
	return better ? fresh : fd;
}

int way_make_room(int fd)
{
	if ((fd < __atomic_load_n(&lowest, __ATOMIC_RELAXED) && fd < grips_lowest()) ||
	    process_borrowed())
		return fd;
	if (!layer_copy_higher())
		__atomic_store_n(&crowded, true, __ATOMIC_RELAXED);
	return lower(fd);
}

bool way_may_keep(void)
{
	return !__atomic_load_n(&crowded, __ATOMIC_RELAXED) && !process_borrowed();
}

void way_forget_range(unsigned first, unsigned last)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		int fd = __atomic_load_n(&slots[i].fd, __ATOMIC_RELAXED);
		if (fd && (unsigned)fd >= first && (unsigned)fd <= last)
			way_forget(fd);
	}
	if (!process_borrowed())
		grips_forget_range(first, last);
}
