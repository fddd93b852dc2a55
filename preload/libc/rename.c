/* Names that move. */
#include "two_names.h"

/* From one file system to another: the kernel sees that before it looks at the names themselves. */
static int across(const struct place *from, const struct place *to)
{
	int error = two_names_parent(from);
	if (!error)
		error = two_names_parent(to);
	return error ? error : -EXDEV;
}

/* A slash wants a directory: the one that moves, or in an exchange the one that is there as well.
 */
static int check_slashes(const struct place *from, const struct place *to, unsigned flags)
{
	bool exchange = flags & RENAME_EXCHANGE;
	if (!from->slash && !to->slash)
		return 0;
	if (node_absent(&from->node) || (exchange && node_absent(&to->node)))
		return -ENOENT;
	if ((flags & RENAME_NOREPLACE) && !node_absent(&to->node))
		return -EEXIST;
	const struct place *of_to = exchange ? to : from;
	if ((from->slash && !node_is_dir(&from->node)) || (to->slash && !node_is_dir(&of_to->node)))
		return -ENOTDIR;
	return 0;
}

/* What stands at the name AT, inside or outside. */
static uint8_t type_at(const struct place *at)
{
	struct stat st;
	if (at->overlay)
		return at->node.type;
	if (sys_fstatat(at->dirfd, at->name, &st, AT_SYMLINK_NOFOLLOW))
		return DT_UNKNOWN;
	return IFTODT(st.st_mode);
}

/* One of the two is merged itself, which is where it is; what is wrong with the names comes first.
 */
static int root_stays(const struct place *from, const struct place *to, unsigned flags)
{
	const uint8_t old = type_at(from), new = type_at(to);
	if (old == DT_UNKNOWN || ((flags & RENAME_EXCHANGE) && new == DT_UNKNOWN))
		return -ENOENT;
	if ((flags & RENAME_NOREPLACE) && new != DT_UNKNOWN)
		return -EEXIST;
	if ((flags & RENAME_EXCHANGE) || new == DT_UNKNOWN || (old == DT_DIR) == (new == DT_DIR))
		return -EBUSY;
	return new == DT_DIR ? -EISDIR : -ENOTDIR;
}

static int rename_inside(struct place *from, struct place *to, unsigned flags)
{
	const bool from_root = from->overlay && !from->path.length;
	const bool to_root = to->overlay && !to->path.length;
	if (from_root && from->overlay == to->overlay)
		return flags & RENAME_NOREPLACE ? -EEXIST : 0;
	if (from_root || to_root)
		return root_stays(from, to, flags);
	if (!from->overlay->writable)
		return overlay_refuses(from->overlay);
	int error = check_slashes(from, to, flags);
	if (error)
		return error;
	/* A directory that gives way is removed. */
	CLOSE_SCOPED int held = flags & RENAME_EXCHANGE ? -1 : descriptor_hold(to);
	error = overlay_rename(from->overlay, &from->path, &to->path, flags);
	if (!error && held >= 0)
		descriptor_gone(to, held);
	if (!error)
		descriptor_moved(from, to, flags & RENAME_EXCHANGE);
	return error;
}

enum { RENAMEAT2, RENAMEAT, RENAME };

static int rename_outside(const struct two_names *r, const struct place *from,
			  const struct place *to)
{
	place_links_made(); /* it may be one that moves */
	if (r->how == RENAME)
		return NEXT(rename)(from->name, to->name);
	if (r->how == RENAMEAT)
		return NEXT(renameat)(from->dirfd, from->name, to->dirfd, to->name);
	return NEXT(renameat2)(from->dirfd, from->name, to->dirfd, to->name, (unsigned)r->flags);
}

static int find_ends(const struct two_names *r, struct place *from, struct place *to, unsigned how)
{
	to->cramped = false;
	int error = removal_error(from, place_find(from, r->from_fd, r->old, PLACE_NAME));
	if (error)
		return error;
	error = removal_error(to, place_find(to, r->to_fd, r->new, PLACE_NAME | how));
	/* What is not there is not asked where it goes. */
	return error == -ENAMETOOLONG && from->overlay && node_absent(&from->node) ? -ENOENT
										   : error;
}

/* The overlay whose directory the name AT lies in; NULL outside, where merged's own name is, too.
 */
static const struct overlay *lies_in(const struct place *at)
{
	if (at->dots)
		return at->dots_in;
	return at->overlay && at->path.length ? at->overlay : NULL;
}

static int move(const struct two_names *r, struct place *from, struct place *to, unsigned to_how)
{
	int result, error = find_ends(r, from, to, to_how);
	if (error && !to->cramped)
		return (int)edge(error);
	error = place_pair(from, to);
	if (error && !to->cramped)
		return (int)edge(error);
	do {
		bool outside = !from->overlay && !to->overlay;
		if (to->cramped)
			return TWO_NAMES_CRAMPED;
		if (lies_in(from) != lies_in(to))
			return (int)edge(across(from, to));
		if (!outside && path_ends_in_dots(r->old))
			return (int)edge(-EBUSY);
		if (!outside && path_ends_in_dots(r->new))
			return (int)edge(r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY);
		result = outside ? rename_outside(r, from, to)
				 : (int)edge(rename_inside(from, to, (unsigned)r->flags));
	} while (again(result, from) || again(result, to));
	return result;
}

static int rename_by(const struct two_names *r)
{
	const int known = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;
	if ((r->flags & ~known) ||
	    ((r->flags & RENAME_EXCHANGE) && (r->flags & (RENAME_NOREPLACE | RENAME_WHITEOUT))))
		return (int)edge(-EINVAL);
	return two_names(move, r);
}

int renameat2(int from_fd, const char *old, int to_fd, const char *new, unsigned flags)
{
	return rename_by(&(struct two_names){RENAMEAT2, from_fd, to_fd, old, new, (int)flags});
}

int renameat(int from_fd, const char *old, int to_fd, const char *new)
{
	return rename_by(&(struct two_names){RENAMEAT, from_fd, to_fd, old, new, 0});
}

int rename(const char *old, const char *new)
{
	return rename_by(&(struct two_names){RENAME, AT_FDCWD, AT_FDCWD, old, new, 0});
}
