/* Watches: on the object merged shows now. */
#include "overlain/libc.h"

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	struct place at;
	const char *real;
	int error = place_find(&at, AT_FDCWD, path, mask & IN_DONT_FOLLOW ? 0 : PLACE_FOLLOW);
	if (!error && at.overlay)
		error = file_reach(&at, &real);
	if (error)
		return (int)edge(error);
	return NEXT(inotify_add_watch)(fd, at.overlay ? real : at.name, mask);
}
