/* Extended attributes by descriptor, under the same names as by path. */
#include "attributes.h"

/* True when FD is open on something inside merged, of TYPE: there names are escaped. */
static bool is_inside(int fd, uint8_t *type)
{
	struct descriptor d;
	bool inside = descriptor_brief(fd, &d) && d.kind != DESCRIPTOR_OUTSIDE;
	*type = inside ? d.type : DT_UNKNOWN;
	return inside;
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
	struct place at;
	struct stored s;
	uint8_t type;
	if (!is_inside(fd, &type))
		return NEXT(fgetxattr)(fd, name, value, size);
	int error = xattr_find(&s, name, type);
	if (error)
		return edge(error);
	const char *path = descriptor_path_now(fd, &at);
	return path ? NEXT(lgetxattr)(path, s.name, value, size)
		    : NEXT(fgetxattr)(fd, s.name, value, size);
}

ssize_t flistxattr(int fd, char *list, size_t size)
{
	struct place at;
	uint8_t type;
	return is_inside(fd, &type) ? xattr_list(descriptor_path_now(fd, &at), fd, list, size)
				    : NEXT(flistxattr)(fd, list, size);
}

static int change_itself(int fd, const char *name, const void *value, size_t size, int flags)
{
	return size == XATTR_REMOVED ? NEXT(fremovexattr)(fd, name)
				     : NEXT(fsetxattr)(fd, name, value, size, flags);
}

static int change(int fd, const char *name, const void *value, size_t size, int flags)
{
	struct place at;
	struct stored s;
	uint8_t type;
	if (!is_inside(fd, &type))
		return change_itself(fd, name, value, size, flags);
	int error = xattr_check(name, value, size, flags);
	if (error)
		return (int)edge(error);
	if (descriptor_by_name(fd, &at, &error))
		return error ? (int)edge(error) : attributes_xattr(&at, name, value, size, flags);
	error = xattr_find(&s, name, type);
	if (error)
		return (int)edge(error == -ENODATA ? -EPERM : error);
	ATTRIBUTES_CHANGE(xattr_is_access(name)
				  ? attributes_change_of(fd, &at, !xattr_opens(value, size))
				  : (struct change){.overlay = NULL});
	return change_itself(fd, s.name, value, size, flags);
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	return size == XATTR_REMOVED ? (int)edge(-E2BIG) : change(fd, name, value, size, flags);
}

int fremovexattr(int fd, const char *name)
{
	return change(fd, name, NULL, XATTR_REMOVED, 0);
}
