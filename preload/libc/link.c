/* Further names of one object. */
#include "overlain/libc.h"

/* N of a NAME like /proc/…/fd/N; -1 when it is a plain name. */
static int descriptor_named(const char *name)
{
	const char *of = text_after(name, "/proc/");
	const char *number = of ? strstr(of, "/fd/") : NULL;
	return number ? (int)text_number(number + 4) : -1;
}

/* The descriptor FROM stands for: given as such, or by its link. */
static int descriptor_of(const struct place *from, int flags)
{
	if (from->self)
		return from->asked_dirfd;
	return flags & AT_SYMLINK_FOLLOW ? descriptor_named(from->name) : -1;
}

/* Another file system; but what is wrong with either name comes first. */
static int link_across(const struct place *from, const struct place *to, int flags)
{
	struct stat st;
	int follow = flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW;
	int error = sys_fstatat(from->dirfd, from->name, &st, follow | (flags & AT_EMPTY_PATH));
	if (error)
		return error;
	return node_absent(&to->node) ? to->slash ? -ENOENT : -EXDEV : -EEXIST;
}

/* A name for a file opened with O_TMPFILE. Any other file outside is on another file system. */
static int link_into(const struct place *from, struct place *to, int flags)
{
	struct birth b;
	struct descriptor d;
	if (!descriptor_find(descriptor_of(from, flags), &d) || d.kind != DESCRIPTOR_FILE ||
	    d.overlay != to->overlay->index)
		return (int)edge(link_across(from, to, flags));
	if (to->slash && node_absent(&to->node))
		return (int)edge(-ENOENT);
	int error = overlay_birth_begin(&b, to->overlay, &to->path, &to->node, DT_REG);
	if (error)
		return (int)edge(error);
	int result = NEXT(linkat)(from->dirfd, from->name, AT_FDCWD, b.path, flags);
	return (int)edge(overlay_birth_end(&b, result < 0 ? -errno : result));
}

static int link_inside(struct place *from, struct place *to)
{
	if (to->slash && node_absent(&to->node))
		return -ENOENT;
	return overlay_link(from->overlay, &from->path, &to->path);
}

/* A file without a name is found through its descriptor's link alone; the link's text leads
 * nowhere. */
static bool is_unnamed(const struct place *from, int flags)
{
	struct stat st;
	return (flags & AT_SYMLINK_FOLLOW) && from->overlay && node_absent(&from->node) &&
	       sys_fstat(descriptor_named(from->asked), &st) == 0 && st.st_nlink == 0;
}

/* To another file system: first the kernel looks whether the name is free. */
static int link_out(const struct place *to)
{
	struct stat st;
	int error = sys_fstatat(to->dirfd, to->name, &st, AT_SYMLINK_NOFOLLOW);
	if (error == -ENOENT && *to->name)
		return -EXDEV;
	return error ? error : -EEXIST;
}

static int make_link(int from_fd, const char *old, int to_fd, const char *new, int flags,
		     bool plain)
{
	struct place from, to;
	unsigned how = (flags & AT_SYMLINK_FOLLOW ? PLACE_FOLLOW : 0) |
		       (flags & AT_EMPTY_PATH ? PLACE_EMPTY : 0);
	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return (int)edge(-EINVAL);
	int result, error = place_find(&from, from_fd, old, how);
	if (!error && is_unnamed(&from, flags))
		error = place_find(&from, from_fd, old, how & ~(unsigned)PLACE_FOLLOW);
	if (!error && from.overlay)
		error = file_reach(&from, &from.name);
	if (!error)
		error = place_find(&to, to_fd, new, PLACE_NAME);
	if (error)
		return (int)edge(error);
	place_pair(&from, &to);
	do {
		if (!from.overlay && !to.overlay)
			result = plain ? NEXT(link)(from.name, to.name)
				       : NEXT(linkat)(from.dirfd, from.name, to.dirfd, to.name,
						      flags);
		else if (!from.overlay)
			result = link_into(&from, &to, flags);
		else
			result = (int)edge(!to.overlay                  ? link_out(&to)
					   : from.overlay == to.overlay ? link_inside(&from, &to)
									: -EXDEV);
	} while (again(result, &from) || again(result, &to));
	return result;
}

int linkat(int from_fd, const char *old, int to_fd, const char *new, int flags)
{
	return make_link(from_fd, old, to_fd, new, flags, false);
}

int link(const char *old, const char *new)
{
	return make_link(AT_FDCWD, old, AT_FDCWD, new, 0, true);
}
