/* open and its kin. */
#include "overlain/libc.h"

static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

static int open_outside(const struct place *at, int flags, mode_t mode)
{
	int fd = NEXT(openat)(at->dirfd, at->name, flags, mode);
	if (fd < 0 || !process_ready())
		return fd;
	fd = way_make_room(fd);
	proc_opened(fd, at, flags);
	descriptor_note(fd, at);
	return fd;
}

/* True where nothing is made or changed, and the object itself is opened. */
static bool only_reads(int flags)
{
	return (flags & O_ACCMODE) == O_RDONLY && !(flags & (O_PATH | O_CREAT | O_TRUNC)) &&
	       (flags & O_TMPFILE) != O_TMPFILE;
}

int open_find(struct place *at, int dirfd, const char *path, int flags)
{
	const unsigned unseen = only_reads(flags) ? PLACE_UNSEEN : 0;
	if (flags & O_PATH)
		flags &= O_DIRECTORY | O_NOFOLLOW; /* all else means nothing then: open(2) */
	const bool makes = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
	const bool follow = !(flags & O_NOFOLLOW) && !makes;
	const unsigned how = (follow ? PLACE_FOLLOW : 0) | (makes ? PLACE_NEW : 0) |
			     (flags & O_CREAT ? PLACE_FILE : 0) | unseen;
	int error = place_find(at, dirfd, path, how);
	if ((error || at->overlay) && (flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		error = -EINVAL; /* whatever is there, since Linux 6.4 */
	if (error)
		return error;
	if (flags & O_CREAT) {
		error = place_is_behind_door(at);
		if (error == 0 && follow)
			error = place_is_link_inside(at);
	} else if ((flags & O_DIRECTORY) && follow) {
		error = place_is_door(at);
	}
	return error < 0 ? error : 0;
}

static int open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	struct place at;
	if ((flags & O_TMPFILE) == O_TMPFILE &&
	    ((flags & O_ACCMODE) == O_RDONLY || (flags & O_CREAT)))
		return (int)edge(-EINVAL); /* open(2), whatever the path */
	int fd, error = open_find(&at, dirfd, path, flags);
	if (error)
		return (int)edge(error);
	do
		fd = at.overlay ? (int)edge(file_open(&at, OPENING(flags, mode)))
				: open_outside(&at, flags, mode);
	while (again(fd, &at));
	return fd;
}

int openat(int dirfd, const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = takes_mode(flags) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return open_at(dirfd, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = takes_mode(flags) ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return open_at(AT_FDCWD, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* The fortified forms exist for calls without a mode; libc ends a program that needs one. */
int __open_2(const char *path, int flags)
{
	if (takes_mode(flags))
		return NEXT(__open_2)(path, flags);
	return open_at(AT_FDCWD, path, flags, 0);
}

int __openat_2(int dirfd, const char *path, int flags)
{
	if (takes_mode(flags))
		return NEXT(__openat_2)(dirfd, path, flags);
	return open_at(dirfd, path, flags, 0);
}
