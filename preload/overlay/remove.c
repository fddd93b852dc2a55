/* unlink and rmdir: what a lower layer has is hidden, what only the upper has is gone. */
#include "internal.h"

#include <linux/fs.h>
#include <string.h>

static int may_remove(const struct overlay *ov, struct path *p, const struct node *n)
{
	if (!ov->writable)
		return overlay_refuses(ov);
	if (node_absent(n))
		return -ENOENT;
	return may_change_parent(ov, p);
}

/* What is gone is known to be gone. */
static void end_removal(struct change *change, int error, bool below)
{
	const struct node gone = {.marks = below ? NODE_COVERED : 0};
	if (error)
		change_end(change);
	else
		change_end_with(change, &gone);
}

/* In a turn: N again, and -EAGAIN where another process made something else of it. */
static int look_once_more(const struct overlay *ov, struct path *p, struct node *n)
{
	const struct node before = *n;
	int error = overlay_lookup(ov, p, n);
	return error ? error : node_same(&before, n) ? 0 : -EAGAIN;
}

/* What others put at the name while it was looked at makes it another name: look again. */
#define TRIES 32
static int persist(const struct overlay *ov, struct path *p,
		   int (*attempt)(const struct overlay *ov, struct path *p))
{
	int error = -EAGAIN;
	for (int i = 0; i < TRIES && (error == -EAGAIN || error == -EEXIST); i++) {
		if (i > 0)
			overlay_forget(ov, p);
		error = attempt(ov, p);
	}
	return error == -EAGAIN || error == -EEXIST ? -EBUSY : error;
}

static int remove_name(const struct overlay *ov, struct path *p, int flags)
{
	GRIP_SCOPED at = GRIP_NONE;
	int error = grip_take(&at, ov, p);
	return error ? error : sys_unlinkat(at.dirfd, grip_name(&at), flags);
}

static int try_unlink(const struct overlay *ov, struct path *p)
{
	struct node n;
	bool below;
	TURN_SCOPED turn = {.taken = false};
	int error = overlay_lookup(ov, p, &n);
	if (!error)
		error = may_remove(ov, p, &n);
	if (!error && node_is_dir(&n))
		error = overlay_may_write_parent(ov, p);
	if (!error && node_is_dir(&n))
		error = -EISDIR;
	if (!error)
		error = overlay_lower_has(ov, p, &n, &below);
	if (!error)
		error = overlay_raise_parent(ov, p);
	const bool upper_has = overlay_in_upper(ov, &n);
	if (!error && below && (upper_has || !whiteout_is_simple(ov))) {
		whiteout_turn(ov, &turn);
		error = look_once_more(ov, p, &n);
	}
	if (error)
		return error;
	struct change change = change_begin(ov, p, false);
	if (!below)
		error = remove_name(ov, p, 0);
	else
		error = turn.taken ? whiteout_place(ov, p, upper_has) : whiteout_make(ov, p);
	end_removal(&change, error, below);
	return error;
}

/*
 * What a lower shows is hidden by one call, which fails where the upper has something of that name:
 * so that need not be asked before. Where this is not done, nothing has changed.
 */
static bool hide(const struct overlay *ov, struct path *p)
{
	struct node parent, n;
	const struct path_key key = path_key(p);
	if (!whiteout_is_simple(ov) || !p->length || overlay_recall_hash(ov, key.hash, &n) ||
	    overlay_lookup_parent(ov, p, &parent) || !overlay_in_upper(ov, &parent) ||
	    overlay_step_below(ov, &parent, p, key.parent, &n) || node_absent(&n) ||
	    node_is_dir(&n))
		return false;
	struct change change = change_begin_key(ov, key, false);
	int error = whiteout_make(ov, p);
	end_removal(&change, error, true);
	return !error;
}

int overlay_unlink(const struct overlay *ov, struct path *p)
{
	return hide(ov, p) ? 0 : persist(ov, p, try_unlink);
}

