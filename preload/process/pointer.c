/*
 * Reading a caller's string without crashing on a bad pointer, which must give EFAULT.
 *
 * A page is probed by having it made present, which looks at no byte of it: a memory checker has
 * nothing to say. Where the kernel cannot do that, rt_sigprocmask(2) is asked with a HOW that does
 * not exist: the kernel reads the set first (-EFAULT) and then refuses (-EINVAL), so nothing
 * changes. Pages found readable are kept in mind, so that a program's usual places cost no call.
 */
#include "overlain/process.h"

#include <string.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* of Linux 5.14 */
#endif

#define PAGE 4096u /* the smallest there is: a larger one is probed in pieces */

/*
 * By page number; 0 is none. A stale entry is a page that was unmapped since. Each thread has a few
 * pages of its own, which lie a power of two apart: the number is multiplied to spread them.
 */
#define KNOWN_BITS 9
#define KNOWN      (1u << KNOWN_BITS)
static BULKY uintptr_t known[KNOWN];

static size_t spread(uintptr_t number)
{
	return (uint64_t)number * 0x9e3779b97f4a7c15ULL >> (64 - KNOWN_BITS);
}

static bool readable(uintptr_t page)
{
	uintptr_t *slot = &known[spread(page / PAGE)];
	if (page == 0)
		return false; /* a set of NULL is no set: the call would not look at it */
	if (__atomic_load_n(slot, __ATOMIC_RELAXED) == page)
		return true;
	if (SYS3(SYS_madvise, page, PAGE, MADV_POPULATE_READ) != 0 &&
	    SYS4(SYS_rt_sigprocmask, -1, page, NULL, 8) == -EFAULT)
		return false;
	__atomic_store_n(slot, page, __ATOMIC_RELAXED);
	return true;
}

/* The same of pages the kernel wrote to for us. */
static BULKY uintptr_t written[KNOWN];

static bool all_written(uintptr_t first, uintptr_t last)
{
	for (; first <= last; first++)
		if (!first || __atomic_load_n(&written[spread(first)], __ATOMIC_RELAXED) != first)
			return false;
	return true;
}

bool pointer_known_writable(const void *at, size_t size)
{
	return all_written((uintptr_t)at / PAGE, ((uintptr_t)at + size - 1) / PAGE);
}

void pointer_was_written(const void *at, size_t size)
{
	uintptr_t first = (uintptr_t)at / PAGE, last = ((uintptr_t)at + size - 1) / PAGE;
	if (all_written(first, last))
		return;
	for (; first <= last; first++)
		__atomic_store_n(&written[spread(first)], first, __ATOMIC_RELAXED);
}

bool pointer_readable(const void *at, size_t size)
{
	uintptr_t first = (uintptr_t)at / PAGE, last = ((uintptr_t)at + size - 1) / PAGE;
	while (first <= last && readable(first * PAGE))
		first++;
	return first > last;
}

ssize_t pointer_string(const char *s, size_t limit)
{
	size_t length = 0;
	while (length < limit) {
		uintptr_t at = (uintptr_t)s + length;
		size_t room = PAGE - at % PAGE;
		if (room > limit - length)
			room = limit - length;
		if (!readable(at - at % PAGE))
			return -EFAULT;
		const char *end = memchr(s + length, 0, room);
		if (end)
			return end - s;
		length += room;
	}
	return -ENAMETOOLONG;
}

/* Has the kernel write one byte there: getrandom(2), or mincore(2) where that has no byte to give.
 */
static int fill(char *at)
{
	const uintptr_t page = (uintptr_t)written / PAGE * PAGE;
	long got = SYS3(SYS_getrandom, at, 1, 1 /* GRND_NONBLOCK */);
	if (got < 0 && got != -EFAULT)
		got = SYS3(SYS_mincore, page, PAGE, at);
	return got < 0 ? (int)got : 0;
}

/* The ends are enough: nobody maps a buffer with a hole in it. */
int pointer_writable(void *to, size_t size)
{
	char *first = to, *last = first + size - 1;
	if (size == 0)
		return 0;
	int error = fill(first);
	return !error && ((uintptr_t)first ^ (uintptr_t)last) >= PAGE ? fill(last) : error;
}
