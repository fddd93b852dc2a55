/*
 * ioctl(2): flags and attributes of an inode are changed through any descriptor, one opened for
 * reading on a lower's file too. Then it is the copy that is changed.
 */
#include "attributes.h"

/* As <linux/fs.h> has them, which <sys/mount.h> does not bear beside it. */
struct fsxattr {
	char bytes[28];
};
#define FS_IOC_GETFLAGS     _IOR('f', 1, long)
#define FS_IOC32_GETFLAGS   _IOR('f', 1, int)
#define FS_IOC_GETVERSION   _IOR('v', 1, long)
#define FS_IOC32_GETVERSION _IOR('v', 1, int)
#define FS_IOC_FSGETXATTR   _IOR('X', 31, struct fsxattr)
#define FS_IOC_SETFLAGS     _IOW('f', 2, long)
#define FS_IOC32_SETFLAGS   _IOW('f', 2, int)
#define FS_IOC_SETVERSION   _IOW('v', 2, long)
#define FS_IOC32_SETVERSION _IOW('v', 2, int)
#define FS_IOC_FSSETXATTR   _IOW('X', 32, struct fsxattr)

static bool changes_inode(unsigned long request)
{
	switch (request) {
	case FS_IOC_SETFLAGS:
	case FS_IOC32_SETFLAGS:
	case FS_IOC_SETVERSION:
	case FS_IOC32_SETVERSION:
	case FS_IOC_FSSETXATTR:
		return true;
	}
	return false;
}

static bool asks_inode(unsigned long request)
{
	switch (request) {
	case FS_IOC_GETFLAGS:
	case FS_IOC32_GETFLAGS:
	case FS_IOC_GETVERSION:
	case FS_IOC32_GETVERSION:
	case FS_IOC_FSGETXATTR:
		return true;
	}
	return false;
}

static int by_name(int dirfd, const char *name, int flags, unsigned long request, void *argument)
{
	CLOSE_SCOPED int fd = sys_openat(dirfd, name, flags | O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
	return fd < 0 ? (int)edge(fd) : NEXT(ioctl)(fd, request, argument);
}

static int ask(int fd, unsigned long request, void *argument)
{
	struct place at;
	const char *path = descriptor_path_now(fd, &at);
	return path ? by_name(AT_FDCWD, path, O_NOFOLLOW, request, argument)
		    : NEXT(ioctl)(fd, request, argument);
}

static int change(int fd, unsigned long request, void *argument)
{
	struct place at;
	HOLD_SCOPED h = HOLD_NONE;
	int error;
	if (!descriptor_by_name(fd, &at, &error))
		return NEXT(ioctl)(fd, request, argument);
	if (!error)
		error = file_raise_owned(&at);
	if (!error)
		error = file_hold(&at, &h);
	if (error)
		return (int)edge(error);
	return by_name(h.grip.dirfd, grip_name(&h.grip), hold_is_link(&h) ? 0 : O_NOFOLLOW, request,
		       argument);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (changes_inode(request))
		return change(fd, request, argument);
	return asks_inode(request) ? ask(fd, request, argument)
				   : NEXT(ioctl)(fd, request, argument);
}
