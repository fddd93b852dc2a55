/*
 * What a descriptor is open on, as far as the kernel can tell: for a child of vfork, which has its
 * parent's table and descriptors of its own.
 */
#include "internal.h"

#include <string.h>

/* True when what the kernel calls REAL may be what D says. */
static bool agrees(const struct descriptor *d, const char *real)
{
	if (d->kind == DESCRIPTOR_NONE || d->length >= sizeof d->path)
		return false;
	if (d->kind == DESCRIPTOR_OUTSIDE)
		return text_same(real, d->path);
	const struct layer *layer = &process_mounts()->at[d->overlay].layers[d->layer];
	if (!text_below(real, strlen(real), layer->root, layer->root_length))
		return false;
	real += layer->root_length;
	const char *rest = text_after(real + (*real == '/'), d->path);
	return rest && (!*rest || text_same(rest, " (deleted)"));
}

ssize_t descriptor_real(int fd, char *real)
{
	char link[40];
	struct text t;
	text_init(&t, link, sizeof link);
	text_add_descriptor(&t, fd);
	ssize_t length = sys_readlink(link, real, PATH_MAX - 1);
	if (length > 0)
		real[length] = 0;
	return length;
}

bool descriptor_ask(int fd, struct descriptor *d)
{
	char real[PATH_MAX], name[PATH_MAX];
	struct place at;
	if (descriptor_real(fd, real) <= 0)
		return false;
	if (agrees(d, real))
		return true;
	if (!reverse_path(real, name) || place_set(&at, name) || !at.overlay ||
	    at.path.length >= sizeof d->path)
		return false;
	d->kind = node_is_dir(&at.node) ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
	d->type = at.node.type;
	d->overlay = at.overlay->index;
	d->layer = at.node.layer;
	d->ino = at.node.ino;
	d->length = at.path.length;
	memcpy(d->path, path_rel(&at.path), at.path.length + 1u);
	return true;
}
