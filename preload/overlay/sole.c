/*
 * Names that one layer alone can have: those in a directory that is in no other, and those that no
 * list of another layer's part of it holds (names.c). Nothing need be known of such a name before a
 * call goes to it: the call itself tells what is there. So a first look costs what any look costs,
 * and no more than the last few of these names are remembered (cache.c).
 */
#include "internal.h"

/* The layer that has NAME, if any has; false where several must be asked. */
static bool find_layer(const struct overlay *ov, const char *name, uint64_t dir, struct sole *sole)
{
	const struct node *parent = &sole->parent;
	sole->layer = parent->layer;
	sole->only = true;
	if (!node_merged(ov, parent))
		return true;
	const struct parts parts = parts_of(ov, parent, name, dir);
	const unsigned layer = parts_next(&parts, parent->layer);
	sole->layer = (uint16_t)layer;
	sole->only = parts_next(&parts, layer + 1) >= ov->layer_count;
	/* The upper is not listed; and past its topmost part the kernel asks nobody for leave. */
	return parts.names && !(ov->writable && layer == 0) && (parent->marks & NODE_OPEN) &&
	       parts_next_hiding(&parts, parent->layer) >= layer;
}

bool overlay_sole(const struct overlay *ov, struct path_hash hash, struct path_hash dir,
		  const char *name, struct sole *sole)
{
	sole->key = (struct path_key){hash, dir.name};
	sole->stamp = stamp_now(ov, &sole->key);
	/* Where files were copied up, each may have a number that only an attribute tells. */
	return overlay_recall_hash(ov, dir, &sole->parent) && node_is_dir(&sole->parent) &&
	       !(sole->parent.marks & NODE_IMPURE) && find_layer(ov, name, dir.name, sole);
}

/* True when ST, or that nothing is there, is all there is to know. */
static bool tells(const struct overlay *ov, const struct sole *sole, const struct stat *st,
		  struct node *n)
{
	struct look look;
	const bool upper = ov->writable && sole->layer == 0;
	*n = (struct node){0};
	if (!st)
		return sole->only;
	if (!layer_stat_tells(st, upper || !sole->only, &look))
		return false;
	node_take(ov, sole->layer, &look, n);
	if (!node_absent(n) && !node_is_dir(n))
		n->marks |= NODE_SOLE;
	return true;
}

bool overlay_learn(const struct overlay *ov, const struct sole *sole, const struct stat *st,
		   struct node *n)
{
	return tells(ov, sole, st, n) && cache_keep(ov, &sole->key, n, sole->stamp);
}
