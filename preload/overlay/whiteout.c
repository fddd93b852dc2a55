/* Putting whiteouts into the upper and taking them away, in the form the upper allows. */
#include "internal.h"

#include <linux/fs.h>
#include <string.h>

static bool refused(int error)
{
	return error == -EPERM || error == -EOPNOTSUPP || error == -EINVAL || error == -ENOSYS;
}

/* Makes or removes the name ".wh.NAME" beside AT. */
static int mark_beside(const struct overlay *ov, const struct grip *at, bool make)
{
	struct path *p = at->path;
	const size_t last = path_last(p);
	PATH_PATCH_SCOPED struct path_patch mark =
		path_patch(p, last, LAYER_WH, path_rel(p) + last, p->length - last);
	if (!mark.size)
		return -ENAMETOOLONG;
	if (!make)
		return sys_unlinkat(at->dirfd, grip_name(at), 0);
	int error = layer_make_whiteout(at->dirfd, grip_name(at), WHITEOUT_FILE);
	/* Nothing stands at the name itself that would refuse a copy: who has made one looks again.
	 */
	change_removed_directory(ov);
	return error;
}

int whiteout_announce(const struct overlay *ov, struct path *p)
{
	struct node parent;
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error || !node_merged(ov, &parent))
		return error;
	PATH_PARENT(p);
	CHANGE(ov, p, false);
	return grip_mark(ov, p, "opaque", "x");
}

#define DEVICE "../overlain.whiteout"

static int link_kept_device(const struct overlay *ov, const struct grip *at)
{
	GRIP_SCOPED work = GRIP_NONE;
	grip_take_work(&work, ov);
	return work.kept ? sys_linkat(work.dirfd, DEVICE, at->dirfd, grip_name(at), 0) : -ENOENT;
}

/*
 * One device stands for many whiteouts by further names of it, as on the kernel's overlay: an inode
 * for each would cost the file system several times as much.
 */
static int link_device(const struct overlay *ov, const struct grip *at)
{
	char spare[PATH_ROOM + 64];
	struct text t;
	int error = link_kept_device(ov, at);
	if (!error || error == -EEXIST)
		return error;
	text_init(&t, spare, sizeof spare);
	text_add(&t, ov->work.reach);
	text_add(&t, DEVICE);
	error = sys_linkat(AT_FDCWD, spare, at->dirfd, grip_name(at), 0);
	if (error == -EMLINK)
		sys_unlink(spare); /* it has as many names as it can */
	else if (error != -ENOENT)
		return error;
	error = layer_make_whiteout(AT_FDCWD, spare, WHITEOUT_DEVICE);
	return error && error != -EEXIST ? error
					 : sys_linkat(AT_FDCWD, spare, at->dirfd, grip_name(at), 0);
}

static int make(const struct overlay *ov, const struct grip *at, enum whiteout_form form)
{
	int error = form == WHITEOUT_DEVICE ? link_device(ov, at) : -ENOENT;
	return error && error != -EEXIST ? layer_make_whiteout(at->dirfd, grip_name(at), form)
					 : error;
}

int whiteout_stage(const struct overlay *ov, struct path *p, struct stage *s)
{
	enum whiteout_form form = shared_whiteout_form(ov);
	int error = -EOPNOTSUPP;
	stage_in_turn(ov, s);
	const struct grip here = grip_plain(s->path);
	for (; form < WHITEOUT_FILE; form++) {
		error = make(ov, &here, form);
		if (!refused(error))
			break;
		shared_set_whiteout_form(ov, form + 1);
	}
	if (form == WHITEOUT_FILE)
		return -EOPNOTSUPP;
	return error || form == WHITEOUT_DEVICE ? error : whiteout_announce(ov, p);
}

static int place_file(const struct overlay *ov, const struct grip *at, bool upper_has)
{
	int error = mark_beside(ov, at, true);
	if (error == -EEXIST)
		error = 0;
	if (!error && upper_has)
		error = sys_unlinkat(at->dirfd, grip_name(at), 0);
	return error;
}

void whiteout_turn(const struct overlay *ov, struct turn *turn)
{
	turn_take(ov, turn);
	if (shared_whiteout_form(ov) == WHITEOUT_FILE)
		turn_move(turn);
}

bool whiteout_is_simple(const struct overlay *ov)
{
	return ov->shared && shared_whiteout_form(ov) == WHITEOUT_DEVICE;
}

/* The device form alone: -EAGAIN where it turns out to be none here. */
static int make_device(const struct overlay *ov, const struct grip *at)
{
	int error = make(ov, at, WHITEOUT_DEVICE);
	if (!refused(error))
		return error;
	shared_set_whiteout_form(ov, WHITEOUT_XATTR);
	return -EAGAIN;
}

