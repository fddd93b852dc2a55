/* Descriptors that come, go and are doubled: what is known of them goes along. */
#include "overlain/libc.h"

#include <linux/close_range.h>

int close(int fd)
{
	descriptor_drop(fd);
	return NEXT(close)(fd);
}

/* What is closed needs no question to the kernel, as a child of vfork has of what it finds. */
static void drop_range(unsigned first, unsigned last)
{
	if (last > 1u << 20)
		last = 1u << 20;
	for (unsigned fd = first; fd <= last; fd++)
		descriptor_drop((int)fd);
}

int close_range(unsigned first, unsigned last, int flags)
{
	int result = NEXT(close_range)(first, last, flags);
	if (result == 0 && !((unsigned)flags & CLOSE_RANGE_CLOEXEC))
		drop_range(first, last);
	return result;
}

void closefrom(int first)
{
	NEXT(closefrom)(first);
	drop_range(first < 0 ? 0 : (unsigned)first, ~0u);
}

int dup(int fd)
{
	int copy = NEXT(dup)(fd);
	if (copy >= 0)
		descriptor_copy(fd, copy);
	return copy;
}

int dup2(int fd, int to)
{
	int copy = NEXT(dup2)(fd, to);
	if (copy >= 0)
		descriptor_copy(fd, copy);
	return copy;
}

int dup3(int fd, int to, int flags)
{
	int copy = NEXT(dup3)(fd, to, flags);
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
