/* Watches: on the object merged shows now. */
#include "overlain/libc.h"

/*
 * Inside merged at->name becomes the path on disk, absolute. New names are made in a directory's
 * upper part, so it is there before it is watched, where it can be.
 */
static int reach(struct place *at)
{
	if (!at->overlay)
		return 0;
	if (node_is_dir(&at->node) && at->overlay->writable)
		file_raise(at);
	return file_reach(at, &at->name);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	struct place at;
	int result,
		error = place_find(&at, AT_FDCWD, path, mask & IN_DONT_FOLLOW ? 0 : PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do {
		error = reach(&at);
		result = error ? (int)edge(error) : NEXT(inotify_add_watch)(fd, at.name, mask);
	} while (again(result, &at));
	return result;
}

/* Without a path it is the descriptor itself that is marked. */
int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dirfd, const char *path)
{
	struct place at;
	if (!path)
		return NEXT(fanotify_mark)(fd, flags, mask, dirfd, NULL);
	unsigned follow = flags & FAN_MARK_DONT_FOLLOW ? 0 : PLACE_FOLLOW;
	int result, error = place_find(&at, dirfd, path, follow);
	if (error)
		return (int)edge(error);
	do {
		error = reach(&at);
		result = error ? (int)edge(error)
			       : NEXT(fanotify_mark)(fd, flags, mask, at.dirfd, at.name);
	} while (again(result, &at));
	return result;
}
