/*
 * How processes tell each other of changes: a page mapped from workdir, with two counters for each
 * bucket of names. A change adds to the first when it begins and to the second when it has ended;
 * what was learnt holds while the pair is what it was before the look, and only if the two were
 * equal then. A process killed in between leaves its bucket unequal: never trusted again, never
 * wrong. Begin and end cost an atomic addition each, a check costs a load.
 */
#include "internal.h"
#include "overlain/debug.h"

#include <stdatomic.h>
#include <string.h>

#include <sys/mman.h>

#define ONE_BEGUN 1ULL
#define ONE_ENDED (1ULL << 32)

#define SHARED_NAME "overlain.shared"

/*
 * Whom workdir lets write may write to the page FD as well; and everybody where root set it up, for
 * a process that was root changes things, too.
 */
static void share(int fd, const char *directory)
{
	struct stat st;
	if (SYS1(SYS_geteuid, 0) == 0)
		sys_fchmod(fd, 0666);
	else if (sys_fstatat(AT_FDCWD, directory, &st, 0) == 0)
		sys_fchmod(fd, 0644 | (st.st_mode & 0022));
}

/*
 * Who may not write to it could change the tree without a word to the others, who would go on with
 * what they knew: so for him it is read-only. It is made only where it is not: others must not
 * "make" what is there in a sticky directory (fs.protected_regular in proc(5)).
 */
static int open_page(struct overlay *ov, const char *path)
{
	struct stat st;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	if (fd == -ENOENT)
		fd = sys_openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd == -EACCES || fd == -EPERM) {
		ov->writable = false;
		ov->barred = true;
		fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	}
	int error = fd < 0 ? fd : 0;
	if (!error && ov->writable)
		error = sys_ftruncate(fd, sizeof(struct shared));
	else if (!error && (sys_fstat(fd, &st) || (size_t)st.st_size < sizeof(struct shared)))
		error = -ENODATA; /* it is just being made */
	return error ? error : sys_steal_fd(&fd);
}

int shared_open(struct overlay *ov, bool fresh)
{
	if (!ov->writable)
		return 0;
	char path[PATH_ROOM + 64];
	struct text t;
	text_init(&t, path, sizeof path);
	text_add(&t, ov->work.reach);
	text_add(&t, "../");
	char *const name = t.at;
	text_add(&t, SHARED_NAME);
	CLOSE_SCOPED int fd = open_page(ov, path);
	if (fd < 0)
		return fd;
	const int protection = ov->writable ? PROT_READ | PROT_WRITE : PROT_READ;
	void *at = sys_mmap(sizeof(struct shared), protection, MAP_SHARED, fd);
	if (sys_failed(at))
		return (int)(intptr_t)at;
	ov->shared = at;
	if (!fresh || !ov->writable)
		return 0;
	*name = 0;
	share(fd, path);
	for (unsigned i = 0; i < TOLD; i++)
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
		.name = trusted(*shared_bucket(ov, key->hash.name)),
		.parent = trusted(*shared_bucket(ov, key->parent)),
		.tree = trusted(ov->shared->tree),
	};
}

struct change change_begin(const struct overlay *ov, const struct path *p, bool tree)
{
	struct key key = path_key(p);
	struct change c = {ov, key.hash, key.parent, STAMP_NEVER, tree};
	if (ov->shared) {
		c.before = atomic_fetch_add(shared_bucket(ov, key.hash.name), ONE_BEGUN);
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
	*shared_bucket(c->overlay, c->hash.name) += ONE_ENDED;
	c->overlay = NULL;
}

void change_end_with(struct change *c, const struct node *n)
{
	const struct overlay *ov = c->overlay;
	const struct key key = {c->hash, c->parent};
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
	return ov->shared && ov->writable &&
	       atomic_exchange(&ov->shared->told[what % TOLD], what) == what;
}

int overlay_refuses(const struct overlay *ov)
{
	static bool told;
	char line[strlen(ov->merged) + strlen(ov->workdir ? ov->workdir : "") + 80];
	struct text t;
	if (!ov->barred || __atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		return -EROFS;
	text_init(&t, line, sizeof line);
	text_add(&t, ov->merged_length ? ov->merged : "/");
	text_add(&t, ": read-only for user ");
	text_add_number(&t, (uint64_t)SYS1(SYS_geteuid, 0));
	text_add(&t, ", who may not write ");
	text_add(&t, ov->workdir);
	complain(line);
	return -EROFS;
}
