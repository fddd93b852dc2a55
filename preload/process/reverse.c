/*
 * From a layer back to merged: the kernel speaks of the files that lie on disk, programs know them
 * by their names in merged.
 */
#include "internal.h"

#include <string.h>

/*
 * What follows LAYER's root in REAL, or NULL. A lower that merged itself lies in is the system
 * around it (lowerdir=/): what is met there is known by its own name.
 */
static const char *within(const struct overlay *ov, const struct layer *layer, const char *real)
{
	if (!text_below(real, strlen(real), layer->root, layer->root_length))
		return NULL;
	if (ov->merged_length > layer->root_length &&
	    text_below(ov->merged, ov->merged_length, layer->root, layer->root_length))
		return NULL;
	const char *rest = real + layer->root_length;
	return rest + (*rest == '/');
}

/*
 * True when merged shows at REST the object that LAYER has there: it is the one found, a part of
 * the directory found, or was copied up since.
 */
static bool shows(const struct overlay *ov, unsigned layer, const char *rest)
{
	struct path p;
	struct node n;
	if (path_set(&p, rest, strlen(rest)) || overlay_lookup(ov, &p, &n) || node_absent(&n))
		return false;
	if (n.layer == layer || overlay_in_upper(ov, &n))
		return true;
	return node_is_dir(&n) && node_next_part(ov, &n, layer) == layer;
}

/* The longest root wins: layers may lie in one another. */
static const struct overlay *find(const char *real, bool must_show, unsigned *layer,
				  const char **rest)
{
	const struct mounts *mounts = process_mounts();
	const struct overlay *found = NULL;
	int longest = -1;
	if (real[0] != '/')
		return NULL; /* "pipe:[…]", "(unreachable)/…" */
	for (const struct overlay *ov = mounts->at; ov < mounts->at + mounts->count; ov++) {
		for (unsigned i = 0; i < ov->layer_count; i++) {
			const char *here = within(ov, &ov->layers[i], real);
			if (!here || ov->layers[i].root_length <= longest)
				continue;
			if (must_show && !shows(ov, i, here))
				continue;
			longest = ov->layers[i].root_length;
			found = ov;
			*layer = i;
			*rest = here;
		}
	}
	return found;
}

const struct overlay *reverse_layer(const char *real, unsigned *layer, const char **rest)
{
	return find(real, false, layer, rest);
}

static ssize_t name(const char *real, bool must_show, char *buffer)
{
	unsigned layer;
	const char *rest;
	struct text t;
	const struct overlay *ov = find(real, must_show, &layer, &rest);
	if (!ov)
		return -ENOENT;
	text_init(&t, buffer, PATH_MAX);
	text_add(&t, ov->merged);
	text_add(&t, *rest || !ov->merged_length ? "/" : "");
	text_add(&t, rest);
	return text_full(&t) ? -ENOENT : (ssize_t)text_length(&t);
}

bool reverse_path(const char *real, char *buffer)
{
	return name(real, true, buffer) > 0;
}

ssize_t reverse_name(const char *real, char *buffer)
{
	return name(real, false, buffer);
}
