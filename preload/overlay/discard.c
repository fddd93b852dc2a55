/* Undoing: what the upper has at a name goes, and the layers below show again. */
#include "internal.h"

int overlay_discard(const struct overlay *ov, struct path *p)
{
	if (!ov->writable)
		return -EROFS;
	if (p->length == 0)
		return -EBUSY;
	CHANGE(ov, p, true);
	STAGE_SCOPED s;
	stage_begin(ov, &s);
	int error = stage_move(layer_path(&ov->layers[0], p), s.path, 0);
	/* A whiteout may be a file beside. */
	if (error == -ENOENT)
		error = layer_hides(&ov->layers[0], p) ? 0 : error;
	if (error)
		return error;
	whiteout_lift_beside(ov, p);
	return 0;
}
