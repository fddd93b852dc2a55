/* readlink and realpath: names as merged has them, never a layer's. */
#include "overlain/libc.h"

static ssize_t readlink_inside(struct place *at, char *buffer, size_t size)
{
	struct way way;
	ssize_t result;
	int error = file_way(at, &way);
	if (!error && at->node.type != DT_LNK)
		error = -EINVAL;
	if (error)
		return edge(error);
	do
		result = NEXT(readlinkat)(way.dirfd, way.name, buffer, size);
	while (way_lost(&way, at, result < 0 ? errno : 0));
	return result;
}

/* The magic links of /proc name what is open: in merged's terms, where it is merged's. */
static ssize_t readlink_outside(const struct place *at, char *buffer, size_t size, bool plain)
{
	if (pointer_string(at->name, PATH_MAX) > 0 && text_starts(at->name, "/proc/")) {
		ssize_t length = proc_readlink(at->name, buffer, size);
		if (length != -ENOENT)
			return edge(length);
	}
	ssize_t length = plain ? NEXT(readlink)(at->name, buffer, size)
			       : NEXT(readlinkat)(at->dirfd, at->name, buffer, size);
	return length <= 0 || at->name[0] == '/'
		       ? length
		       : proc_reveal(at->dirfd, at->name, buffer, length, size);
}

__attribute__((noinline)) static ssize_t read_found(int dirfd, const char *path, char *buffer,
						    size_t size, bool plain)
{
	struct place at;
	ssize_t result;
	int error = place_find(&at, dirfd, path, 0);
	if (error)
		return edge(error);
	do
		result = at.overlay ? readlink_inside(&at, buffer, size)
				    : readlink_outside(&at, buffer, size, plain);
	while (again(result, &at));
	return result;
}

/* False where what is remembered does not answer the call. */
static bool read_remembered(int dirfd, const char *path, char *buffer, size_t size, ssize_t *result)
{
	struct glimpse g;
	if (!glimpse(&g, dirfd, path, 0))
		return false;
	if (g.node.type != DT_LNK) {
		*result = edge(node_absent(&g.node) ? -ENOENT : -EINVAL);
		return true;
	}
	*result = NEXT(readlinkat)(g.way.dirfd, g.way.name, buffer, size);
	return glimpse_held(&g, *result < 0 ? errno : 0);
}

static ssize_t read_link(int dirfd, const char *path, char *buffer, size_t size, bool plain)
{
	ssize_t result;
	if ((int)size <= 0)
		return edge(-EINVAL); /* readlink(2), before anything else */
	return read_remembered(dirfd, path, buffer, size, &result)
		       ? result
		       : read_found(dirfd, path, buffer, size, plain);
}

ssize_t readlinkat(int dirfd, const char *path, char *buffer, size_t size)
{
	return read_link(dirfd, path, buffer, size, false);
}

ssize_t readlink(const char *path, char *buffer, size_t size)
{
	return read_link(AT_FDCWD, path, buffer, size, true);
}

ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room)
{
	if (size > room)
		__chk_fail();
	return readlink(path, buffer, size);
}

ssize_t __readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size, size_t room)
{
	if (size > room)
		__chk_fail();
	return readlinkat(dirfd, path, buffer, size);
}

/* True when libc's own realpath gives the right answer for at->name: what follows is outside. */
static bool is_elsewhere(struct place *at, const char *path)
{
	struct base base;
	if (place_find(at, AT_FDCWD, path, PLACE_FOLLOW) || at->overlay)
		return false;
	return at->name[0] == '/' || !process_ready() ||
	       (cwd_base(&base, path_rel(&at->path), PATH_MAX) == 0 && !base.overlay);
}

char *realpath(const char *path, char *resolved)
{
	struct place at;
	int error;
	if (!path)
		return edge(-EINVAL), NULL;
	if (is_elsewhere(&at, path)) {
		char *result = NEXT(realpath)(at.name, resolved);
		error = !result && errno == ENOENT ? place_again(&at, ENOENT) : 0;
		if (error == 0)
			return result;
		error = error > 0 ? 0 : error;
	} else {
		error = *path ? place_find(&at, AT_FDCWD, path, PLACE_FOLLOW | PLACE_WALK)
			      : -ENOENT;
	}
	if (!error && !at.overlay)
		return NEXT(realpath)(at.name, resolved);
	if (!error && node_absent(&at.node))
		error = -ENOENT;
	if (!error && at.slash && !node_is_dir(&at.node))
		error = -ENOTDIR;
	if (!error && place_name_size(&at) > PATH_MAX)
		error = -ENAMETOOLONG;
	if (error)
		return edge(error), NULL;
	if (!resolved)
		resolved = malloc(place_name_size(&at));
	if (resolved)
		place_name(&at, resolved);
	return resolved;
}

char *__realpath_chk(const char *path, char *resolved, size_t room)
{
	if (room < PATH_MAX)
		__chk_fail();
	return realpath(path, resolved);
}

char *canonicalize_file_name(const char *path)
{
	return realpath(path, NULL);
}
