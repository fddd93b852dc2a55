/* New objects: made in place where the name is free, else in workdir and put over the whiteout. */
#include "copy.h"
#include "internal.h"

#include <linux/fs.h>
#include <string.h>

int overlay_may_write_parent(const struct overlay *ov, struct path *p)
{
	struct node parent;
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error)
		return error;
	PATH_PARENT(p);
	error = sys_faccessat(AT_FDCWD, overlay_reach(ov, &parent, p), W_OK | X_OK, AT_EACCESS);
	return error == -EROFS ? 0 : error;
}

/*
 * The upper may have a directory of P's parent only in lower layers; then nobody has checked yet
 * that the caller may write into it.
 */
int may_change_parent(const struct overlay *ov, struct path *p)
{
	struct node parent;
	int error = overlay_lookup_parent(ov, p, &parent);
	return error || overlay_in_upper(ov, &parent) ? error : overlay_may_write_parent(ov, p);
}

/* The same, and then it is. Mostly it is there, which one look tells. */
static int raise_changeable_parent(const struct overlay *ov, struct path *p)
{
	struct node parent;
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error || overlay_in_upper(ov, &parent))
		return error;
	error = overlay_may_write_parent(ov, p);
	return error ? error : overlay_raise_parent(ov, p);
}

/*
 * A whiteout gives way in a turn, in which the name is looked at once more. The descriptor behind
 * it moves out of the way of the one the caller is about to open.
 */
static int take_turn(struct birth *b, const struct overlay *ov, struct path *p)
{
	struct node n;
	turn_take(ov, &b->turn);
	if (b->turn.fd >= 0 && b->type == DT_REG)
		b->turn.fd = layer_keep_high(b->turn.fd);
	int error = overlay_lookup(ov, p, &n);
	if (!error && !node_absent(&n))
		error = -EEXIST;
	b->staged = !error && (n.marks & NODE_COVERED);
	if (!b->staged)
		turn_give(&b->turn);
	return error;
}

/*
 * The access control list that new objects inherit makes the kernel's own call give them their
 * mode: so one that is born in workdir is born there in a directory with the same list.
 */
static int make_nest(struct birth *b)
{
	static const char list[] = "system.posix_acl_default";
	PATH_PARENT(b->final);
	const char *parent = layer_path(&b->overlay->layers[0], b->final);
	if (sys_lgetxattr(parent, list, NULL, 0) <= 0)
		return 0;
	int error = sys_mkdir(b->stage.path, 0700);
	if (!error)
		error = copy_attribute(parent, b->stage.path, list);
	b->nest = strlen(b->stage.path);
	memcpy(b->stage.path + b->nest, "/n", 3);
	return error;
}

/* What is published is out of it; the rest goes with what is half-made. */
static void leave_nest(struct birth *b)
{
	if (!b->nest)
		return;
	b->stage.path[b->nest] = 0;
	b->stage.published = false;
	b->nest = 0;
}

static int begin_stage(struct birth *b)
{
	stage_in_turn(b->overlay, &b->stage);
	int error = make_nest(b);
	if (!error)
		return 0;
	leave_nest(b);
	stage_end(&b->stage);
	turn_give(&b->turn);
	return error;
}

int overlay_birth_announce(struct birth *b, const struct overlay *ov, struct path *p,
			   const struct node *n, uint8_t type)
{
	b->overlay = NULL;
	b->change.overlay = NULL;
	b->stage.overlay = NULL;
	b->turn.taken = false;
	b->grip = GRIP_NONE;
	if (!node_absent(n))
		return -EEXIST;
	if (!ov->writable)
		return overlay_refuses(ov);
	if (layer_is_mark(path_rel(p) + path_last(p)))
		return -EINVAL;
	int error = raise_changeable_parent(ov, p);
	if (error)
		return error;
	b->type = type;
	b->staged = false;
	if (n->marks & NODE_COVERED)
		error = take_turn(b, ov, p);
	if (error)
		return error;
	b->overlay = ov;
	b->final = p;
	b->linked = false;
	b->nest = 0;
	b->lent = false;
	if (b->staged)
		error = begin_stage(b);
	if (error)
		return error;
	b->change = change_begin(ov, p, false);
	return 0;
}

int overlay_birth_grip(struct birth *b)
{
	int error = grip_take(&b->grip, b->overlay, b->final);
	b->dirfd = b->staged ? AT_FDCWD : b->grip.dirfd;
	b->path = b->staged ? b->stage.path : error ? NULL : grip_name(&b->grip);
	return error;
}

int overlay_birth_begin(struct birth *b, const struct overlay *ov, struct path *p,
			const struct node *n, uint8_t type)
{
	int error = overlay_birth_announce(b, ov, p, n, type);
	if (error)
		return error;
	error = overlay_birth_grip(b);
	return error ? overlay_birth_end(b, error) : 0;
}

/*
 * In workdir nothing was inherited from the directory it will live in (inode(7), S_ISGID). Who does
 * not belong to its group cannot give it away to that.
 */
