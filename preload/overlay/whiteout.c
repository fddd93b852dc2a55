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

/* An empty file in a directory that says it holds such whiteouts. */
static int place_xattr(const struct overlay *ov, struct path *p)
{
	struct stage s;
	stage_name(ov, &s);
	int error = layer_make_whiteout(s.path, WHITEOUT_XATTR);
	if (error)
		return error;
	struct node parent;
	error = overlay_lookup_parent(ov, p, &parent);
	if (!error && node_merged(ov, &parent)) {
		PATH_PARENT(p);
		CHANGE(ov, p, false);
		error = layer_mark(layer_path(&ov->layers[0], p), "opaque", "x");
	}
	if (!error)
		error = sys_rename(s.path, layer_path(&ov->layers[0], p), 0);
	if (error)
		sys_unlink(s.path);
	return error;
}

static int place_device(const struct overlay *ov, struct path *p, bool upper_has)
{
	if (!upper_has)
		return layer_make_whiteout(layer_path(&ov->layers[0], p), WHITEOUT_DEVICE);
	struct stage s;
	int error = stage_whiteout(ov, &s);
	if (error)
		return error;
	error = sys_rename(s.path, layer_path(&ov->layers[0], p), 0);
	if (error)
		sys_unlink(s.path);
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
	enum whiteout_form form = shared_whiteout_form(ov);
	int error;
	for (;; form++) {
		if (form == WHITEOUT_DEVICE)
			error = place_device(ov, p, upper_has);
		else if (form == WHITEOUT_XATTR)
			error = place_xattr(ov, p);
		else
			return place_file(ov, p, upper_has);
		if (!refused(error))
			return error;
		shared_set_whiteout_form(ov, form + 1);
	}
}

void whiteout_lift_beside(const struct overlay *ov, struct path *p)
{
	mark_beside(ov, p, false);
}
