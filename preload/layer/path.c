/* Paths inside merged, moved along one component at a time. */
#include "overlain/path.h"

#include <errno.h>
#include <string.h>

void path_cut(struct path *p, size_t length)
{
	p->length = (uint16_t)length;
	path_rel(p)[length] = '\0';
}

void path_clear(struct path *p)
{
	path_cut(p, 0);
}

int path_set(struct path *p, const char *rel, size_t length)
{
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	memmove(path_rel(p), rel, length);
	path_cut(p, length);
	return 0;
}

void path_copy(struct path *to, const struct path *from)
{
	memcpy(path_rel(to), from->bytes + PATH_ROOM, from->length);
	path_cut(to, from->length);
}

int path_push(struct path *p, const char *name, size_t length)
{
	size_t at = p->length;
	size_t slash = at > 0;
	if (length > NAME_MAX || at + slash + length >= PATH_MAX)
		return -ENAMETOOLONG;
	char *end = path_rel(p) + at;
	memmove(end + slash, name, length);
	if (slash)
		*end = '/';
	path_cut(p, at + slash + length);
	return 0;
}

bool path_pop(struct path *p)
{
	size_t last = path_last(p);
	if (p->length == 0)
		return false;
	path_cut(p, last > 0 ? last - 1 : 0);
	return true;
}

char *path_behind(struct path *p, const char *prefix, size_t length)
{
	return memcpy(path_rel(p) - length, prefix, length);
}

struct path_patch path_patch(struct path *p, size_t at, const char *prefix, const char *name,
			     size_t length)
{
	struct path_patch patch = {.path = p, .at = (uint16_t)at, .length = p->length};
	const size_t front = strlen(prefix), size = front + length + 1;
	char text[NAME_MAX + 8];
	if (size > sizeof text || at + size > PATH_MAX)
		return patch;
	memcpy(text, prefix, front);
	memcpy(text + front, name, length);
	text[size - 1] = 0;
	memcpy(patch.saved, path_rel(p) + at, size);
	memcpy(path_rel(p) + at, text, size);
	p->length = (uint16_t)(at + size - 1);
	patch.size = (uint16_t)size;
	return patch;
}

void path_unpatch(struct path_patch *patch)
{
	memcpy(path_rel(patch->path) + patch->at, patch->saved, patch->size);
	patch->path->length = patch->length;
}

#define EACH_BYTE(byte) (0x0101010101010101ULL * (byte))

/* The lowest bit that is set belongs to the first byte of WORD that is 0. */
static uint64_t zero_bytes(uint64_t word)
{
	return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80);
}

static uint64_t load(const char *s, size_t size)
{
	uint64_t word = 0;
	memcpy(&word, s, size);
	return word;
}

/* All LENGTH bytes of S, fewer than eight, and zeroes behind: what is loaded lies within. */
static uint64_t load_word(const char *s, size_t length)
{
	if (length >= 4)
		return load(s, 4) | load(s + length - 4, 4) << 8 * (length - 4);
	if (length == 0)
		return 0;
	return load(s, 1) | load(s + length / 2, 1) << 8 * (length / 2) |
	       load(s + length - 1, 1) << 8 * (length - 1);
}

/* How many bytes of *WORD, of SIZE, come before a slash; what follows is made 0. */
static inline unsigned cut_word(uint64_t *word, unsigned size)
{
	const uint64_t slash = zero_bytes(*word ^ EACH_BYTE('/'));
	if (!slash)
		return size;
	size = (unsigned)__builtin_ctzll(slash) / 8;
	*word &= (1ULL << 8 * size) - 1;
	return size;
}

/* Both halves of the product depend on every bit of both factors, and are folded into one word. */
static uint64_t stir(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The numbers are digits of pi; a word that is not full ends a component, and its size tells so. */
struct path_hash path_hash(struct path_hash at, const char *rest, size_t length,
			   struct path_hash *dir)
{
	const char *const end = rest + length;
	*dir = at;
	for (bool more = length > 0; more; rest += more) {
		unsigned size;
		*dir = at;
		do {
			const size_t left = (size_t)(end - rest);
			uint64_t word = left >= 8 ? load(rest, 8) : load_word(rest, left);
			size = cut_word(&word, left >= 8 ? 8 : (unsigned)left);
			at.name = stir(word ^ 0xa4093822299f31d0ULL,
				       at.name ^ 0x452821e638d01377ULL ^ size);
			at.check = stir(word ^ 0x082efa98ec4e6c89ULL,
					at.check + 0xbe5466cf34e90c6cULL + size);
			rest += size;
		} while (size == 8);
		more = rest < end; /* there is a slash, and behind it a name, if an empty one */
	}
	return at;
}
