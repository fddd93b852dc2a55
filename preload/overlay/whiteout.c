/* Putting whiteouts into the upper and taking them away, in the form the upper allows. */
#include "internal.h"

#include <string.h>

static bool refused(int error)
{
	return error == -EPERM || error == -EOPNOTSUPP || error == -EINVAL || error == -ENOSYS;
}

/* Makes or removes the name ".wh.NAME" beside P. */
static int mark_beside(const struct overlay *ov, struct path *p, bool make)
{
	const size_t last = path_last(p);
	PATH_PATCH_SCOPED struct path_patch mark =
		path_patch(p, last, LAYER_WH, path_rel(p) + last, p->length - last);
	if (!mark.size)
		return -ENAMETOOLONG;
	char *path = layer_path(&ov->layers[0], p);
	return make ? layer_make_whiteout(path, WHITEOUT_FILE) : sys_unlink(path);
}

/* Says of P's directory that whiteouts in it may be marked files. */
static int mark_parent(const struct overlay *ov, struct path *p)
{
	struct node parent;
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error || !node_merged(ov, &parent))
		return error;
	PATH_PARENT(p);
	CHANGE(ov, p, false);
	return layer_mark(layer_path(&ov->layers[0], p), "opaque", "x");
}

int whiteout_stage(const struct overlay *ov, struct path *p, struct stage *s)
{
	enum whiteout_form form = shared_whiteout_form(ov);
	int error = -EOPNOTSUPP;
	stage_name(ov, s);
	for (; form < WHITEOUT_FILE; form++) {
		error = layer_make_whiteout(s->path, form);
		if (!refused(error))
			break;
		shared_set_whiteout_form(ov, form + 1);
	}
	if (form == WHITEOUT_FILE)
		return -EOPNOTSUPP;
	if (!error && form == WHITEOUT_XATTR)
		error = mark_parent(ov, p);
	if (error)
		sys_unlink(s->path);
	return error;
}

static int place_file(const struct overlay *ov, struct path *p, bool upper_has)
{
	int error = mark_beside(ov, p, true);
	if (error == -EEXIST)
		error = 0;
	if (!error && upper_has)
		error = sys_unlink(layer_path(&ov->layers[0], p));
	return error;
}

int whiteout_place(const struct overlay *ov, struct path *p, bool upper_has)
{
	struct stage s;
	if (!upper_has && shared_whiteout_form(ov) == WHITEOUT_DEVICE) {
		int made = layer_make_whiteout(layer_path(&ov->layers[0], p), WHITEOUT_DEVICE);
		if (!refused(made))
			return made;
	}
	int error = whiteout_stage(ov, p, &s);
	if (error == -EOPNOTSUPP)
		return place_file(ov, p, upper_has);
	if (!error)
		error = sys_rename(s.path, layer_path(&ov->layers[0], p), 0);
	if (error)
		sys_unlink(s.path);
	return error;
}

void whiteout_lift_beside(const struct overlay *ov, struct path *p)
{
	mark_beside(ov, p, false);
}
