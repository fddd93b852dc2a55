/* Extended attributes by name. The overlay's own are neither shown nor taken. */
#include "attributes.h"

int xattr_store(struct stored *s, const char *name)
{
	ssize_t length = pointer_string(name, XATTR_NAME_MAX + 1);
	if (length < 0)
		return length == -ENAMETOOLONG ? -ERANGE : (int)length;
	int error = layer_xattr_escape(name, s->buffer, &s->name);
	return !error && layer_xattr_private(s->name) ? -EOPNOTSUPP : error;
}

raise_call *xattr_raise(const char *name)
{
	return text_starts(name, "user.") ? file_raise_writable : file_raise_owned;
}

ssize_t xattr_reveal(char *all, ssize_t size, char *list, size_t room)
{
	if (size >= 0)
		size = (ssize_t)layer_xattr_reveal(all, (size_t)size);
	if (room && size > (ssize_t)room)
		return edge(-ERANGE);
	if (room && size > 0)
		memcpy(list, all, (size_t)size);
	return size;
}

static ssize_t get_inside(struct place *at, const char *name, void *value, size_t size)
{
	const char *path;
	struct stored s;
	int error = file_reach(at, &path);
	if (!error)
		error = xattr_store(&s, name);
	if (error == -EINVAL && at->node.type != DT_REG && !node_is_dir(&at->node))
		error = -ENODATA; /* such have none of user's: xattr(7) */
	return error ? edge(error) : NEXT(lgetxattr)(path, s.name, value, size);
}

static ssize_t get(const char *path, const char *name, void *value, size_t size, unsigned follow)
{
	struct place at;
	ssize_t result;
	int error = place_find(&at, AT_FDCWD, path, follow);
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

/* What is hidden is known only once the whole list is there. */
static ssize_t list_inside(struct place *at, char *list, size_t size)
{
	const char *path;
	int error = file_reach(at, &path);
	if (error)
		return edge(error);
	ssize_t whole = sys_llistxattr(path, NULL, 0);
	if (whole <= 0)
		return edge(whole);
	char *all = sys_pages((size_t)whole);
	if (!all)
		return edge(-ENOMEM);
	ssize_t result = NEXT(llistxattr)(path, all, (size_t)whole);
	result = xattr_reveal(all, result, list, size);
	sys_munmap(all, (size_t)whole);
	return result;
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

/* Changes an attribute, or with VALUE NULL and size (size_t)-1 removes it. */
#define REMOVE ((size_t)-1)

static int change_inside(struct place *at, const char *name, const void *value, size_t size,
			 int flags)
{
	const char *path;
	struct stored s;
	int error = file_reach(at, &path);
	if (!error)
		error = xattr_store(&s, name);
	if ((!error || error == -EINVAL || error == -EOPNOTSUPP) && !at->overlay->writable)
		error = -EROFS;
	if ((!error || error == -EINVAL) && text_starts(name, "user.") && at->node.type != DT_REG &&
	    !node_is_dir(&at->node))
		error = -EPERM; /* xattr(7) */
	if (!error)             /* likewise: who may write, and what else is the owner's */
		error = text_starts(name, "user.") ? file_access(at, W_OK, AT_EACCESS)
						   : file_owned(at);
	if (!error && size == REMOVE) {
		ssize_t there = sys_lgetxattr(path, s.name, NULL, 0);
		error = there < 0 ? (int)there : 0; /* nothing to remove, nothing to copy up */
	}
	if (!error)
		error = file_raise(at, &path);
	if (error)
		return (int)edge(error);
	return size == REMOVE ? NEXT(lremovexattr)(path, s.name)
			      : NEXT(lsetxattr)(path, s.name, value, size, flags);
}

int setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	struct place at;
	int result, error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? change_inside(&at, name, value, size, flags)
				    : NEXT(setxattr)(at.name, name, value, size, flags);
	while (again(result, &at));
	return result;
}

int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	struct place at;
	int result, error = place_find(&at, AT_FDCWD, path, 0);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? change_inside(&at, name, value, size, flags)
				    : NEXT(lsetxattr)(at.name, name, value, size, flags);
	while (again(result, &at));
	return result;
}

int removexattr(const char *path, const char *name)
{
	struct place at;
	int result, error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? change_inside(&at, name, NULL, REMOVE, 0)
				    : NEXT(removexattr)(at.name, name);
	while (again(result, &at));
	return result;
}

int lremovexattr(const char *path, const char *name)
{
	struct place at;
	int result, error = place_find(&at, AT_FDCWD, path, 0);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? change_inside(&at, name, NULL, REMOVE, 0)
				    : NEXT(lremovexattr)(at.name, name);
	while (again(result, &at));
	return result;
}
