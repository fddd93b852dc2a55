/* Further names of one object. */
#include "attributes.h"
#include "two_names.h"

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
	if (!descriptor_brief(descriptor_of(from, flags), &d) || d.kind == DESCRIPTOR_OUTSIDE ||
	    d.overlay != to->overlay->index)
		return (int)edge(link_across(from, to, flags));
	if (d.kind == DESCRIPTOR_DIR)
		return (int)edge(to->overlay->writable ? -EPERM : -EROFS);
	if (to->slash && node_absent(&to->node))
		return (int)edge(-ENOENT);
	int error = node_absent(&to->node) ? overlay_may_write_parent(to->overlay, &to->path) : 0;
	if (error)
		return (int)edge(to->overlay->writable ? error : -EROFS);
	/* First in workdir: where it can have no name (O_EXCL) it brings no directory up. */
	TRIAL_SCOPED struct trial t = {.made = false};
	if (!node_absent(&to->node) || !trial_begin(&t, to))
		return (int)edge(node_absent(&to->node) ? -EROFS : -EEXIST);
	if (NEXT(linkat)(from->dirfd, from->name, AT_FDCWD, t.stage.path, flags) < 0)
		return -1;
	error = overlay_birth_begin(&b, to->overlay, &to->path, &to->node, DT_REG);
	if (error)
		return (int)edge(error);
	b.linked = true;
	return (int)edge(
		overlay_birth_end(&b, sys_renameat(AT_FDCWD, t.stage.path, b.dirfd, b.path, 0)));
}

static int link_inside(struct place *from, struct place *to)
{
	if (to->slash && node_absent(&to->node))
		return -ENOENT;
	const bool was_lower = !overlay_in_upper(from->overlay, &from->node);
	int error = overlay_link(from->overlay, &from->path, &to->path);
	if (!error && was_lower && from->node.type == DT_REG &&
	    !overlay_lookup(from->overlay, &from->path, &from->node))
		descriptor_reopen(from);
	return error;
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
	int error = two_names_parent(to);
	if (error)
		return error;
	size_t length = strlen(to->name), end = length;
	char name[length + 1];
	memcpy(name, to->name, length + 1);
	while (end > 1 && name[end - 1] == '/')
		name[--end] = 0; /* of a link it is the link that is in the way */
	error = sys_fstatat(to->dirfd, name, &st, AT_SYMLINK_NOFOLLOW);
	if (error == -ENOENT)
		return end < length ? -ENOENT : -EXDEV;
	return error ? error : -EEXIST;
}

/* What is linked then is a copy, by the name it has. */
static bool is_in_lower(int fd)
{
	struct descriptor d;
	return descriptor_brief(fd, &d) && d.kind == DESCRIPTOR_FILE &&
	       !(process_mounts()->at[d.overlay].writable && d.layer == 0);
}

enum { LINKAT, LINK };

static int link_outside(const struct two_names *r, const struct place *from, const struct place *to)
{
	return r->how == LINK
		       ? NEXT(link)(from->name, to->name)
		       : NEXT(linkat)(from->dirfd, from->name, to->dirfd, to->name, r->flags);
}

static int find_source(const struct two_names *r, struct place *from)
{
	unsigned how = (r->flags & AT_SYMLINK_FOLLOW ? PLACE_FOLLOW : 0) |
		       (r->flags & AT_EMPTY_PATH ? PLACE_EMPTY : 0);
	int error = place_find(from, r->from_fd, r->old, how);
	if (!error && is_unnamed(from, r->flags))
		error = place_find(from, r->from_fd, r->old, how & ~(unsigned)PLACE_FOLLOW);
	if (!error && from->self && is_in_lower(r->from_fd))
		error = descriptor_place(r->from_fd, from);
	if (!error && from->overlay)
		error = file_reach(from, &from->name);
	return error;
}

static int join(const struct two_names *r, struct place *from, struct place *to, unsigned to_how)
{
	int result, error = find_source(r, from);
	to->cramped = false;
	if (!error)
		error = place_find(to, r->to_fd, r->new, PLACE_NAME | to_how);
	if (error && !to->cramped)
		return (int)edge(error);
	error = place_pair(from, to);
	if (!error && from->overlay)
		error = file_reach(from, &from->name);
	if (error && !to->cramped)
		return (int)edge(error);
	do {
		if (to->cramped)
			return TWO_NAMES_CRAMPED;
		if (!from->overlay && !to->overlay)
			result = link_outside(r, from, to);
		else if (!from->overlay)
			result = link_into(from, to, r->flags);
		else
			result = (int)edge(!to->overlay                   ? link_out(to)
					   : from->overlay == to->overlay ? link_inside(from, to)
									  : -EXDEV);
	} while (again(result, from) || again(result, to));
	return result;
}

static int link_by(const struct two_names *r)
{
	if (r->flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return (int)edge(-EINVAL);
	return two_names(join, r);
}

int linkat(int from_fd, const char *old, int to_fd, const char *new, int flags)
{
	return link_by(&(struct two_names){LINKAT, from_fd, to_fd, old, new, flags});
}

int link(const char *old, const char *new)
{
	return link_by(&(struct two_names){LINK, AT_FDCWD, AT_FDCWD, old, new, 0});
}
