/* Descriptors that come, go and are doubled: what is known of them goes along. */
#include "overlain/libc.h"

#include <linux/close_range.h>

/* A layer's own descriptor stays; a program knows of it as little as of a directory kept open. */
static bool is_ours(int fd)
{
	return layer_kept(fd) == fd;
}

int close(int fd)
{
	if (is_ours(fd))
		return (int)edge(-EBADF);
	bool kept = way_forget(fd);
	descriptor_drop(fd);
	int result = NEXT(close)(fd);
	return kept ? (int)edge(-EBADF) : result;
}

/* The range, less what is ours in it. */
int close_range(unsigned first, unsigned last, int flags)
{
	const bool closes = !((unsigned)flags & CLOSE_RANGE_CLOEXEC) && first <= last;
	if (closes)
		way_forget_range(first, last);
	unsigned from = first, ours;
	int result = 0;
	while (from <= INT_MAX && (ours = (unsigned)layer_kept((int)from)) != INT_MAX &&
	       ours <= last) {
		if (from < ours && NEXT(close_range)(from, ours - 1, flags) < 0)
			return -1;
		from = ours + 1;
	}
	if (from <= last || from == first)
		result = NEXT(close_range)(from, last, flags);
	if (result == 0 && closes)
		descriptor_drop_range(first, last);
	return result;
}

void closefrom(int first)
{
	const int lowest = first < 0 ? 0 : first;
	way_forget_range((unsigned)lowest, ~0u);
	if (layer_kept(lowest) != INT_MAX) {
		close_range((unsigned)lowest, ~0u, 0);
		return;
	}
	NEXT(closefrom)(first);
	descriptor_drop_range((unsigned)lowest, ~0u);
}

int dup(int fd)
{
	int copy = NEXT(dup)(fd);
	if (copy >= 0)
		copy = way_make_room(copy);
	if (copy >= 0)
		descriptor_copy(fd, copy);
	return copy;
}

int dup2(int fd, int to)
{
	way_forget(to);
	int error = layer_vacate(to);
	int copy = error ? (int)edge(error) : NEXT(dup2)(fd, to);
	if (copy >= 0)
		descriptor_copy(fd, copy);
	return copy;
}

int dup3(int fd, int to, int flags)
{
	way_forget(to);
	int error = layer_vacate(to);
	int copy = error ? (int)edge(error) : NEXT(dup3)(fd, to, flags);
	if (copy >= 0)
		descriptor_copy(fd, copy);
	return copy;
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	va_start(arguments, command);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	int result = NEXT(fcntl)(fd, command, argument);
	if (result >= 0 && (command == F_DUPFD || command == F_DUPFD_CLOEXEC))
		descriptor_copy(fd, result);
	return result;
}

/* Another process's. */
int pidfd_getfd(int pidfd, int theirs, unsigned flags)
{
	int fd = NEXT(pidfd_getfd)(pidfd, theirs, flags);
	if (fd >= 0 && process_ready())
		descriptor_learn(fd);
	return fd;
}

int fclose(FILE *file)
{
	int fd = file ? fileno(file) : -1;
	if (fd >= 0)
		descriptor_drop(fd);
	return NEXT(fclose)(file);
}
