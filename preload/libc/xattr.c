/* Extended attributes by name. The overlay's own are neither shown nor taken. */
#include "attributes.h"

#include <linux/posix_acl_xattr.h>

#include <string.h>

/* The kernel reads a name before it looks at the path. */
static int check_name(const char *name)
{
	ssize_t length = pointer_string(name, XATTR_NAME_MAX + 1);
	if (length < 0 && length != -ENAMETOOLONG)
		return (int)length;
	return length <= 0 ? -ERANGE : 0;
}

/* And so with what a change comes with. */
int xattr_check(const char *name, const void *value, size_t size, int flags)
{
	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	int error = check_name(name);
	if (error || size == XATTR_REMOVED)
		return error;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	return size && !pointer_readable(value, size) ? -EFAULT : 0;
}

int xattr_store(struct stored *s, const char *name)
{
	int error = check_name(name);
	if (error)
		return error;
	error = layer_xattr_escape(name, s->buffer, &s->name);
	return !error && layer_xattr_private(s->name) ? -EOPNOTSUPP : error;
}

static ssize_t stored_names(const char *path, int fd, char *all, size_t room)
{
	return path ? NEXT(llistxattr)(path, all, room) : NEXT(flistxattr)(fd, all, room);
}

static ssize_t give_names(const char *all, size_t size, char *list, size_t room)
{
	if (room && size > room)
		return -ERANGE;
	if (!room || !size)
		return (ssize_t)size;
	int error = pointer_writable(list, size);
	if (error)
		return error;
	memcpy(list, all, size);
	return (ssize_t)size;
}

/* What is hidden is known only once the whole list is there. */
ssize_t xattr_list(const char *path, int fd, char *list, size_t size)
{
	ssize_t whole = stored_names(path, fd, NULL, 0);
	if (whole <= 0)
		return whole;
	char *all = sys_pages((size_t)whole);
	if (!all)
		return edge(-ENOMEM);
	ssize_t result = stored_names(path, fd, all, (size_t)whole);
	if (result > 0)
		result = edge(give_names(all, layer_xattr_reveal(all, (size_t)result), list, size));
	sys_munmap(all, (size_t)whole);
	return result;
}

int xattr_find(struct stored *s, const char *name, uint8_t type)
{
	int error = xattr_store(s, name);
	bool has_users = type == DT_REG || type == DT_DIR; /* xattr(7) */
	return error == -EINVAL && !has_users ? -ENODATA : error;
}

static ssize_t get_inside(struct place *at, const char *name, void *value, size_t size)
{
	const char *path;
	struct stored s;
	int error = file_reach(at, &path);
	if (!error)
		error = xattr_find(&s, name, at->node.type);
	return error ? edge(error) : NEXT(lgetxattr)(path, s.name, value, size);
}

static ssize_t get(const char *path, const char *name, void *value, size_t size, unsigned follow)
{
	struct place at;
	ssize_t result;
	int error = check_name(name);
	if (!error)
		error = place_find(&at, AT_FDCWD, path, follow);
	if (error)
		return edge(error);
	do {
		if (at.overlay)
			result = get_inside(&at, name, value, size);
		else if (follow)
			result = NEXT(getxattr)(at.name, name, value, size);
		else
			result = NEXT(lgetxattr)(at.name, name, value, size);
	} while (again(result, &at));
	return result;
}

ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
	return get(path, name, value, size, PLACE_FOLLOW);
}

ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)
{
	return get(path, name, value, size, 0);
}

static ssize_t list_inside(struct place *at, char *names, size_t size)
{
	const char *path;
	int error = file_reach(at, &path);
	return error ? edge(error) : xattr_list(path, -1, names, size);
}

static ssize_t list(const char *path, char *names, size_t size, unsigned follow)
{
	struct place at;
	ssize_t result;
	int error = place_find(&at, AT_FDCWD, path, follow);
	if (error)
		return edge(error);
	do {
		if (at.overlay)
			result = list_inside(&at, names, size);
		else if (follow)
			result = NEXT(listxattr)(at.name, names, size);
		else
			result = NEXT(llistxattr)(at.name, names, size);
	} while (again(result, &at));
	return result;
}

ssize_t listxattr(const char *path, char *names, size_t size)
{
	return list(path, names, size, PLACE_FOLLOW);
}

ssize_t llistxattr(const char *path, char *names, size_t size)
{
	return list(path, names, size, 0);
}

/* True for the attributes that who may write may change: no other namespace is the kernel's own. */
static bool is_anybodys(const char *name)
{
	return !text_starts(name, "system.") && !text_starts(name, "security.") &&
	       !text_starts(name, "trusted.");
}

/* True for the attributes of which the kernel knows before a copy-up whether they can be. */
static bool is_told_early(const char *name)
{
	return text_starts(name, "trusted.") || text_starts(name, "system.posix_acl_") ||
	       (text_starts(name, "security.") && SYS1(SYS_geteuid, 0) != 0);
}

/* An access control list without entries is none: acl(5), <linux/posix_acl_xattr.h>. */
static bool is_no_acl(const char *name, const void *value, size_t size)
{
	static const char header[] = {2, 0, 0, 0};
	return size == sizeof header && text_starts(name, "system.posix_acl_") &&
	       memcmp(value, header, sizeof header) == 0;
}