/* The upper's directory moves out to STAGE, whiteouts inside and all, and one rename decides. */
static int move_out(const struct overlay *ov, struct path *p, const struct grip *at, bool below,
		    struct stage *s)
{
	if (!below) {
		stage_in_turn(ov, s);
		return stage_withdraw(s, at);
	}
	int error = whiteout_stage(ov, p, s);
	return error ? error : stage_publish(s, at, RENAME_EXCHANGE);
}

/* Where no whiteout can change places with it, a ".wh." file goes before. */
__attribute__((noinline)) static int remove_in_steps(const struct overlay *ov,
						     const struct grip *at)
{
	STAGE_SCOPED note, s;
	stage_in_turn(ov, &s);
	int error = whiteout_stand_in(ov, at, &note);
	bool out = !error && !(error = stage_withdraw(&s, at));
	if (out)
		error = stage_remove(&s);
	if (out && error && stage_publish(&s, at, 0))
		error = 0;
	whiteout_return(ov, at, !error);
	return error;
}

/* What another process put into it since it was found empty brings it back. */
static int remove_upper_dir(const struct overlay *ov, struct path *p, bool below)
{
	GRIP_SCOPED at = GRIP_NONE;
	STAGE_SCOPED s;
	s.overlay = NULL;
	int error = grip_take(&at, ov, p);
	if (!error)
		error = move_out(ov, p, &at, below, &s);
	if (below && (error == -EOPNOTSUPP || error == -EINVAL))
		return remove_in_steps(ov, &at);
	if (error)
		return error;
	error = stage_remove(&s);
	const unsigned flags = below ? RENAME_EXCHANGE : 0;
	return error && stage_publish(&s, &at, flags) == 0 ? error : 0;
}

/* Permission is asked before what stands in the way. */
static int check_empty(const struct overlay *ov, struct path *p, const struct node *n)
{
	int error = overlay_is_empty(ov, p, n),
	    denied = error ? overlay_may_write_parent(ov, p) : 0;
	return denied ? denied : error;
}

static int remove_dir(const struct overlay *ov, struct path *p, const struct node *n, bool below)
{
	return overlay_in_upper(ov, n) ? remove_upper_dir(ov, p, below)
				       : whiteout_place(ov, p, false);
}

/* Nothing of it lies below: it is gone at once unless something is left in it. */
static int remove_pure(const struct overlay *ov, struct path *p)
{
	struct change change = change_begin(ov, p, false);
	int error = remove_name(ov, p, AT_REMOVEDIR);
	if (!error)
		change_removed_directory(ov);
	end_removal(&change, error, false);
	return error;
}

static int try_rmdir(const struct overlay *ov, struct path *p)
{
	struct node n;
	bool below;
	TURN_SCOPED turn = {.taken = false};
	if (p->length == 0)
		return -EBUSY;
	int error = overlay_lookup(ov, p, &n);
	if (!error)
		error = may_remove(ov, p, &n);
	if (!error && !node_is_dir(&n))
		error = overlay_may_write_parent(ov, p);
	if (!error && !node_is_dir(&n))
		error = -ENOTDIR;
	if (!error)
		error = overlay_lower_has(ov, p, &n, &below);
	if (!error && !below && !node_merged(ov, &n)) {
		error = remove_pure(ov, p);
		if (error != -ENOTEMPTY)
			return error;
		error = 0;
	}
	if (error)
		return error;
	turn_take(ov, &turn);
	error = look_once_more(ov, p, &n);
	/* While it changes, nothing is known of what lies in it. */
	if (!error)
		error = check_empty(ov, p, &n);
	if (!error)
		error = overlay_raise_parent(ov, p);
	if (error)
		return error;
	turn_move(&turn);
	struct change change = change_begin(ov, p, false);
	error = remove_dir(ov, p, &n, below);
	if (!error)
		change_removed_directory(ov);
	end_removal(&change, error, below);
	return error;
}

int overlay_rmdir(const struct overlay *ov, struct path *p)
{
	return persist(ov, p, try_rmdir);
}