int whiteout_make(const struct overlay *ov, struct path *p)
{
	GRIP_SCOPED at = GRIP_NONE;
	int error = grip_take(&at, ov, p);
	return error ? error : make_device(ov, &at);
}

/* Puts one there that stands at the name itself: -EOPNOTSUPP where only ".wh." files can be. */
static int place(const struct overlay *ov, const struct grip *at, bool upper_has)
{
	int error = !upper_has && whiteout_is_simple(ov) ? make_device(ov, at) : -EAGAIN;
	if (error != -EAGAIN)
		return error;
	STAGE_SCOPED s;
	error = whiteout_stage(ov, at->path, &s);
	return error ? error : stage_publish(&s, at, upper_has ? 0 : RENAME_NOREPLACE);
}

int whiteout_place(const struct overlay *ov, struct path *p, bool upper_has)
{
	const bool may_be_file = shared_whiteout_form(ov) == WHITEOUT_FILE || !ov->shared;
	GRIP_SCOPED at = GRIP_NONE;
	int error = grip_take(&at, ov, p);
	if (!error)
		error = place(ov, &at, upper_has);
	if (error != -EOPNOTSUPP)
		return error;
	return may_be_file ? place_file(ov, &at, upper_has) : -EAGAIN;
}

int whiteout_stand_in(const struct overlay *ov, const struct grip *at, struct stage *note)
{
	/* Nobody counts on such files where whiteouts are devices. */
	CHANGE(ov, at->path, true);
	int error = stage_owing(ov, note, at->path);
	if (!error)
		error = mark_beside(ov, at, true);
	/* For so long a name nothing can. */
	return error == -EEXIST || error == -ENAMETOOLONG ? 0 : error;
}

int whiteout_lend(const struct overlay *ov, const struct grip *at, struct stage *note)
{
	int error = whiteout_stand_in(ov, at, note);
	if (!error)
		error = sys_unlinkat(at->dirfd, grip_name(at), 0);
	return error == -ENOENT ? 0 : error; /* the ".wh." file is all there was */
}

/* What lies below a directory does not come to light with it. */
static int keep_opaque(const struct grip *at)
{
	char text[GRIP_PATH];
	struct stat st;
	int error = sys_fstatat(at->dirfd, grip_name(at), &st, AT_SYMLINK_NOFOLLOW);
	return error || !S_ISDIR(st.st_mode) ? 0 : layer_make_opaque(grip_path(at, text));
}

/* Where that can be no other, the ".wh." file is the whiteout. */
void whiteout_return(const struct overlay *ov, const struct grip *at, bool back)
{
	int error = back ? place(ov, at, false) : -EEXIST;
	if (error == -EEXIST)
		error = keep_opaque(at);
	if (!error)
		mark_beside(ov, at, false);
}

void whiteout_lift_beside(const struct overlay *ov, const struct grip *at)
{
	mark_beside(ov, at, false);
}

/* Nothing but marks and whiteouts may be there to be done with: 0, or what else there is to say. */
static int look_at_entry(struct reading *reading, const struct dirent64 *entry, void *data)
{
	(void)data;
	if (layer_is_mark(entry->d_name))
		return 0;
	int whiteout = layer_entry_is_whiteout(reading, entry);
	return whiteout < 0 ? whiteout : whiteout ? 0 : -ENOTEMPTY;
}

int whiteouts_only(const char *path)
{
	return entries_each(path, look_at_entry, NULL);
}

struct dropping {
	unsigned what;
	int more; /* -ENOTEMPTY where there is something else */
};

static int drop_entry(struct reading *reading, const struct dirent64 *entry, void *data)
{
	struct dropping *d = data;
	if (!(d->what & DROP_OWN) && text_same(entry->d_name, LAYER_WH_OPAQUE))
		return 0;
	if (d->what & DROP_XATTR)
		reading->xmarked = XMARKED;
	int whiteout = layer_is_mark(entry->d_name) ? 1 : layer_entry_is_whiteout(reading, entry);
	if (!whiteout)
		d->more = -ENOTEMPTY;
	if (whiteout <= 0)
		return whiteout;
	int error = sys_unlinkat(reading->fd, entry->d_name, 0);
	return error == -ENOENT ? 0 : error;
}

int whiteouts_drop(const char *path, unsigned what)
{
	struct dropping d = {.what = what};
	int error = entries_each(path, drop_entry, &d);
	return d.more ? d.more : error;
}
