/* Handles of files: those of the objects on disk. */
#include "overlain/libc.h"

static int handle_inside(struct place *at, struct file_handle *handle, int *mount, int flags)
{
	const char *path;
	int error = file_reach(at, &path);
	if (error)
		return (int)edge(error);
	return NEXT(name_to_handle_at)(AT_FDCWD, path, handle, mount, flags & ~AT_SYMLINK_FOLLOW);
}

int name_to_handle_at(int dirfd, const char *path, struct file_handle *handle, int *mount,
		      int flags)
{
	struct place at;
	unsigned how = (flags & AT_SYMLINK_FOLLOW ? PLACE_FOLLOW : 0) |
		       (flags & AT_EMPTY_PATH ? PLACE_EMPTY : 0);
	int result, error = place_find(&at, dirfd, path, how);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay
				 ? handle_inside(&at, handle, mount, flags)
				 : NEXT(name_to_handle_at)(at.dirfd, at.name, handle, mount, flags);
	while (again(result, &at));
	return result;
}

/* The name FD, on some object, has in merged. */
static bool name_of(int fd, char *name)
{
	char link[40], real[PATH_MAX];
	struct text t;
	text_init(&t, link, sizeof link);
	text_add(&t, "/proc/self/fd/");
	text_add_number(&t, (uint64_t)fd);
	ssize_t length = sys_readlink(link, real, sizeof real - 1);
	if (length <= 0)
		return false;
	real[length] = 0;
	return reverse_path(real, name);
}

/* An object of a layer is opened by its name in merged, so that a lower stays what it is. */
int open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	char name[PATH_MAX];
	if (!process_ready())
		return NEXT(open_by_handle_at)(mount, handle, flags);
	CLOSE_SCOPED int fd = NEXT(open_by_handle_at)(mount, handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return fd;
	if (name_of(fd, name))
		return openat(AT_FDCWD, name, flags);
	return NEXT(open_by_handle_at)(mount, handle, flags);
}
