/*
 * Memory that one thread writes while others read it: a sequence number beside it tells the reader
 * whether what he has is all of a piece. It goes word by word, so that no compiler makes more of it
 * than that, and a checker of threads knows that it is meant.
 *
 * The shared side is aligned to words and has room for whole ones.
 */
#ifndef OVERLAIN_TORN_H
#define OVERLAIN_TORN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before it the number says that what is there changes, and a release fence stands. */
static inline void torn_write(void *shared, const void *from, size_t size)
{
	uint64_t *to = (uint64_t *)shared, word = 0;
	const char *at = (const char *)from;
	for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
		memcpy(&word, at, sizeof word);
		__atomic_store_n(to++, word, __ATOMIC_RELAXED);
	}
	if (size) {
		memcpy(&word, at, size);
		__atomic_store_n(to, word, __ATOMIC_RELAXED);
	}
}

/* Behind it stands an acquire fence, and the number is to be what it was. */
static inline void torn_read(void *to, const void *shared, size_t size)
{
	const uint64_t *from = (const uint64_t *)shared;
	uint64_t word;
	char *at = (char *)to;
	for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
		word = __atomic_load_n(from++, __ATOMIC_RELAXED);
		memcpy(at, &word, sizeof word);
	}
	if (size) {
		word = __atomic_load_n(from, __ATOMIC_RELAXED);
		memcpy(at, &word, size);
	}
}

#endif
