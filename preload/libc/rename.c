/* Names that move. */
#include "overlain/libc.h"

/* From one file system to another; what is not there outside is missed first. */
static int across(const struct place *from)
{
	struct stat st;
	int error =
		from->overlay ? 0 : sys_fstatat(from->dirfd, from->name, &st, AT_SYMLINK_NOFOLLOW);
	return error ? error : -EXDEV;
}

static int rename_inside(struct place *from, struct place *to, unsigned flags)
{
	if ((from->overlay && !from->path.length) || (to->overlay && !to->path.length))
		return -EBUSY; /* merged itself */
	if (from->overlay != to->overlay)
		return across(from);
	bool directory = node_is_dir(&from->node);
	if (from->slash && !directory)
		return node_absent(&from->node) ? -ENOENT : -ENOTDIR;
	if (to->slash && !directory)
		return node_absent(&from->node) ? -ENOENT : -ENOTDIR;
	return overlay_rename(from->overlay, &from->path, &to->path, flags);
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
	int result, error = place_find(&from, from_fd, old, PLACE_NAME);
	if (!error)
		error = place_find(&to, to_fd, new, PLACE_NAME);
	if (error)
		return (int)edge(error);
	place_pair(&from, &to);
	do {
		bool outside = !from.overlay && !to.overlay;
		if (!outside && (path_ends_in_dots(old) || path_ends_in_dots(new)))
			return (int)edge(-EBUSY);
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
