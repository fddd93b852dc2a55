/* The stat family: by path, by descriptor, and as programs built before glibc 2.33 call it. */
#include "overlain/libc.h"

#include <sys/sysmacros.h>

/* In place of a version: the names of today, which take none. */
#define TODAY INT_MIN

/*
 * The next definition of the name that was called: a preload may make one of these of another, and
 * would come back to us with it.
 */
static int look(int version, int dirfd, const char *path, struct stat *st, int flags)
{
	return version == TODAY ? NEXT(fstatat)(dirfd, path, st, flags)
				: NEXT(__fxstatat)(version, dirfd, path, st, flags);
}

/*
 * Where the lookup has just asked the kernel, it need not be asked again: unless somebody stacked
 * behind us would have another answer, or ST might not bear to be written to.
 */
static bool is_answered(int version, const struct place *at, const struct stat *st)
{
	return at->glanced && version == TODAY && pointer_known_writable(st, sizeof *st) &&
	       next_is_libc(NEXT_fstatat);
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
	/* A whiteout that came since it was looked at. */
	if (result == 0 && S_ISCHR(st->st_mode) && st->st_rdev == 0)
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
	if (descriptor_find(fd, &d) && d.kind == DESCRIPTOR_DIR && !descriptor_place(fd, at) &&
	    node_is_dir(&at->node))
		return stat_inside(version, at, st);
	descriptor_refresh(fd);
	int result = version == TODAY ? NEXT(fstat)(fd, st) : NEXT(__fxstat)(version, fd, st);
	if (result == 0)
		descriptor_show_stat(fd, st);
	return result;
}

static int stat_at(int version, int dirfd, const char *path, struct stat *st, int flags)
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

static int stat_open(int version, int fd, struct stat *st)
{
	struct place at;
	return stat_descriptor(version, fd, &at, st);
}

int fstat(int fd, struct stat *st)
{
	return stat_open(TODAY, fd, st);
}

/* Whatever else is asked for, the kernel refuses before it looks at the path. */
#define FSTATAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)

int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	if (flags & ~FSTATAT_FLAGS)
		return NEXT(fstatat)(dirfd, path, st, flags);
	return stat_at(TODAY, dirfd, path, st, flags);
}

int stat(const char *path, struct stat *st)
{
	return stat_at(TODAY, AT_FDCWD, path, st, 0);
}

int lstat(const char *path, struct stat *st)
{
	return stat_at(TODAY, AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

/* What overlay_show_stat does for a struct stat. */
static void show_statx(const struct place *at, struct statx *stx)
{
	struct stat st = {.st_ino = stx->stx_ino, .st_nlink = stx->stx_nlink};
	overlay_show_stat(at->overlay, &at->node, &st);
	stx->stx_ino = st.st_ino;
	stx->stx_nlink = (uint32_t)st.st_nlink;
	stx->stx_dev_major = major(st.st_dev);
	stx->stx_dev_minor = minor(st.st_dev);
}

static int statx_inside(struct place *at, int flags, unsigned mask, struct statx *stx)
{
	struct way way;
	int result, error = file_way(at, &way);
	if (error)
		return (int)edge(error);
	flags = (flags & ~AT_EMPTY_PATH) | AT_SYMLINK_NOFOLLOW;
	do
		result = NEXT(statx)(way.dirfd, way.name, flags, mask, stx);
	while (way_lost(&way, at, result < 0 ? errno : 0));
	if (result == 0 && S_ISCHR(stx->stx_mode) && !stx->stx_rdev_major && !stx->stx_rdev_minor)
		return (int)edge(-ENOENT);
	if (result == 0)
		show_statx(at, stx);
	return result;
}

static int statx_descriptor(int fd, struct place *at, int flags, unsigned mask, struct statx *stx)
{
	struct descriptor d;
	bool known = descriptor_find(fd, &d) && d.kind != DESCRIPTOR_OUTSIDE;
	if (known && d.kind == DESCRIPTOR_DIR && !descriptor_place(fd, at) &&
	    node_is_dir(&at->node))
		return statx_inside(at, flags, mask, stx);
	descriptor_refresh(fd);
	int result = NEXT(statx)(fd, "", flags, mask, stx);
	if (result == 0 && known) {
		at->overlay = &process_mounts()->at[d.overlay];
		at->node = (struct node){.layer = d.layer, .ino = d.ino, .type = d.type};
		show_statx(at, stx);
	}
	return result;
}

static bool showed_door(struct place *at, const struct statx *stx)
{
	struct stat st = {
		.st_dev = makedev(stx->stx_dev_major, stx->stx_dev_minor),
		.st_ino = stx->stx_ino,
		.st_mode = stx->stx_mode,
	};
	return place_showed_door(at, &st);
}

int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *stx)
{
	struct place at;
	if ((flags & ~FSTATAT_FLAGS) || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
	    (mask & STATX__RESERVED))
		return NEXT(statx)(dirfd, path, flags, mask, stx);
	int result, error = place_find(&at, dirfd, path, place_flags(flags));
	if (error)
		return (int)edge(error);
	if (at.self && dirfd != AT_FDCWD)
		return statx_descriptor(dirfd, &at, flags, mask, stx);
	do
		result = at.overlay ? statx_inside(&at, flags, mask, stx)
				    : NEXT(statx)(at.dirfd, at.name, flags, mask, stx);
	while (again(result, &at) || (result == 0 && showed_door(&at, stx)));
	return result;
}

/* On 64-bit machines every version of struct stat is today's. */
int __xstat(int version, const char *path, struct stat *st)
{
	return stat_at(version, AT_FDCWD, path, st, 0);
}

int __lxstat(int version, const char *path, struct stat *st)
{
	return stat_at(version, AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int __fxstat(int version, int fd, struct stat *st)
{
	return stat_open(version, fd, st);
}

int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags)
{
	return stat_at(version, dirfd, path, st, flags);
}
