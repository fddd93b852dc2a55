/* Watches: on the object merged shows now. */
#include "overlain/libc.h"

/* Finds PATH; inside merged at->name becomes the path on disk, absolute. */
static int find(struct place *at, int dirfd, const char *path, bool follow)
{
	int error = place_find(at, dirfd, path, follow ? PLACE_FOLLOW : 0);
	return !error && at->overlay ? file_reach(at, &at->name) : error;
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	struct place at;
	int error = find(&at, AT_FDCWD, path, !(mask & IN_DONT_FOLLOW));
	return error ? (int)edge(error) : NEXT(inotify_add_watch)(fd, at.name, mask);
}

/* Without a path it is the descriptor itself that is marked. */
int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dirfd, const char *path)
{
	struct place at;
	int error = path ? find(&at, dirfd, path, !(flags & FAN_MARK_DONT_FOLLOW)) : 0;
	if (error)
		return (int)edge(error);
	return NEXT(fanotify_mark)(fd, flags, mask, dirfd, path ? at.name : NULL);
}