/* Such a one that cannot be copies nothing up. What is not there to be removed is another matter.
 */
static int try_change(const struct place *at, const char *name, const void *value, size_t size)
{
	if (!is_told_early(name))
		return 0;
	TRIAL_SCOPED struct trial t = {.made = false};
	if (!trial_begin(&t, at))
		return 0;
	if (size != XATTR_REMOVED)
		return NEXT(lsetxattr)(t.stage.path, name, value, size, 0);
	int result = NEXT(lremovexattr)(t.stage.path, name);
	return result < 0 && errno == ENODATA ? 0 : result;
}

/* What is not there is not removed, and copies nothing up. */
static int check_there(const struct place *at, const char *path, const char *name)
{
	if (overlay_in_upper(at->overlay, &at->node))
		return 0;
	ssize_t there = sys_lgetxattr(path, name, NULL, 0);
	return there < 0 ? (int)there : 0;
}

/* The form is that of <linux/posix_acl_xattr.h>: a version, then entries of tag, rights and number.
 */
bool xattr_opens(const void *value, size_t size)
{
	struct posix_acl_xattr_entry entry;
	size_t at = sizeof(struct posix_acl_xattr_header);
	if (size == XATTR_REMOVED || size < at + sizeof entry)
		return false;
	for (; at + sizeof entry <= size; at += sizeof entry) {
		memcpy(&entry, (const char *)value + at, sizeof entry);
		if (!(entry.e_perm & 1)) /* to search */
			return false;
	}
	return true;
}

static int change_by_name(const char *path, const char *name, const void *value, size_t size,
			  int flags, bool follow)
{
	if (size == XATTR_REMOVED)
		return follow ? NEXT(removexattr)(path, name) : NEXT(lremovexattr)(path, name);
	return follow ? NEXT(setxattr)(path, name, value, size, flags)
		      : NEXT(lsetxattr)(path, name, value, size, flags);
}

static int change_itself(const struct place *at, const struct hold *h, const char *name,
			 const void *value, size_t size, int flags)
{
	char text[GRIP_PATH];
	const char *path = grip_path(&h->grip, text);
	int result = change_by_name(path, name, value, size, flags, hold_is_link(h));
	return result < 0 ? (int)edge(file_is_still(at, h, errno)) : result;
}

int attributes_xattr(struct place *at, const char *name, const void *value, size_t size, int flags)
{
	HOLD_SCOPED h = HOLD_NONE;
	const char *path;
	struct stored s;
	int error = file_reach(at, &path), denied = 0;
	if (is_no_acl(name, value, size))
		size = XATTR_REMOVED;
	if (!error)
		error = xattr_store(&s, name);
	if ((!error || error == -EINVAL || error == -EOPNOTSUPP) && !at->overlay->writable)
		error = -EROFS;
	if ((!error || error == -EINVAL) && text_starts(name, "user.") && at->node.type != DT_REG &&
	    !node_is_dir(&at->node))
		error = -EPERM; /* xattr(7) */
	/* Likewise: who may write, also under a name that cannot be; what else is the owner's. */
	if ((!error || error == -EINVAL) && is_anybodys(name))
		denied = file_access(at, W_OK, AT_EACCESS);
	else if (!error)
		denied = file_owned(at);
	error = denied ? denied : error;
	if (error)
		return (int)edge(error);
	if (size == XATTR_REMOVED && at->node.type != DT_LNK && !node_is_dir(&at->node) &&
	    text_same(name, "system.posix_acl_default"))
		return 0; /* only a directory has one: nothing is removed */
	if (try_change(at, s.name, value, size) < 0)
		return -1;
	error = size == XATTR_REMOVED ? check_there(at, path, s.name) : 0;
	if (!error)
		error = file_raise(at);
	if (!error)
		error = file_hold(at, &h);
	if (error)
		return (int)edge(error);
	ATTRIBUTES_CHANGE(xattr_is_access(name) ? attributes_change(at, !xattr_opens(value, size))
						: (struct change){.overlay = NULL});
	return change_itself(at, &h, s.name, value, size, flags);
}

static int change(const char *path, const char *name, const void *value, size_t size, int flags,
		  unsigned follow)
{
	struct place at;
	int result, error = xattr_check(name, value, size, flags);
	if (!error)
		error = place_find(&at, AT_FDCWD, path, follow);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? attributes_xattr(&at, name, value, size, flags)
				    : change_by_name(at.name, name, value, size, flags, follow);
	while (again(result, &at));
	return result;
}

int setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	return size == XATTR_REMOVED ? (int)edge(-E2BIG)
				     : change(path, name, value, size, flags, PLACE_FOLLOW);
}

int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	return size == XATTR_REMOVED ? (int)edge(-E2BIG)
				     : change(path, name, value, size, flags, 0);
}

int removexattr(const char *path, const char *name)
{
	return change(path, name, NULL, XATTR_REMOVED, 0, PLACE_FOLLOW);
}

int lremovexattr(const char *path, const char *name)
{
	return change(path, name, NULL, XATTR_REMOVED, 0, 0);
}
