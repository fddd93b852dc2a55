/* stat and its kin: by path, by descriptor, and as programs built before glibc 2.33 call them. */
#include "overlain/libc.h"

/* In place of a version: the names of today, which take none. */
#define TODAY INT_MIN

/*
 * The next definition of the name that was called: a preload may make one of these of another, and
 * would come back to us with it.
 */
static inline int look(int version, int dirfd, const char *path, struct stat *st, int flags)
{
	return version == TODAY ? NEXT(fstatat)(dirfd, path, st, flags)
				: NEXT(__fxstatat)(version, dirfd, path, st, flags);
}

/* True where its answer is the kernel's: somebody stacked behind us may have another. */
static bool is_kernels(int version)
{
	return version == TODAY && next_is_libc(NEXT_fstatat);
}

/*
 * Where the lookup has just asked the kernel, it need not be asked again: unless ST might not bear
 * to be written to.
 */
static bool is_answered(int version, const struct place *at, const struct stat *st)
{
	return at->glanced && is_kernels(version) && pointer_known_writable(st, sizeof *st);
}

/* True when one came since the name was looked at. */
static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

static int stat_inside(int version, struct place *at, struct stat *st)
{
	struct way way;
	int result, error = file_way(at, &way);
	if (error)
		return (int)edge(error);
	if (is_answered(version, at, st)) {
		*st = *at->glance;
		overlay_show_stat(at->overlay, &at->node, st);
		return 0;
	}
	do
		result = look(version, way.dirfd, way.name, st, AT_SYMLINK_NOFOLLOW);
	while (way_lost(&way, at, result < 0 ? errno : 0));
	if (result == 0 && is_whiteout(st))
		return (int)edge(-ENOENT);
	if (result == 0) {
		pointer_was_written(st, sizeof *st);
		overlay_show_stat(at->overlay, &at->node, st);
	}
	return result;
}

/* AT is room to work in. */
static int stat_descriptor(int version, int fd, struct place *at, struct stat *st)
{
	struct descriptor d;
	/* A directory is what merged has there now, whichever part of it is open. */
	const bool dir = descriptor_brief(fd, &d) && d.kind == DESCRIPTOR_DIR &&
			 !descriptor_place(fd, at) && node_is_dir(&at->node);
	if (dir && at->node.layer != d.layer)
		return stat_inside(version, at, st);
	if (!dir)
		descriptor_refresh(fd);
	int result = version == TODAY ? NEXT(fstat)(fd, st) : NEXT(__fxstat)(version, fd, st);
	if (result == 0 && dir)
		overlay_show_stat(at->overlay, &at->node, st);
	else if (result == 0)
		descriptor_show_stat(fd, st);
	return result;
}

/* What is remembered is looked at; false where that does not answer the call. */
static inline __attribute__((always_inline)) bool
stat_remembered(int version, int dirfd, const char *path, struct stat *st, int flags, int *result)
{
	struct glimpse g;
	const unsigned how = place_flags(flags) | PLACE_UNSEEN;
	if (!glimpse(&g, dirfd, path, how) || (g.unseen && !is_kernels(version)))
		return false;
	if (g.unseen || !node_absent(&g.node)) {
		*result = look(version, g.way.dirfd, g.way.name, st, AT_SYMLINK_NOFOLLOW);
		if (!glimpse_tells(&g, *result < 0 ? errno : 0, st, how))
			return false;
	}
	if (node_absent(&g.node))
		*result = (int)edge(-ENOENT);
	else if (*result == 0)
		overlay_show_stat(g.overlay, &g.node, st);
	return true;
}

__attribute__((noinline)) static int stat_found(int version, int dirfd, const char *path,
						struct stat *st, int flags)
{
	struct place at;
	struct stat glance;
	int result, error = place_find_glance(&at, dirfd, path, place_flags(flags), &glance);
	if (error)
		return (int)edge(error);
	if (at.self && dirfd != AT_FDCWD)
		return stat_descriptor(version, dirfd, &at, st);
	do
		result = at.overlay ? stat_inside(version, &at, st)
				    : look(version, at.dirfd, at.name, st, flags);
	while (again(result, &at) || (result == 0 && place_showed_door(&at, st)));
	return result;
}

static inline __attribute__((always_inline)) int stat_at(int version, int dirfd, const char *path,
							 struct stat *st, int flags)
{
	int result;
	return stat_remembered(version, dirfd, path, st, flags, &result)
		       ? result
		       : stat_found(version, dirfd, path, st, flags);
}

/* What nearly everybody calls stands alone, without what the old names need. */
__attribute__((noinline, hot)) static int stat_today(int dirfd, const char *path, struct stat *st,
						     int flags)
{
	return stat_at(TODAY, dirfd, path, st, flags);
}

__attribute__((noinline)) static int stat_once(int version, int dirfd, const char *path,
					       struct stat *st, int flags)
{
	return stat_at(version, dirfd, path, st, flags);
}

static int stat_open(int version, int fd, struct stat *st)
{
	struct place at;
	return stat_descriptor(version, fd, &at, st);
}

int fstat(int fd, struct stat *st)
{
	return stat_open(TODAY, fd, st);
}

int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	if (flags & ~FSTATAT_FLAGS)
		return NEXT(fstatat)(dirfd, path, st, flags);
	return stat_today(dirfd, path, st, flags);
}

int stat(const char *path, struct stat *st)
{
	return stat_today(AT_FDCWD, path, st, 0);
}

int lstat(const char *path, struct stat *st)
{
	return stat_today(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

/* On 64-bit machines every version of struct stat is today's. */
int __xstat(int version, const char *path, struct stat *st)
{
	return stat_once(version, AT_FDCWD, path, st, 0);
}

int __lxstat(int version, const char *path, struct stat *st)
{
	return stat_once(version, AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int __fxstat(int version, int fd, struct stat *st)
{
	return stat_open(version, fd, st);
}

int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags)
{
	return stat_once(version, dirfd, path, st, flags);
}
