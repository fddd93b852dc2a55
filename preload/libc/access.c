/* May the caller? */
#include "overlain/libc.h"

__attribute__((noinline)) static int may_found(int dirfd, const char *path, int mode, int flags,
					       bool plain)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, place_flags(flags));
	if (error)
		return (int)edge(error);
	/* What is open is asked about by its name, where it still has one. */
	if (at.self && !descriptor_place(dirfd, &at) && node_absent(&at.node))
		at.overlay = NULL;
	do {
		if (at.overlay)
			result = (int)edge(file_access(&at, mode, flags));
		else
			result = plain ? NEXT(access)(at.name, mode)
				       : NEXT(faccessat)(at.dirfd, at.name, mode, flags);
	} while (again(result, &at));
	return result;
}

static int may(int dirfd, const char *path, int mode, int flags, bool plain)
{
	struct glimpse g;
	int error;
	if ((mode & ~(R_OK | W_OK | X_OK)) ||
	    (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return (int)edge(-EINVAL);
	if (glimpse(&g, dirfd, path, place_flags(flags)) &&
	    file_access_remembered(&g, mode, flags, &error))
		return (int)edge(error);
	return may_found(dirfd, path, mode, flags, plain);
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
	return may(dirfd, path, mode, flags, false);
}

int access(const char *path, int mode)
{
	return may(AT_FDCWD, path, mode, 0, true);
}

int euidaccess(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}
