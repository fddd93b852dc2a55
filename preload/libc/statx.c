/* statx, which asks for more or less than stat. */
#include "overlain/libc.h"

#include <sys/sysmacros.h>

/* As much of it as matters here. */
static struct stat as_stat(const struct statx *stx)
{
	return (struct stat){
		.st_dev = makedev(stx->stx_dev_major, stx->stx_dev_minor),
		.st_ino = stx->stx_ino,
		.st_nlink = stx->stx_nlink,
		.st_mode = stx->stx_mode,
		.st_rdev = makedev(stx->stx_rdev_major, stx->stx_rdev_minor),
		.st_size = (off_t)stx->stx_size,
		.st_blocks = (blkcnt_t)stx->stx_blocks,
	};
}

/* What overlay_show_stat does for a struct stat. */
static void show_statx(const struct overlay *ov, const struct node *n, struct statx *stx)
{
	struct stat st = as_stat(stx);
	overlay_show_stat(ov, n, &st);
	stx->stx_ino = st.st_ino;
	stx->stx_nlink = (uint32_t)st.st_nlink;
	stx->stx_dev_major = major(st.st_dev);
	stx->stx_dev_minor = minor(st.st_dev);
}

static bool is_xwhiteout(const struct statx *stx)
{
	return S_ISCHR(stx->stx_mode) && !stx->stx_rdev_major && !stx->stx_rdev_minor;
}

/* Of a name unseen so far the call itself tells what it is: -EAGAIN where place_again has to. */
static int statx_unseen(struct place *at, int flags, unsigned mask, struct statx *stx)
{
	struct way way;
	way_find(&way, at);
	flags = (flags & ~AT_EMPTY_PATH) | AT_SYMLINK_NOFOLLOW;
	const int result = NEXT(statx)(way.dirfd, way.name, flags, mask | STATX_BASIC_STATS, stx);
	const struct stat st = result ? (struct stat){0} : as_stat(stx);
	if ((result && errno != ENOENT) || !file_learn(at, &way, result ? NULL : &st))
		return (int)edge(-EAGAIN);
	if (node_absent(&at->node))
		return (int)edge(-ENOENT);
	show_statx(at->overlay, &at->node, stx);
	return 0;
}

static int statx_inside(struct place *at, int flags, unsigned mask, struct statx *stx)
{
	if (at->unseen)
		return statx_unseen(at, flags, mask, stx);
	struct way way;
	int result, error = file_way(at, &way);
	if (error)
		return (int)edge(error);
	flags = (flags & ~AT_EMPTY_PATH) | AT_SYMLINK_NOFOLLOW;
	do
		result = NEXT(statx)(way.dirfd, way.name, flags, mask, stx);
	while (way_lost(&way, at, result < 0 ? errno : 0));
	if (result == 0 && is_xwhiteout(stx))
		return (int)edge(-ENOENT);
	if (result == 0)
		show_statx(at->overlay, &at->node, stx);
	return result;
}

static int statx_descriptor(int fd, struct place *at, int flags, unsigned mask, struct statx *stx)
{
	struct descriptor d;
	const bool dir = descriptor_brief(fd, &d) && d.kind == DESCRIPTOR_DIR &&
			 !descriptor_place(fd, at) && node_is_dir(&at->node);
	if (dir && at->node.layer != d.layer)
		return statx_inside(at, flags, mask, stx);
	if (!dir)
		descriptor_refresh(fd);
	int result = NEXT(statx)(fd, "", flags, mask, stx);
	if (result == 0 && dir) {
		show_statx(at->overlay, &at->node, stx);
	} else if (result == 0 && descriptor_brief(fd, &d) && d.kind != DESCRIPTOR_OUTSIDE) {
		at->overlay = &process_mounts()->at[d.overlay];
		at->node = (struct node){.layer = d.layer, .ino = d.ino, .type = d.type};
		show_statx(at->overlay, &at->node, stx);
	}
	return result;
}

static bool showed_door(struct place *at, const struct statx *stx)
{
	const struct stat st = as_stat(stx);
	return place_showed_door(at, &st);
}

__attribute__((noinline)) static int statx_found(int dirfd, const char *path, int flags,
						 unsigned mask, struct statx *stx)
{
	struct place at;
	const unsigned unseen = next_is_libc(NEXT_statx) ? PLACE_UNSEEN : 0;
	int result, error = place_find(&at, dirfd, path, place_flags(flags) | unseen);
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

static bool statx_remembered(int dirfd, const char *path, int flags, unsigned mask,
			     struct statx *stx, int *result)
{
	struct glimpse g;
	const unsigned how = place_flags(flags) | PLACE_UNSEEN;
	if (!glimpse(&g, dirfd, path, how) || (g.unseen && !next_is_libc(NEXT_statx)))
		return false;
	if (g.unseen || !node_absent(&g.node)) {
		flags = (flags & ~AT_EMPTY_PATH) | AT_SYMLINK_NOFOLLOW;
		mask |= g.unseen ? STATX_BASIC_STATS : 0;
		*result = NEXT(statx)(g.way.dirfd, g.way.name, flags, mask, stx);
		const int error = *result < 0 ? errno : 0;
		const struct stat st = error ? (struct stat){0} : as_stat(stx);
		if (!glimpse_tells(&g, error, &st, how))
			return false;
	}
	if (node_absent(&g.node))
		*result = (int)edge(-ENOENT);
	else if (*result == 0)
		show_statx(g.overlay, &g.node, stx);
	return true;
}

int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *stx)
{
	int result;
	if ((flags & ~FSTATAT_FLAGS) || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
	    (mask & STATX__RESERVED))
		return NEXT(statx)(dirfd, path, flags, mask, stx);
	return statx_remembered(dirfd, path, flags, mask, stx, &result)
		       ? result
		       : statx_found(dirfd, path, flags, mask, stx);
}
