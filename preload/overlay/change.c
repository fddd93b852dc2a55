/*
 * How processes tell each other of changes: a page mapped from workdir, with two counters for each
 * bucket of names. A change adds to the first when it begins and to the second when it has ended;
 * what was learnt holds while the pair is what it was before the look, and only if the two were
 * equal then. A process killed in between leaves its bucket unequal: never trusted again, never
 * wrong. Begin and end cost an atomic addition each, a check costs a load.
 */
#include "internal.h"

#include <stdatomic.h>

#include <sys/mman.h>

#define ONE_BEGUN 1ULL
#define ONE_ENDED (1ULL << 32)

#define SHARED_NAME "overlain.shared"

/* Root's is for those as well who were root: what they change must be heard of. */
static int open_page(const char *path)
{
	int fd = sys_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	if (fd != -ENOENT)
		return fd;
	fd = sys_openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && SYS1(SYS_geteuid, 0) == 0)
		sys_fchmod(fd, 0666);
	return fd;
}

int shared_open(struct overlay *ov, bool fresh)
{
	if (!ov->writable)
		return 0;
	char path[PATH_ROOM + 64];
	struct text t;
	text_init(&t, path, sizeof path);
	text_add(&t, ov->work.reach);
	text_add(&t, "../" SHARED_NAME);
	CLOSE_SCOPED int fd = open_page(path);
	if (fd < 0)
		return fd;
	int error = sys_ftruncate(fd, sizeof(struct shared));
	if (error)
		return error;
	void *at = sys_mmap(sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	if (sys_failed(at))
		return (int)(intptr_t)at;
	ov->shared = at;
	for (unsigned i = 0; fresh && i < TOLD; i++)
		ov->shared->told[i] = 0;
	return 0;
}

/* The pair as a stamp. */
static uint64_t trusted(uint64_t pair)
{
	return (uint32_t)pair == (uint32_t)(pair >> 32) ? pair | STAMP_MARK : STAMP_NEVER;
}

struct stamp stamp_now(const struct overlay *ov, const struct key *key)
{
	if (!ov->shared)
		return (struct stamp){STAMP_NEVER, STAMP_NEVER, STAMP_NEVER};
	return (struct stamp){
		.name = trusted(*shared_bucket(ov, key->name)),
		.parent = trusted(*shared_bucket(ov, key->parent)),
		.tree = trusted(ov->shared->tree),
	};
}

struct change change_begin(const struct overlay *ov, const struct path *p, bool tree)
{
	struct key key = path_key(p);
	struct change c = {ov, key.name, key.check, key.parent, STAMP_NEVER, tree};
	if (ov->shared) {
		c.before = atomic_fetch_add(shared_bucket(ov, key.name), ONE_BEGUN);
		if (tree)
			ov->shared->tree += ONE_BEGUN;
	}
	return c;
}

void change_end(struct change *c)
{
	if (!c->overlay || !c->overlay->shared)
		return;
	if (c->tree)
		c->overlay->shared->tree += ONE_ENDED;
	*shared_bucket(c->overlay, c->name) += ONE_ENDED;
	c->overlay = NULL;
}

void change_end_with(struct change *c, const struct node *n)
{
	const struct overlay *ov = c->overlay;
	const struct key key = {c->name, c->check, c->parent};
	if (!ov || !ov->shared)
		return;
	struct stamp stamp = stamp_now(ov, &key);
	change_end(c);
	uint64_t after = c->before + ONE_BEGUN + ONE_ENDED;
	stamp.name = trusted(c->before) == STAMP_NEVER ? STAMP_NEVER : trusted(after);
	cache_keep(ov, &key, n, stamp);
}

uint64_t overlay_generation(const struct overlay *ov)
{
	return ov->shared ? ov->shared->tree + ((uint64_t)ov->shared->gone << 40) : 0;
}

void change_removed_directory(const struct overlay *ov)
{
	if (ov->shared)
		ov->shared->gone++;
}

enum whiteout_form shared_whiteout_form(const struct overlay *ov)
{
	return ov->shared ? ov->shared->whiteout_form : WHITEOUT_DEVICE;
}

void shared_set_whiteout_form(const struct overlay *ov, enum whiteout_form form)
{
	if (ov->shared)
		ov->shared->whiteout_form = form;
}

bool overlay_told(const struct overlay *ov, uint64_t what)
{
	return ov->shared && atomic_exchange(&ov->shared->told[what % TOLD], what) == what;
}
