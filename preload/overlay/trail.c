/*
 * A trail: all directories on the way to a name at once. The counters of a name only ever grow
 * (change.c), so the sum of those on the way stays what it is exactly while each of them does.
 */
#include "internal.h"

static uint64_t sum_up(const struct overlay *ov, const struct trail *trail)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < trail->count; i++)
		sum += ov->shared->names[trail->buckets[i]];
	return sum;
}

bool trail_take(const struct overlay *ov, struct path *p, struct trail *trail)
{
	trail->count = 0;
	trail->sum = 0;
	if (!ov->writable)
		return true; /* nobody can change anything */
	if (!ov->shared)
		return false;
	for (size_t at = 1; at <= p->length; at++) {
		if (at < p->length && path_rel(p)[at] != '/')
			continue;
		if (trail->count == sizeof trail->buckets / sizeof *trail->buckets)
			return false;
		PATH_AT(p, at);
		const struct path_key key = path_key(p);
		trail->buckets[trail->count++] =
			(uint16_t)(shared_bucket(ov, key.hash.name) - ov->shared->names);
	}
	trail->sum = sum_up(ov, trail);
	return true;
}

bool trail_holds(const struct overlay *ov, const struct trail *trail)
{
	return trail->count == 0 || sum_up(ov, trail) == trail->sum;
}
