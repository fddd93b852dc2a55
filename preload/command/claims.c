/* Origins that were met, in a tree. */
#include "claims.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct claim {
	uint64_t ino;
	size_t size;
	unsigned char origin[];
};
static void *claims;

static int compare(const void *a, const void *b)
{
	const struct claim *one = a, *other = b;
	if (one->size != other->size)
		return one->size < other->size ? -1 : 1;
	return memcmp(one->origin, other->origin, one->size);
}

bool claim(const void *origin, size_t size, uint64_t ino)
{
	struct claim *new = malloc(sizeof *new + size);
	if (!new)
		return true;
	new->ino = ino;
	new->size = size;
	memcpy(new->origin, origin, size);
	struct claim **first = tsearch(new, &claims, compare);
	if (!first || *first == new)
		return true;
	free(new);
	return (*first)->ino == ino;
}
