/* rename: everything that moves is in the upper first, then one rename decides. */
#include "rename.h"

#include <linux/fs.h>
#include <string.h>

int mark_opaque(const struct overlay *ov, struct path *p)
{
	char text[GRIP_PATH];
	GRIP_SCOPED at = GRIP_NONE;
	int error = grip_take(&at, ov, p);
	return error ? error : layer_make_opaque(grip_path(&at, text));
}

/* Both ends are one: there is nothing to do. */
#define SAME 1

static int look_at(const struct overlay *ov, struct end *e)
{
	if (e->path->length == 0)
		return -EBUSY;
	return overlay_lookup(ov, e->path, &e->node);
}

/* Brings one end into the upper whole, so that it can move. */
static int raise(const struct overlay *ov, struct end *e)
{
	int error = overlay_raise_parent(ov, e->path);
	if (!error)
		error = overlay_lower_has(ov, e->path, &e->node, &e->below);
	if (error || node_absent(&e->node))
		return error;
	if (!node_is_dir(&e->node))
		return overlay_copy_up(ov, e->path, &e->node, NULL);
	return rename_is_stuck(ov, &e->node) ? overlay_copy_up_tree(ov, e->path, &e->node) : 0;
}

/* A directory that arrives in a merged one must not merge with what lies below it. */
static int hide_below(const struct overlay *ov, const struct end *moving, const struct end *place)
{
	struct node parent;
	int error = overlay_lookup_parent(ov, place->path, &parent);
	if (error || !node_is_dir(&moving->node) || !node_merged(ov, &parent))
		return error;
	return mark_opaque(ov, moving->path);
}

/* An arriving object with an origin makes its new directory impure. */
static void mark_impure(const struct overlay *ov, const struct end *moving, const struct end *place)
{
	if (moving->node.ino)
		mark_parent_impure(ov, &place->grip);
}

/* Renames in the upper. */
static int rename_there(const struct end *from, const struct end *to, unsigned how)
{
	return sys_renameat(from->grip.dirfd, grip_name(&from->grip), to->grip.dirfd,
			    grip_name(&to->grip), how);
}

static int exchange(const struct overlay *ov, struct end *from, struct end *to)
{
	int error = hide_below(ov, from, to);
	if (!error)
		error = hide_below(ov, to, from);
	if (error)
		return error;
	mark_impure(ov, from, to);
	mark_impure(ov, to, from);
	return rename_there(from, to, RENAME_EXCHANGE);
}

/*
 * Without whiteouts an opaque one hides what they hid. A mark must not be in it: where it takes no
 * attribute, a ".wh." file beside does, and NOTE tells of that.
 */
static int clear_in_place(const struct overlay *ov, const struct end *to, const char *path,
			  struct stage *note)
{
	int error = to->below ? layer_mark(path, "opaque", "y") : 0;
	if (error == -EOPNOTSUPP)
		error = whiteout_stand_in(ov, &to->grip, note);
	const unsigned what = to->node.marks & NODE_XWHITE ? DROP_OWN | DROP_XATTR : DROP_OWN;
	return error ? error : whiteouts_drop(path, what);
}

/*
 * An empty directory in the way may still hold whiteouts in the upper: one like it, without them,
 * takes its place. What another process made in it meanwhile brings it back.
 */
static int clear_target(const struct overlay *ov, const struct end *to, struct stage *note)
{
	if (!node_is_dir(&to->node) || !overlay_in_upper(ov, &to->node))
		return 0;
	char text[GRIP_PATH];
	STAGE_SCOPED s;
	stage_in_turn(ov, &s);
	int error = sys_mkdir(s.path, 0700);
	if (!error && to->below)
		error = layer_mark(s.path, "opaque", "y");
	if (!error)
		error = object_dress(grip_path(&to->grip, text), s.path);
	if (!error)
		error = stage_publish(&s, &to->grip, RENAME_EXCHANGE);
	if (error == -EINVAL || error == -EOPNOTSUPP)
		return clear_in_place(ov, to, grip_path(&to->grip, text), note);
	if (error)
		return error;
	error = stage_remove(&s);
	return error && stage_publish(&s, &to->grip, RENAME_EXCHANGE) == 0 ? error : 0;
}

/*
 * Where the file system knows no such flags: ".wh." files stand in for the whiteout that is to be
 * at the old name and, GIVING_WAY, for the one at the new, and one plain rename decides.
 */
__attribute__((noinline)) static int move_in_steps(const struct overlay *ov,
						   const struct turn *turn, const struct end *from,
						   const struct end *to, unsigned how,
						   bool giving_way)
{
	STAGE_SCOPED note = {.overlay = NULL}, other = {.overlay = NULL};
	turn_move(turn);
	int error = giving_way ? whiteout_lend(ov, &to->grip, &other) : 0;
	if (!error && from->below)
		error = whiteout_stand_in(ov, &from->grip, &note);
	if (!error)
		error = rename_there(from, to, how);
	if (note.overlay)
		whiteout_return(ov, &from->grip, !error);
	if (giving_way)
		whiteout_return(ov, &to->grip, error < 0);
	return error;
}

/*
 * What moves changes places with the whiteout that lies at its new name: a file with an attribute
 * wants to be announced where it is left.
 */
