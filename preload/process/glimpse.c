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

/* The last component of REST, which ends at END; "" behind a slash. */
static const char *last_of(const char *rest, const char *end)
{
	while (end > rest && end[-1] != '/')
		end--;
	return end;
}

/* True where a layer may have NAME. */
static bool is_plain(const char *name)
{
	const bool dots = name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
	return *name && !dots && !layer_is_mark(name);
}

/*
 * The way to what node says, in its layer: PATH as it was asked, or from a directory kept open.
 * That may be the one PATH begins in, but who asks again is to get his own.
 */
static bool find_way(struct glimpse *g, const struct spot *spot, const char *rest, const char *end)
{
	if (spot->layer == g->node.layer)
		return true;
	g->way.name = last_of(rest, end);
	if (way_kept(&g->way, g->overlay, g->node.dir, g->node.layer))
		return true;
	g->way.name = rest;
	return g->unseen && way_kept(&g->way, g->overlay, spot->hash.name, g->node.layer);
}

__attribute__((hot)) bool glimpse(struct glimpse *g, int dirfd, const char *path, unsigned flags)
{
	struct spot spot;
	const char *rest;
	struct path_hash dir;
	if (!process_ready() || process_mounts()->count > 1)
		return false;
	ssize_t size = pointer_string(path, PATH_MAX);
	if (size <= 0 || !begin(&spot, dirfd, path, (size_t)size, &rest) || !spot.overlay->joined)
		return false;
	const char *const end = path + size;
	if (rest == end)
		return false;
	struct path_hash hash = path_hash(spot.hash, rest, (size_t)(end - rest), &dir);
	g->overlay = spot.overlay;
	g->way = (struct way){.dirfd = dirfd, .name = path};
	g->unseen = !overlay_recall_hash(spot.overlay, hash, &g->node);
	if (!g->unseen)
		return (g->node.type != DT_LNK || !(flags & PLACE_FOLLOW)) &&
		       (node_absent(&g->node) || find_way(g, &spot, rest, end));
	const char *const name = dir.name == spot.hash.name ? rest : last_of(rest, end);
	if (!(flags & PLACE_UNSEEN) || !is_plain(name) ||
	    !overlay_sole(spot.overlay, hash, dir, name, &g->sole))
		return false;
	g->node = (struct node){.dir = dir.name, .layer = g->sole.layer};
	return find_way(g, &spot, rest, end);
}

bool glimpse_learn(struct glimpse *g, int error, const struct stat *st, unsigned flags)
{
	return (!error || error == ENOENT) && way_same(&g->way) &&
	       overlay_learn(g->overlay, &g->sole, error ? NULL : st, &g->node) &&
	       (g->node.type != DT_LNK || !(flags & PLACE_FOLLOW));
}
