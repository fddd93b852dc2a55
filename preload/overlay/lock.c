/*
 * Locks on bytes of the file in workdir that processes share, held by an open file description of
 * its own (fcntl(2), F_OFD_SETLK): threads exclude each other as processes do, and the kernel lets
 * go of them when their holder dies.
 *
 * To close it does not do where another thread has forked meanwhile: the child has that
 * description, too. So what is held is noted, and a child closes what other threads held when it
 * was made; it would hold it for them else, should they be killed. What was opened while somebody
 * forked is opened anew, for the child may have missed it.
 */
#include "internal.h"

#include <fcntl.h>

#define HELD_MOST 16
static struct held {
	uintptr_t thread; /* 0: free */
	int fd;           /* -1: none yet */
	const struct overlay *overlay;
} helds[HELD_MOST];

static uint32_t forks, held; /* how many, ever; and now */

static int lock(int fd, short type, off_t byte, off_t length)
{
	struct flock lock = {.l_type = type, .l_start = byte, .l_len = length};
	return sys_fcntl(fd, F_OFD_SETLK, (long)&lock);
}

int shared_lock(int fd, short type, off_t byte)
{
	return lock(fd, type, byte, 1);
}

int shared_claim(int fd, off_t byte)
{
	return shared_lock(fd, F_WRLCK, byte);
}

static uint32_t count_forks(void)
{
	return __atomic_load_n(&forks, __ATOMIC_SEQ_CST);
}

/* NULL where too many are held: then a child keeps it. */
static struct held *note(const struct overlay *ov)
{
	const uintptr_t self = sys_thread();
	for (struct held *h = helds; h < helds + HELD_MOST; h++) {
		uintptr_t none = 0;
		if (!__atomic_compare_exchange_n(&h->thread, &none, self, false, __ATOMIC_SEQ_CST,
						 __ATOMIC_RELAXED))
			continue;
		__atomic_fetch_add(&held, 1, __ATOMIC_SEQ_CST);
		h->overlay = ov;
		return h;
	}
	return NULL;
}

static void forget(struct held *h)
{
	__atomic_store_n(&h->fd, -1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&h->thread, 0, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&held, 1, __ATOMIC_SEQ_CST);
}

int shared_hold(const struct overlay *ov, uint32_t *before)
{
	int fd = -1;
	struct held *h = note(ov);
	do {
		sys_close_scoped(&fd);
		*before = count_forks();
		fd = shared_file(ov);
		if (h)
			__atomic_store_n(&h->fd, fd, __ATOMIC_SEQ_CST);
	} while (h && fd >= 0 && *before != count_forks());
	if (h && fd < 0)
		forget(h);
	return fd;
}

void shared_let_go(int *fd, uint32_t before)
{
	if (*fd < 0)
		return;
	if (count_forks() != before)
		lock(*fd, F_UNLCK, 0, 0); /* of all bytes */
	sys_close(*fd);
	const uintptr_t self = sys_thread();
	for (struct held *h = helds; h < helds + HELD_MOST; h++)
		if (h->thread == self && h->fd == *fd) {
			forget(h);
			break;
		}
	*fd = -1;
}

void overlay_forks(void)
{
	__atomic_fetch_add(&forks, 1, __ATOMIC_SEQ_CST);
}

/* What FD was may have been closed already, and the number given to something else. */
static bool is_shared_file(const struct held *h)
{
	struct stat open, named;
	CLOSE_SCOPED int fd = shared_file(h->overlay);
	return fd >= 0 && !sys_fstat(fd, &named) && !sys_fstat(h->fd, &open) &&
	       open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

void overlay_forked(void)
{
	const uintptr_t self = sys_thread();
	if (!held)
		return;
	for (struct held *h = helds; h < helds + HELD_MOST; h++) {
		if (!h->thread || h->thread == self)
			continue; /* a handler forked, and both go on with what was begun */
		if (h->fd >= 0 && is_shared_file(h))
			sys_close(h->fd);
		forget(h);
	}
}
