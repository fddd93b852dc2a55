/*
 * Names in a directory that one layer alone has. No other layer can hide them or add to them, so
 * nothing need be known of such a name before a call goes to it: the call itself tells what is
 * there. So a first look costs what any look costs, and no more than the last few of these names
 * are remembered (cache.c).
 */
#include "internal.h"

bool overlay_sole(const struct overlay *ov, struct path_hash hash, struct path_hash dir,
		  struct sole *sole)
{
	sole->key = (struct path_key){hash, dir.name};
	sole->stamp = stamp_now(ov, &sole->key);
	/* Where files were copied up, each may have a number that only an attribute tells. */
	return overlay_recall_hash(ov, dir, &sole->parent) && node_is_dir(&sole->parent) &&
	       !(sole->parent.marks & NODE_IMPURE) && !node_merged(ov, &sole->parent);
}

/* True when ST, or that nothing is there, is all there is to know. */
static bool tells(const struct overlay *ov, const struct node *parent, const struct stat *st,
		  struct node *n)
{
	struct look look;
	const bool upper = overlay_in_upper(ov, parent);
	*n = (struct node){0};
	if (!st)
		return true;
	if (!layer_stat_tells(st, upper, &look))
		return false;
	node_take(ov, parent->layer, &look, n);
	if (!node_absent(n) && !node_is_dir(n))
		n->marks |= NODE_SOLE;
	return true;
}

bool overlay_learn(const struct overlay *ov, const struct sole *sole, const struct stat *st,
		   struct node *n)
{
	return tells(ov, &sole->parent, st, n) && cache_keep(ov, &sole->key, n, sole->stamp);
}
