/*
 * Grips. A path of the upper was spelled out by what was found in merged, and others may change
 * that meanwhile: who puts a symlink in the place of a directory would have the kernel follow it
 * from where the upper lies, into a lower or out of merged. So what changes something goes by the
 * directory that a name lies in, held open, to which no symlink led. If that moves, the change goes
 * along, as it would on any file system; and change_end tells of it.
 *
 * A directory that is asked for again is kept open, as long as its trail holds. A slot is written
 * by one who claims it, and by nobody while a call goes by it.
 */
#include "internal.h"

#include <string.h>

#define SLOTS   8
#define CLAIMED 0x80000000u
/* Of so many directories it is known that they were asked for once. */
#define WANTED 64

static BULKY struct kept {
	uint32_t users; /* calls that go by it, or CLAIMED */
	int fd;         /* 0: not open */
	const struct overlay *overlay;
	struct path_hash dir;
	struct trail trail;
	bool for_all; /* whoever this process became since */
} slots[SLOTS];

static BULKY uint64_t wanted[WANTED];
static bool (*may_keep)(void);
static int lowest = INT_MAX; /* no descriptor of these lies below */

void grips_keep_while(bool (*asked)(void))
{
	may_keep = asked;
}

/* --- slots --- */

static bool claim(struct kept *slot)
{
	uint32_t none = 0;
	return __atomic_compare_exchange_n(&slot->users, &none, CLAIMED, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static void release(struct kept *slot, uint32_t users)
{
	__atomic_store_n(&slot->users, users, __ATOMIC_RELEASE);
}

static bool join(struct kept *slot)
{
	uint32_t users = __atomic_load_n(&slot->users, __ATOMIC_RELAXED);
	do
		if (users & CLAIMED)
			return false;
	while (!__atomic_compare_exchange_n(&slot->users, &users, users + 1, false,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

static void leave(struct kept *slot)
{
	__atomic_sub_fetch(&slot->users, 1, __ATOMIC_RELEASE);
}

static bool is_for(const struct kept *slot, const struct overlay *ov, struct path_hash dir)
{
	return __atomic_load_n(&slot->dir.name, __ATOMIC_RELAXED) == dir.name &&
	       slot->dir.check == dir.check && slot->overlay == ov &&
	       (slot->for_all || !search_changed());
}

/* Whoever closes everything makes it 0 at any time. */
static int fd_of(const struct kept *slot)
{
	return __atomic_load_n(&slot->fd, __ATOMIC_RELAXED);
}

/* Closes what a claimed slot held, unless the number is another's by now. */
static void vacate(struct kept *slot)
{
	const int fd = fd_of(slot), flags = fd ? sys_fcntl(fd, F_GETFL, 0) : 0;
	if (flags > 0 && (flags & O_PATH))
		sys_close(fd);
	__atomic_store_n(&slot->fd, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->dir.name, 0, __ATOMIC_RELAXED);
}

/* The slot that has DIR open, as it stands, by *FD, and is the caller's to leave; or NULL. */
static struct kept *find(const struct overlay *ov, struct path_hash dir, int *fd)
{
	for (struct kept *slot = slots; slot < slots + SLOTS; slot++) {
		if (__atomic_load_n(&slot->dir.name, __ATOMIC_RELAXED) != dir.name || !join(slot))
			continue;
		*fd = fd_of(slot);
		if (*fd && is_for(slot, ov, dir) && trail_holds(ov, &slot->trail))
			return slot;
		leave(slot);
	}
	return NULL;
}

/* A slot for DIR, claimed: the one that had it, else one that is empty, else one after another. */
static struct kept *choose(struct path_hash dir)
{
	static unsigned next;
	struct kept *chosen = NULL;
	for (struct kept *slot = slots; slot < slots + SLOTS; slot++) {
		const uint64_t name = __atomic_load_n(&slot->dir.name, __ATOMIC_RELAXED);
		if (name == dir.name)
			return claim(slot) ? slot : NULL;
		if (!name && !chosen)
			chosen = slot;
	}
	if (!chosen)
		chosen = &slots[__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % SLOTS];
	return claim(chosen) ? chosen : NULL;
}

/* --- what is kept --- */

/* True the second time it is asked for. */
static bool is_wanted(struct path_hash dir)
{
	return __atomic_exchange_n(&wanted[dir.name % WANTED], dir.name, __ATOMIC_RELAXED) ==
	       dir.name;
}

/*
 * The directory DIR was opened as FD, and nothing was known of its TRAIL before: keeps it or not.
 * FOR_ALL, where everybody may search it.
 */
static struct kept *keep(const struct overlay *ov, struct path_hash dir, int fd,
			 const struct trail *trail, bool for_all)
{
	struct kept *slot = choose(dir);
	if (!slot)
		return NULL;
	vacate(slot);
	const int copy = layer_copy_high(fd);
	if (!layer_may_keep(copy)) {
		sys_close_scoped(&copy);
		release(slot, 0);
		return NULL;
	}
	slot->overlay = ov;
	slot->dir.check = dir.check;
	slot->trail = *trail;
	slot->for_all = for_all;
	if (copy < grips_lowest())
		__atomic_store_n(&lowest, copy, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->fd, copy, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->dir.name, dir.name, __ATOMIC_RELAXED);
	release(slot, 1);
	return slot;
}

/* --- grips --- */

/* What was remembered on the way to P is not so: others may not tell of what they change. */
static void forget_way(const struct overlay *ov, struct path *p)
{
	for (size_t at = 1; at <= p->length; at++) {
		if (at < p->length && path_rel(p)[at] != '/')
			continue;
		PATH_AT(p, at);
		overlay_forget(ov, p);
	}
}

static bool is_gone(int error)
{
	return error == -ELOOP || error == -ENOENT || error == -ENOTDIR;
}

bool grip_wants(int error)
{
	return error == -EMFILE || error == -ENFILE;
}

int grip_open(const struct overlay *ov, struct path *p, int flags)
{
	int fd = layer_open_strictly(&ov->layers[0], p, flags | O_PATH | O_CLOEXEC, 0);
	if (is_gone(fd))
		forget_way(ov, p);
	return fd;
}

static int open_directory(struct grip *g, const struct overlay *ov, struct path *p,
			  struct path_hash dir)
{
	struct trail trail;
	bool keeps = may_keep && may_keep();
	g->kept = keeps ? find(ov, dir, &g->dirfd) : NULL;
	if (g->kept)
		return 0;
	g->dirfd = AT_FDCWD;
	keeps = keeps && is_wanted(dir) && trail_take(ov, p, &trail);
	CLOSE_SCOPED int fd = grip_open(ov, p, O_DIRECTORY);
	if (fd < 0)
		return fd;
	const bool for_all = search_changed();
	if (keeps && (!for_all || search_by_all(&ov->layers[0], p)))
		g->kept = keep(ov, dir, fd, &trail, for_all);
	const int copy = g->kept ? fd_of(g->kept) : 0;
	g->dirfd = copy ? copy : (g->own = sys_steal_fd(&fd));
	return 0;
}

int grip_take(struct grip *g, const struct overlay *ov, struct path *p)
{
	struct path_hash dir;
	*g = GRIP_NONE;
	g->upper = &ov->layers[0];
	g->path = p;
	if (path_last(p) == 0)
		return 0; /* nothing of merged's is on the way */
	PATH_PARENT(p);
	dir = path_hash(PATH_HASH_ROOT, path_rel(p), p->length, &dir);
	int error = open_directory(g, ov, p, dir);
	return grip_wants(error) ? 0 : error;
}

int grip_take_beside(struct grip *g, const struct grip *other, const struct overlay *ov,
		     struct path *p)
{
	const size_t length = path_parent_length(p);
	if (length != path_parent_length(other->path) ||
	    memcmp(path_rel(p), path_rel(other->path), length) != 0)
		return grip_take(g, ov, p);
	*g = GRIP_NONE;
	g->dirfd = other->dirfd;
	g->upper = other->upper;
	g->path = p;
	return 0;
}

/* No path has that one. */
static const struct path_hash workdir = {.name = 1, .check = 1};

void grip_take_work(struct grip *g, const struct overlay *ov)
{
	static const struct trail none;
	static bool asked;
	*g = GRIP_NONE;
	if (!may_keep || !may_keep() || search_changed())
		return;
	g->kept = find(ov, workdir, &g->dirfd);
	if (g->kept)
		return;
	g->dirfd = AT_FDCWD;
	if (!__atomic_exchange_n(&asked, true, __ATOMIC_RELAXED))
		return;
	CLOSE_SCOPED int fd =
		sys_openat(AT_FDCWD, ov->work.reach, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	g->kept = fd < 0 ? NULL : keep(ov, workdir, fd, &none, false);
	const int copy = g->kept ? fd_of(g->kept) : 0;
	if (copy)
		g->dirfd = copy;
}

void grip_let_go(struct grip *g)
{
	if (g->kept)
		leave(g->kept);
	sys_close_scoped(&g->own);
	*g = GRIP_NONE;
}

void grip_lift(struct grip *g)
{
	if (g->own >= 0)
		g->dirfd = g->own = layer_keep_high(g->own);
}

bool grip_has_proc(void)
{
	enum { UNASKED, YES, NO };
	static uint8_t known;
	uint8_t answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
	if (answer == UNASKED) {
		answer = sys_faccessat(AT_FDCWD, "/proc/self/fd", F_OK, 0) ? NO : YES;
		__atomic_store_n(&known, answer, __ATOMIC_RELAXED);
	}
	return answer == YES;
}

static const char *spell(const struct grip *g, const char *name, char *text, size_t size)
{
	struct text t;
	if (!grip_has_proc())
		return layer_path(g->upper, g->path);
	text_init(&t, text, size);
	text_add_descriptor(&t, g->dirfd);
	text_add(&t, "/");
	text_add(&t, name);
	return text;
}

const char *grip_path(const struct grip *g, char text[GRIP_PATH])
{
	const char *name = grip_name(g);
	return g->dirfd == AT_FDCWD ? name : spell(g, name, text, GRIP_PATH);
}

const char *grip_directory(const struct grip *g, char text[GRIP_DIRECTORY])
{
	return g->dirfd == AT_FDCWD ? grip_name(g) : spell(g, "", text, GRIP_DIRECTORY);
}

int grip_mark(const struct overlay *ov, struct path *p, const char *mark, const char *value)
{
	char text[GRIP_PATH];
	GRIP_SCOPED at = GRIP_NONE;
	int error = grip_take(&at, ov, p);
	return error ? error : layer_mark(grip_path(&at, text), mark, value);
}

/* --- the program's own use of the numbers --- */

int grips_lowest(void)
{
	return __atomic_load_n(&lowest, __ATOMIC_RELAXED);
}

bool grips_keep(int fd)
{
	if (fd < grips_lowest())
		return false;
	for (struct kept *slot = slots; slot < slots + SLOTS; slot++)
		if (fd_of(slot) == fd)
			return true;
	return false;
}

bool grips_forget(int fd)
{
	if (fd < grips_lowest())
		return false;
	for (struct kept *slot = slots; slot < slots + SLOTS; slot++) {
		int known = fd;
		if (__atomic_compare_exchange_n(&slot->fd, &known, 0, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

void grips_forget_range(unsigned first, unsigned last)
{
	for (struct kept *slot = slots; slot < slots + SLOTS; slot++) {
		const int fd = fd_of(slot);
		if (fd && (unsigned)fd >= first && (unsigned)fd <= last)
			grips_forget(fd);
	}
}

void grips_give_up(void)
{
	const int before = __atomic_exchange_n(&lowest, INT_MAX, __ATOMIC_RELAXED);
	for (struct kept *slot = slots; slot < slots + SLOTS; slot++) {
		if (!claim(slot)) {
			__atomic_store_n(&lowest, before, __ATOMIC_RELAXED);
			continue;
		}
		vacate(slot);
		release(slot, 0);
	}
}
