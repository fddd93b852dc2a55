/* What keeps an object from moving, asked in the kernel's order before anything is done. */
#include "rename.h"

#include <linux/fs.h>
#include <string.h>

static bool within(const struct path *inner, const struct path *outer)
{
	const char *i = inner->bytes + PATH_ROOM, *o = outer->bytes + PATH_ROOM;
	return inner->length > outer->length && i[outer->length] == '/' &&
	       memcmp(i, o, outer->length) == 0;
}

bool rename_is_stuck(const struct overlay *ov, const struct node *n)
{
	return node_is_dir(n) && (!overlay_in_upper(ov, n) || node_merged(ov, n));
}

/* Something must be copied up before that end can move. */
static bool comes_up(const struct overlay *ov, const struct end *e)
{
	return rename_is_stuck(ov, &e->node) || !overlay_in_upper(ov, &e->node);
}

static bool parent_comes_up(const struct overlay *ov, const struct end *e)
{
	struct node parent;
	return overlay_lookup_parent(ov, e->path, &parent) || !overlay_in_upper(ov, &parent);
}

/* What rename(2) says of the names. */
static int check_names(const struct overlay *ov, const struct end *from, const struct end *to,
		       unsigned flags)
{
	const struct node *f = &from->node, *t = &to->node;
	bool exchange = flags & RENAME_EXCHANGE;
	if (!ov->writable)
		return overlay_refuses(ov);
	if (node_absent(f) || (exchange && node_absent(t)))
		return -ENOENT;
	if (!node_absent(t) && (flags & RENAME_NOREPLACE))
		return -EEXIST;
	if (within(to->path, from->path) || layer_is_mark(path_rel(to->path) + path_last(to->path)))
		return -EINVAL;
	if (within(from->path, to->path))
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

/* Then of what they stand for. */
static int check_types(const struct end *from, const struct end *to, unsigned flags)
{
	const struct node *f = &from->node, *t = &to->node;
	if ((flags & RENAME_EXCHANGE) || node_absent(t) || node_is_dir(f) == node_is_dir(t))
		return 0;
	return node_is_dir(f) ? -ENOTDIR : -EISDIR;
}

/* And at last of what can be done. */
static int check_objects(const struct overlay *ov, const struct end *from, const struct end *to,
			 unsigned flags)
{
	const struct node *f = &from->node, *t = &to->node;
	bool exchange = flags & RENAME_EXCHANGE;
	if (flags & RENAME_WHITEOUT)
		return -EINVAL;
	if (ov->redirect_off && (rename_is_stuck(ov, f) || (exchange && rename_is_stuck(ov, t))))
		return -EXDEV;
	if (exchange || node_absent(t))
		return 0;
	return node_is_dir(t) ? overlay_is_empty(ov, to->path, &to->node) : 0;
}

/* A directory that changes its parent must be writable itself. */
static int may_leave(const struct overlay *ov, const struct end *from, const struct end *to)
{
	const size_t length = path_parent_length(from->path);
	if (!node_is_dir(&from->node) ||
	    (length == path_parent_length(to->path) &&
	     memcmp(path_rel(from->path), path_rel(to->path), length) == 0))
		return 0;
	const char *path = overlay_reach(ov, &from->node, from->path);
	return sys_faccessat(AT_FDCWD, path, W_OK, AT_EACCESS);
}

/*
 * Permission is asked for in between, in the kernel's order: where all is well and nothing has to
 * come up or to be cleared for it, the move itself answers.
 */
int rename_check(const struct overlay *ov, const struct end *from, const struct end *to,
		 unsigned flags)
{
	int error = check_names(ov, from, to, flags);
	if (error)
		return error;
	const int type = check_types(from, to, flags);
	error = type ? type : check_objects(ov, from, to, flags);
	bool exchange = flags & RENAME_EXCHANGE;
	if (!error && !comes_up(ov, from) && !(exchange && comes_up(ov, to)) &&
	    !parent_comes_up(ov, to) && !node_is_dir(&to->node))
		return 0;
	int denied = overlay_may_write_parent(ov, from->path);
	if (!denied)
		denied = overlay_may_write_parent(ov, to->path);
	if (!denied && !type)
		denied = may_leave(ov, from, to);
	if (!denied && exchange)
		denied = may_leave(ov, to, from);
	return denied ? denied : error;
}
