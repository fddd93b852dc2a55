/* Extended attributes by descriptor, under the same names as by path. */
#include "attributes.h"

/* True when FD is open on something inside merged, whose names are escaped. */
static bool is_inside(int fd)
{
	struct descriptor d;
	return descriptor_find(fd, &d) && d.kind != DESCRIPTOR_OUTSIDE;
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
	struct place at;
	struct stored s;
	if (!is_inside(fd))
		return NEXT(fgetxattr)(fd, name, value, size);
	int error = xattr_store(&s, name);
	if (error)
		return edge(error);
	const char *path = descriptor_path_now(fd, &at);
	return path ? NEXT(lgetxattr)(path, s.name, value, size)
		    : NEXT(fgetxattr)(fd, s.name, value, size);
}

ssize_t flistxattr(int fd, char *list, size_t size)
{
	struct place at;
	return is_inside(fd) ? xattr_list(descriptor_path_now(fd, &at), fd, list, size)
			     : NEXT(flistxattr)(fd, list, size);
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	struct place at;
	struct stored s;
	int error;
	if (!is_inside(fd))
		return NEXT(fsetxattr)(fd, name, value, size, flags);
	error = xattr_store(&s, name);
	if (error)
		return (int)edge(error);
	if (!descriptor_by_name(fd, &at, &error))
		return NEXT(fsetxattr)(fd, s.name, value, size, flags);
	return error ? (int)edge(error) : attributes_xattr(&at, name, value, size, flags);
}

int fremovexattr(int fd, const char *name)
{
	struct place at;
	struct stored s;
	int error;
	if (!is_inside(fd))
		return NEXT(fremovexattr)(fd, name);
	error = xattr_store(&s, name);
	if (error)
		return (int)edge(error);
	if (!descriptor_by_name(fd, &at, &error))
		return NEXT(fremovexattr)(fd, s.name);
	return error ? (int)edge(error) : attributes_xattr(&at, name, NULL, XATTR_REMOVED, 0);
}
