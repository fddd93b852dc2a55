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

/* There is no such thing to be found; after any other error nobody can tell. */
static bool is_none(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -ELOOP || error == -ENAMETOOLONG ||
	       error == -EPERM;
}

/*
 * 1 when merged shows at REST the object that LAYER has there: it is the one found, a part of the
 * directory found, or was copied up since. 0, -errno.
 */
__attribute__((noinline)) static int shows(const struct overlay *ov, unsigned layer,
					   const char *rest)
{
	const size_t length = strlen(rest);
	PATH_BRIEF(p, length);
	struct node n;
	struct stat st;
	process_join(ov);
	int error = path_set(p, rest, length);
	if (!error)
		error = overlay_lookup(ov, p, &n);
	if (error == -EACCES) /* what may not be asked for is not known to be anything else */
		return 1;
	if (!error && node_absent(&n))
		return 0;
	if (!error && (n.layer == layer || node_next_part(ov, &n, layer) == layer))
		return 1;
	if (!error)
		error = sys_lstat(layer_path(&ov->layers[layer], p), &st);
	if (error)
		return is_none(error) ? 0 : error;
	return overlay_is_copy(ov, &n, layer, &st);
}

/* Puts what OV calls itself in front of REST, which lies in NAME. */
static ssize_t rename_to(const struct overlay *ov, const char *rest, char *name, size_t size)
{
	const size_t length = strlen(rest), front = ov->merged_length;
	const size_t slash = length || !front;
	if (front + slash + length >= size)
		return -ERANGE;
	memmove(name + front + slash, rest, length + 1);
	memcpy(name, ov->merged, front);
	if (slash)
		name[front] = '/';
	return (ssize_t)(front + slash + length);
}

/* The longest root wins: layers may lie in one another. */
int reverse_layer(const char *real, bool must_show, struct reversed *r)
{
	const struct mounts *mounts = process_mounts();
	int longest = -1;
	*r = (struct reversed){.overlay = NULL};
	if (real[0] != '/')
		return 0; /* "pipe:[…]", "(unreachable)/…" */
	for (const struct overlay *ov = mounts->at; ov < mounts->at + mounts->count; ov++) {
		for (unsigned i = 0; i < ov->layer_count; i++) {
			const char *here = within(ov, &ov->layers[i], real);
			if (!here || ov->layers[i].root_length <= longest)
				continue;
			const int shown = must_show ? shows(ov, i, here) : 1;
			if (shown < 0)
				return shown;
			if (!shown)
				continue;
			longest = ov->layers[i].root_length;
			*r = (struct reversed){ov, i, here};
		}
	}
	return 0;
}

static ssize_t reverse(char *name, bool must_show, size_t size)
{
	struct reversed r;
	int error = reverse_layer(name, must_show, &r);
	if (error)
		return error;
	return r.overlay ? rename_to(r.overlay, r.rest, name, size) : -ENOENT;
}

ssize_t reverse_path(char *name, size_t size)
{
	return reverse(name, true, size);
}

ssize_t reverse_name(char *name, size_t size)
{
	return reverse(name, false, size);
}
