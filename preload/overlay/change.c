/*
 * How processes tell each other of changes: a page mapped from workdir, with two counters for each
 * bucket of names. A change adds to the first when it begins and to the second when it has ended;
 * what was learnt holds while the pair is what it was before the look, and only if the two were
 * equal then. Begin and end cost an atomic exchange each, a check costs a load.
 *
 * A process killed in between leaves its pair unequal: not trusted, so not wrong, but slow. One
 * that stays the same for a while is made equal again. Should its process only have slept, it finds
 * that out when it ends: until then its change is not done, and may be seen or not.
 */
#include "pair.h"

/* The pair as a stamp. */
static uint64_t trusted(uint64_t pair)
{
	return is_equal(pair) ? pair | STAMP_MARK : STAMP_NEVER;
}

/* Longer than any change takes: they are a few system calls, and wait for nothing. */
#define SUSPECT_SECONDS 2

/*
 * Told of every pair that is seen unequal; processes suspect together, for most live shortly. A
 * place among the suspects is kept until its pair has moved on or is set right, whoever comes next.
 */
static void suspect(const struct overlay *ov, _Atomic uint64_t *pair)
{
	const uint64_t now = *pair;
	if (is_equal(now))
		return;
	struct timespec time;
	SYS2(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
	char *page = (char *)ov->shared;
	const uint32_t at = (uint32_t)((char *)pair - page), seconds = (uint32_t)time.tv_sec;
	struct suspect *s = &ov->shared->suspects[at / sizeof *pair % SUSPECTS];
	const uint32_t before = s->at % sizeof(struct shared) / sizeof *pair * sizeof *pair;
	_Atomic uint64_t *other = (_Atomic uint64_t *)(void *)(page + before);
	uint64_t known = s->pair;
	if (is_equal(known) || *other != known || seconds < s->since) {
		s->since = seconds;
		s->at = at;
		s->pair = now;
	} else if (seconds - s->since > SUSPECT_SECONDS) {
		pair_heal(other, known);
	}
}

void stamp_missed(const struct overlay *ov, const struct path_key *key, const struct stamp *stamp)
{
	if (!ov->shared)
		return;
	if (stamp->name == STAMP_NEVER)
		suspect(ov, shared_bucket(ov, key->hash.name));
	if (stamp->parent == STAMP_NEVER)
		suspect(ov, shared_bucket(ov, key->parent));
	if (stamp->tree == STAMP_NEVER)
		suspect(ov, &ov->shared->tree);
}

struct stamp stamp_now(const struct overlay *ov, const struct path_key *key)
{
	if (!ov->shared)
		return (struct stamp){STAMP_NEVER, STAMP_NEVER, STAMP_NEVER};
	return (struct stamp){
		.name = trusted(*shared_bucket(ov, key->hash.name)),
		.parent = trusted(*shared_bucket(ov, key->parent)),
		.tree = trusted(ov->shared->tree),
	};
}

struct change change_begin_key(const struct overlay *ov, struct path_key key, bool tree)
{
	struct change c = {ov, key.hash, key.parent, STAMP_NEVER, 0, tree, false};
	if (ov->shared) {
		c.before = atomic_fetch_add(shared_bucket(ov, key.hash.name), ONE_BEGUN);
		c.moving = !is_equal(ov->shared->tree);
		c.moves = ov->shared->moves;
		if (tree) {
			ov->shared->moves++;
			pair_begin(&ov->shared->tree);
		}
	}
	return c;
}

struct change change_begin(const struct overlay *ov, const struct path *p, bool tree)
{
	return change_begin_key(ov, path_key(p), tree);
}

/*
 * True when a directory may have moved, and the change with it: then it was made at another name,
 * of which others may have learnt something before that. While one moves they keep nothing.
 */
static bool went_along(const struct change *c)
{
	const struct shared *shared = c->overlay->shared;
	return !c->tree && is_equal(shared->tree) && (c->moving || shared->moves != c->moves);
}

void change_end(struct change *c)
{
	if (!c->overlay || !c->overlay->shared)
		return;
	const bool along = went_along(c);
	if (along)
		pair_begin(&c->overlay->shared->tree);
	if (along || c->tree)
		pair_end(&c->overlay->shared->tree);
	pair_end(shared_bucket(c->overlay, c->hash.name));
	c->overlay = NULL;
}

void change_end_with(struct change *c, const struct node *n)
{
	const struct overlay *ov = c->overlay;
	const struct path_key key = {c->hash, c->parent};
	if (!ov || !ov->shared)
		return;
	struct stamp stamp = stamp_now(ov, &key);
	const bool along = went_along(c);
	change_end(c);
	if (along)
		return;
	uint64_t after = c->before + ONE_BEGUN + ONE_ENDED;
	stamp.name = trusted(c->before) == STAMP_NEVER ? STAMP_NEVER : trusted(after);
	cache_keep(ov, &key, n, stamp);
}

bool change_knew(const struct change *c, struct node *n)
{
	const struct path_key key = {c->hash, c->parent};
	if (!c->overlay || !c->overlay->shared)
		return false;
	struct stamp stamp = stamp_now(c->overlay, &key);
	stamp.name = trusted(c->before);
	return cache_had(c->overlay, &key, &stamp, n);
}

uint64_t overlay_generation(const struct overlay *ov)
{
	static _Atomic uint64_t count;
	if (!__atomic_load_n(&ov->joined, __ATOMIC_ACQUIRE))
		return GENERATION_NONE;
	if (ov->shared)
		return ov->shared->tree + ((uint64_t)ov->shared->gone << 40);
	return overlay_stands(ov) ? 0 : ++count; /* nobody tells: it may be so each time */
}

void change_removed_directory(const struct overlay *ov)
{
	if (ov->shared)
		ov->shared->gone++;
}
