/*
 * A look at what is remembered. A name that is asked for from its own directory, or lies in one
 * that is kept open, needs no path: its hash finds it, and the caller's own text leads there.
 */
#include "overlain/process.h"

/* Where PATH begins; what follows goes to REST. */
static bool begin(struct spot *spot, int dirfd, const char *path, size_t length, const char **rest)
{
	*rest = path;
	if (*path != '/')
		return dirfd == AT_FDCWD ? cwd_spot(spot) : descriptor_spot(dirfd, spot);
	const struct overlay *ov = process_overlay(path, length, rest);
	*rest += **rest == '/';
	*spot = (struct spot){ov, PATH_HASH_ROOT, BASE_ANY};
	return ov != NULL;
}

__attribute__((hot)) bool glimpse(struct glimpse *g, int dirfd, const char *path, unsigned flags)
{
	struct spot spot;
	const char *rest;
	struct path_hash dir;
	if (!process_ready() || process_mounts()->count > 1)
		return false;
	ssize_t size = pointer_string(path, PATH_MAX);
	if (size <= 0 || !begin(&spot, dirfd, path, (size_t)size, &rest))
		return false;
	size_t length = (size_t)(path + size - rest);
	struct path_hash hash = path_hash(spot.hash, rest, length, &dir);
	if (!length || !overlay_recall_hash(spot.overlay, hash, &g->node) ||
	    (g->node.type == DT_LNK && (flags & PLACE_FOLLOW)))
		return false;
	g->overlay = spot.overlay;
	g->way = (struct way){.dirfd = dirfd, .name = path};
	if (node_absent(&g->node) || spot.layer == g->node.layer)
		return true;
	g->way.name = rest + place_parent_length(rest, length);
	return way_kept(&g->way, spot.overlay, &g->node);
}
