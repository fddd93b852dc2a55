/*
 * Handles of files. One that could be opened again would lead past merged, and the kernel's overlay
 * gives none either (nfs_export=off); one that but tells objects apart is that of the object on
 * disk.
 */
#include "overlain/libc.h"

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200 /* Linux 6.5 */
#endif
#define AT_HANDLE_MNT_ID_UNIQUE 0x001 /* Linux 6.12 */
/* With others the kernel refuses a call before it looks at the path. */
#define FLAGS_KNOWN (AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_FID | AT_HANDLE_MNT_ID_UNIQUE)

static int handle_inside(struct place *at, struct file_handle *handle, int *mount, int flags)
{
	const char *path;
	int error = file_reach(at, &path);
	if (!error && !(flags & AT_HANDLE_FID))
		error = -EOPNOTSUPP;
	if (error)
		return (int)edge(error);
	return NEXT(name_to_handle_at)(AT_FDCWD, path, handle, mount, flags & ~AT_SYMLINK_FOLLOW);
}

static bool is_inside(int fd)
{
	struct descriptor d;
	return descriptor_brief(fd, &d) && d.kind != DESCRIPTOR_OUTSIDE;
}

int name_to_handle_at(int dirfd, const char *path, struct file_handle *handle, int *mount,
		      int flags)
{
	struct place at;
	unsigned how = (flags & AT_SYMLINK_FOLLOW ? PLACE_FOLLOW : 0) |
		       (flags & AT_EMPTY_PATH ? PLACE_EMPTY : 0);
	if (flags & ~FLAGS_KNOWN)
		return NEXT(name_to_handle_at)(dirfd, path, handle, mount, flags);
	int result, error = place_find(&at, dirfd, path, how);
	if (!error && at.self && dirfd == AT_FDCWD)
		error = place_find(&at, dirfd, ".", how);
	if (!error && at.self && !(flags & AT_HANDLE_FID) && is_inside(dirfd))
		error = -EOPNOTSUPP;
	if (error)
		return (int)edge(error);
	do
		result = at.overlay
				 ? handle_inside(&at, handle, mount, flags)
				 : NEXT(name_to_handle_at)(at.dirfd, at.name, handle, mount, flags);
	while (again(result, &at));
	return result;
}

/* What FD is open on, opened again by the name it has in merged; -ENOENT where it has none. */
static int open_by_name(int fd, int flags, size_t size)
{
	char name[size];
	ssize_t length = descriptor_real(fd, name, size);
	if (length > 0)
		length = reverse_path(name, size);
	if (length <= 0)
		return length == -ERANGE ? -ERANGE : -ENOENT;
	int opened = openat(AT_FDCWD, name, flags);
	return opened < 0 ? -errno : opened;
}

/* An object of a layer is opened by its name in merged, so that a lower stays what it is. */
int open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	if (!process_ready())
		return NEXT(open_by_handle_at)(mount, handle, flags);
	CLOSE_SCOPED int fd = NEXT(open_by_handle_at)(mount, handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return fd;
	int opened = open_by_name(fd, flags, NAME_SHORT);
	if (opened == -ERANGE)
		opened = open_by_name(fd, flags, PATH_MAX);
	if (opened != -ENOENT)
		return (int)edge(opened);
	return NEXT(open_by_handle_at)(mount, handle, flags);
}