static int inherit_group(const struct birth *b)
{
	struct stat parent, st;
	int error;
	{
		PATH_PARENT(b->final);
		error = sys_lstat(layer_path(&b->overlay->layers[0], b->final), &parent);
	}
	if (error || !(parent.st_mode & S_ISGID))
		return error;
	error = sys_lstat(b->path, &st);
	if (!error)
		error = sys_lchown(b->path, (uid_t)-1, parent.st_gid);
	if (error && error != -EPERM)
		return error;
	return b->type == DT_DIR ? sys_chmod(b->path, (st.st_mode & 07777) | S_ISGID) : 0;
}

int overlay_birth_in_place(struct birth *b)
{
	leave_nest(b);
	stage_end(&b->stage);
	b->staged = false;
	b->linked = true; /* nobody is to believe that no lower has the name */
	b->lent = true;
	turn_move(&b->turn);
	int error = whiteout_lend(b->overlay, &b->grip, &b->stage);
	b->dirfd = b->grip.dirfd;
	b->path = grip_name(&b->grip);
	return error;
}

/* Where the file system has no exchange. */
__attribute__((noinline)) static int publish_in_steps(struct birth *b)
{
	STAGE_SCOPED note;
	turn_move(&b->turn);
	int error = whiteout_lend(b->overlay, &b->grip, &note);
	if (!error)
		error = stage_publish(&b->stage, &b->grip, RENAME_NOREPLACE);
	whiteout_return(b->overlay, &b->grip, error < 0);
	return error;
}

/* A directory cannot replace a whiteout by a plain rename: the two change places. */
static int publish_dir(struct birth *b)
{
	int error = layer_make_opaque(b->path);
	if (error)
		return error;
	error = stage_publish(&b->stage, &b->grip, RENAME_EXCHANGE);
	if (error == -EINVAL)
		return publish_in_steps(b);
	return error == -ENOENT ? stage_publish(&b->stage, &b->grip, RENAME_NOREPLACE) : error;
}

static int publish(struct birth *b)
{
	int error = b->linked ? 0 : inherit_group(b);
	if (error)
		return error;
	error = b->type == DT_DIR ? publish_dir(b) : stage_publish(&b->stage, &b->grip, 0);
	if (!error && shared_whiteout_form(b->overlay) == WHITEOUT_FILE)
		whiteout_lift_beside(b->overlay, &b->grip);
	return error;
}

/* A name that no layer had is now the upper's alone: the next call need not look again. */
static void end_change(struct birth *b, int result)
{
	struct node n = {.type = b->type, .marks = b->staged ? 0 : NODE_PURE};
	if (b->type == DT_DIR)
		n.parts = n.end = 1;
	if (result < 0 || b->linked)
		change_end(&b->change);
	else
		change_end_with(&b->change, &n);
}

int overlay_birth_end(struct birth *b, int result)
{
	int error = b->staged && result >= 0 ? publish(b) : 0;
	result = error ? error : result;
	if (b->lent)
		whiteout_return(b->overlay, &b->grip, result < 0);
	grip_let_go(&b->grip);
	end_change(b, result);
	leave_nest(b);
	stage_end(&b->stage);
	turn_give(&b->turn);
	return result;
}

/* Where a lower has it too, another process may be about to put a whiteout in its place. */
static int link_unhidden(struct birth *b, struct path *from, const struct node *source)
{
	struct node now;
	const struct overlay *ov = b->overlay;
	if (!(source->marks & NODE_PURE)) {
		if (!b->turn.taken)
			turn_take(ov, &b->turn);
		int error = overlay_lookup(ov, from, &now);
		if (!error && node_absent(&now))
			error = -ENOENT;
		if (error)
			return error;
	}
	GRIP_SCOPED at = GRIP_NONE;
	int error = grip_take(&at, ov, from);
	return error ? error : sys_linkat(at.dirfd, grip_name(&at), b->dirfd, b->path, 0);
}

int overlay_link(const struct overlay *ov, struct path *from, struct path *to)
{
	struct node source, n;
	struct birth b;
	int error = overlay_lookup(ov, from, &source);
	if (!error)
		error = node_absent(&source) ? -ENOENT : overlay_lookup(ov, to, &n);
	if (!error && !node_absent(&n))
		error = -EEXIST;
	if (!error && !ov->writable)
		error = -EROFS;
	if (!error)
		error = overlay_may_link(ov, from, &source);
	if (!error && (node_is_dir(&source) || !overlay_in_upper(ov, &source)))
		error = overlay_may_write_parent(ov, to);
	if (!error && node_is_dir(&source))
		error = -EPERM;
	if (!error)
		error = overlay_copy_up(ov, from, &source, NULL);
	if (!error)
		error = overlay_birth_begin(&b, ov, to, &n, source.type);
	if (error)
		return error;
	b.linked = true;
	error = source.ino ? mark_parent_impure(ov, &b.grip) : 0;
	if (!error)
		error = link_unhidden(&b, from, &source);
	return overlay_birth_end(&b, error);
}
