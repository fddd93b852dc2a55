/* May the caller? */
#include "overlain/libc.h"

int faccessat(int dirfd, const char *path, int mode, int flags)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, place_flags(flags));
	if (error)
		return (int)edge(error);
	if (mode & ~(R_OK | W_OK | X_OK))
		return (int)edge(-EINVAL);
	do
		result = at.overlay ? (int)edge(file_access(&at, mode, flags))
				    : NEXT(faccessat)(at.dirfd, at.name, mode, flags);
	while (again(result, &at));
	return result;
}

int access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, 0);
}

int euidaccess(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}
