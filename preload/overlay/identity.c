/* What stat says of objects in merged: one device, numbers that outlive a copy-up. */
#include "internal.h"

/* As the kernel's "xino": numbers of further file systems are told apart by their highest byte. */
uint64_t overlay_show_ino(const struct overlay *ov, unsigned layer, uint64_t ino)
{
	return ino | (uint64_t)ov->layers[layer].fs << 56;
}

/* Which of the layers' file systems may have that UUID: its number, FOREIGN none, UNCLEAR several.
 */
enum { FOREIGN = -1, UNCLEAR = -2 };
static int file_system_of(const struct overlay *ov, const uint8_t uuid[16])
{
	uint64_t asked = 0;
	int found = FOREIGN;
	for (unsigned i = 1; i < ov->layer_count; i++) {
		struct layer *layer = &ov->layers[i];
		const uint64_t bit = layer->fs < 64 ? 1ULL << layer->fs : 0;
		const bool has = !(asked & bit) && layer_may_have(layer, uuid);
		asked |= bit;
		if (has && found != FOREIGN && found != layer->fs)
			return UNCLEAR;
		if (has)
			found = layer->fs;
	}
	return found;
}

uint64_t overlay_read_origin(const struct overlay *ov, struct path *p)
{
	struct origin origin;
	const char *path = layer_path(&ov->layers[0], p);
	int fs = UNCLEAR, error = layer_read_origin(path, &origin);
	if (!error)
		fs = file_system_of(ov, origin.uuid);
	if (fs == FOREIGN || (error && error != -ENODATA))
		return 0;
	return fs >= 0 && origin.ino ? origin.ino | (uint64_t)fs << 56 : layer_read_number(path);
}

void overlay_show_stat(const struct overlay *ov, const struct node *n, struct stat *st)
{
	st->st_dev = ov->dev;
	st->st_ino = n->ino ? n->ino : overlay_show_ino(ov, n->layer, st->st_ino);
	if (node_merged(ov, n))
		st->st_nlink = 1;
}

bool overlay_is_copy(const struct overlay *ov, const struct node *n, unsigned layer,
		     const struct stat *st)
{
	if (!overlay_in_upper(ov, n) || n->type != IFTODT(st->st_mode))
		return false;
	if (n->ino)
		return n->ino == overlay_show_ino(ov, layer, st->st_ino);
	return !node_is_dir(n) && (n->type != DT_REG || st->st_nlink > 1);
}

int overlay_stat(const struct overlay *ov, struct path *p, struct stat *st)
{
	struct node n;
	int error = overlay_lookup(ov, p, &n);
	if (!error && node_absent(&n))
		error = -ENOENT;
	if (!error)
		error = sys_lstat(overlay_reach(ov, &n, p), st);
	if (!error)
		overlay_show_stat(ov, &n, st);
	return error;
}
