/* Names that move. */
#include "overlain/libc.h"

/* 0 when the directory that the name AT, outside, lies in is there. */
static int find_parent(const struct place *at)
{
	char parent[PATH_MAX];
	struct stat st;
	ssize_t size = at->overlay ? 1 : pointer_string(at->name, PATH_MAX);
	if (size <= 0)
		return size < 0 ? (int)size : -ENOENT;
	size_t length = at->overlay ? 0 : (size_t)size;
	while (length > 0 && at->name[length - 1] == '/')
		length--;
	while (length > 0 && at->name[length - 1] != '/')
		length--;
	if (length == 0 || length >= sizeof parent)
		return 0;
	memcpy(parent, at->name, length);
	parent[length] = 0;
	return sys_fstatat(at->dirfd, parent, &st, 0);
}

/* From one file system to another: the kernel sees that before it looks at the names themselves. */
static int across(const struct place *from, const struct place *to)
{
	int error = find_parent(from);
	if (!error)
		error = find_parent(to);
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

static int rename_inside(struct place *from, struct place *to, unsigned flags)
{
	if ((from->overlay && !from->path.length) || (to->overlay && !to->path.length))
		return -EBUSY; /* merged itself */
	if (from->overlay != to->overlay)
		return across(from, to);
	if (!from->overlay->writable)
		return -EROFS;
	int error = check_slashes(from, to, flags);
	return error ? error : overlay_rename(from->overlay, &from->path, &to->path, flags);
}

/* Which of the three calls it was: outside merged it stays that one. */
enum how { RENAMEAT2, RENAMEAT, RENAME };

static int rename_outside(const struct place *from, const struct place *to, unsigned flags,
			  enum how how)
{
	if (how == RENAME)
		return NEXT(rename)(from->name, to->name);
	if (how == RENAMEAT)
		return NEXT(renameat)(from->dirfd, from->name, to->dirfd, to->name);
	return NEXT(renameat2)(from->dirfd, from->name, to->dirfd, to->name, flags);
}

static int move(int from_fd, const char *old, int to_fd, const char *new, unsigned flags,
		enum how how)
{
	struct place from, to;
	const unsigned known = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;
	if ((flags & ~known) ||
	    ((flags & RENAME_EXCHANGE) && (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT))))
		return (int)edge(-EINVAL);
	int result, error = place_find(&from, from_fd, old, PLACE_NAME);
	if (!error)
		error = place_find(&to, to_fd, new, PLACE_NAME);
	if (error)
		return (int)edge(error);
	place_pair(&from, &to);
	do {
		bool outside = !from.overlay && !to.overlay;
		if (!outside && path_ends_in_dots(old))
			return (int)edge(-EBUSY);
		if (!outside && path_ends_in_dots(new))
			return (int)edge(flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY);
		result = outside ? rename_outside(&from, &to, flags, how)
				 : (int)edge(rename_inside(&from, &to, flags));
	} while (again(result, &from) || again(result, &to));
	return result;
}

int renameat2(int from_fd, const char *old, int to_fd, const char *new, unsigned flags)
{
	return move(from_fd, old, to_fd, new, flags, RENAMEAT2);
}

int renameat(int from_fd, const char *old, int to_fd, const char *new)
{
	return move(from_fd, old, to_fd, new, 0, RENAMEAT);
}

int rename(const char *old, const char *new)
{
	return move(AT_FDCWD, old, AT_FDCWD, new, 0, RENAME);
}
