/* Undoing: what the upper has at a name goes, and the layers below show again. */
#include "internal.h"

int overlay_discard(const struct overlay *ov, struct path *p)
{
	if (!ov->writable)
		return -EROFS;
	if (p->length == 0)
		return -EBUSY;
	CHANGE(ov, p, true);
	GRIP_SCOPED at = GRIP_NONE;
	STAGE_SCOPED s;
	stage_begin(ov, &s);
	int error = grip_take(&at, ov, p);
	if (!error)
		error = stage_withdraw(&s, &at);
	/* A whiteout may be a file beside. */
	if (error == -ENOENT)
		error = layer_hides(&ov->layers[0], p) ? 0 : error;
	if (error)
		return error;
	whiteout_lift_beside(ov, &at);
	return 0;
}
