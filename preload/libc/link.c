/* Further names of one object. */
#include "overlain/libc.h"

/* The descriptor FROM stands for: given as such, or as /proc/…/fd/N; -1 when it is a plain name. */
static int descriptor_of(const struct place *from, int flags)
{
	const char *name = text_after(from->name, "/proc/");
	const char *number = name ? strstr(name, "/fd/") : NULL;
	if (from->self)
		return from->asked_dirfd;
	return number && (flags & AT_SYMLINK_FOLLOW) ? (int)text_number(number + 4) : -1;
}

/* A name for a file opened with O_TMPFILE. Any other file outside is on another file system. */
static int link_into(const struct place *from, struct place *to, int flags)
{
	struct birth b;
	struct descriptor d;
	if (!descriptor_find(descriptor_of(from, flags), &d) || d.kind != DESCRIPTOR_FILE ||
	    d.overlay != to->overlay->index)
		return (int)edge(-EXDEV);
	if (to->slash)
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

static int make_link(int from_fd, const char *old, int to_fd, const char *new, int flags,
		     bool plain)
{
	struct place from, to;
	unsigned how = (flags & AT_SYMLINK_FOLLOW ? PLACE_FOLLOW : 0) |
		       (flags & AT_EMPTY_PATH ? PLACE_EMPTY : 0);
	int result, error = place_find(&from, from_fd, old, how);
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
			result = (int)edge(from.overlay == to.overlay ? link_inside(&from, &to)
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