static int swap_with_whiteout(const struct overlay *ov, const struct end *from,
			      const struct end *to)
{
	struct stat st;
	const struct grip *at = &to->grip;
	const bool file = !sys_fstatat(at->dirfd, grip_name(at), &st, AT_SYMLINK_NOFOLLOW) &&
			  S_ISREG(st.st_mode);
	int error = file && from->below ? whiteout_announce(ov, from->path) : 0;
	return error ? error : rename_there(from, to, RENAME_EXCHANGE);
}

/*
 * The move itself, leaving a whiteout where a lower would show through. A directory cannot come to
 * lie upon the whiteout at its new name.
 */
static int move(const struct overlay *ov, const struct turn *turn, struct end *from, struct end *to,
		unsigned flags)
{
	bool covered = to->node.marks & NODE_COVERED;
	unsigned how = covered ? 0 : flags;
	if (covered && node_is_dir(&from->node)) {
		int error = swap_with_whiteout(ov, from, to);
		if (!error && !from->below)
			sys_unlinkat(from->grip.dirfd, grip_name(&from->grip), 0);
		if (error == -EINVAL)
			return move_in_steps(ov, turn, from, to, how, true);
		if (error != -ENOENT)
			return error;
	}
	if (!from->below)
		return rename_there(from, to, how);
	int error = rename_there(from, to, how | RENAME_WHITEOUT);
	return error == -EINVAL || error == -EPERM ? move_in_steps(ov, turn, from, to, how, false)
						   : error;
}

/*
 * Two names of one object: rename(2) does nothing then. The file system says so by itself, unless
 * it is asked for a whiteout.
 */
static bool is_one(const struct overlay *ov, const struct end *from, const struct end *to,
		   unsigned flags)
{
	struct stat f, t;
	if (node_absent(&from->node))
		return false;
	if (text_same(path_rel(from->path), path_rel(to->path)))
		return true;
	return (flags & RENAME_WHITEOUT) && from->node.type == to->node.type &&
	       overlay_in_upper(ov, &from->node) && overlay_in_upper(ov, &to->node) &&
	       sys_lstat(overlay_reach(ov, &from->node, from->path), &f) == 0 &&
	       sys_lstat(overlay_reach(ov, &to->node, to->path), &t) == 0 && f.st_ino == t.st_ino;
}

/* Everything but the move, which takes long where much has to come up. */
static int prepare(const struct overlay *ov, struct end *from, struct end *to, unsigned flags)
{
	int error = look_at(ov, from);
	if (!error)
		error = look_at(ov, to);
	if (!error && is_one(ov, from, to, flags))
		return flags & RENAME_NOREPLACE ? -EEXIST : SAME;
	if (!error)
		error = rename_check(ov, from, to, flags);
	if (!error)
		error = raise(ov, from);
	if (!error && (flags & RENAME_EXCHANGE))
		return raise(ov, to);
	if (!error)
		error = overlay_raise_parent(ov, to->path);
	return error ? error : overlay_lower_has(ov, to->path, &to->node, &to->below);
}

/* Without whiteouts and directories one rename is all there is to it. */
static bool needs_turn(const struct end *from, const struct end *to, unsigned flags)
{
	return from->below || (to->node.marks & NODE_COVERED) || (flags && to->below) ||
	       node_is_dir(&from->node) || node_is_dir(&to->node);
}

static int change(const struct overlay *ov, const struct turn *turn, struct end *from,
		  struct end *to, unsigned flags)
{
	int error = grip_take(&from->grip, ov, from->path);
	if (!error)
		error = grip_take_beside(&to->grip, &from->grip, ov, to->path);
	if (error)
		return error;
	if (flags & RENAME_EXCHANGE)
		return exchange(ov, from, to);
	STAGE_SCOPED note = {.overlay = NULL};
	error = hide_below(ov, from, to);
	if (!error)
		error = clear_target(ov, to, &note);
	if (!error) {
		mark_impure(ov, from, to);
		error = move(ov, turn, from, to, flags);
	}
	if (note.overlay)
		whiteout_return(ov, &to->grip, false);
	return error;
}

int overlay_rename(const struct overlay *ov, struct path *from_path, struct path *to_path,
		   unsigned flags)
{
	struct end from = {.path = from_path, .grip = GRIP_NONE};
	struct end to = {.path = to_path, .grip = GRIP_NONE};
	const unsigned known = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;
	TURN_SCOPED turn = {.taken = false};
	if ((flags & ~known) || ((flags & RENAME_EXCHANGE) && flags != RENAME_EXCHANGE))
		return -EINVAL;
	int error = prepare(ov, &from, &to, flags);
	if (!error && needs_turn(&from, &to, flags)) {
		whiteout_turn(ov, &turn);
		error = prepare(ov, &from, &to, flags);
	}
	if (error)
		return error == SAME ? 0 : error;
	bool tree = node_is_dir(&from.node) || node_is_dir(&to.node);
	if (tree)
		turn_move(&turn);
	CHANGE(ov, from_path, tree);
	CHANGE(ov, to_path, tree);
	error = change(ov, &turn, &from, &to, flags);
	if (!error && !(flags & RENAME_EXCHANGE) && shared_whiteout_form(ov) == WHITEOUT_FILE)
		whiteout_lift_beside(ov, &to.grip);
	grip_let_go(&from.grip);
	grip_let_go(&to.grip);
	return error;
}
