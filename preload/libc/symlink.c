/* readlink and realpath: names as merged has them, never a layer's. */
#include "overlain/libc.h"

static ssize_t readlink_inside(struct place *at, char *buffer, size_t size)
{
	const char *path;
	int error = file_reach(at, &path);
	if (!error && at->node.type != DT_LNK)
		error = -EINVAL;
	return error ? edge(error) : NEXT(readlinkat)(AT_FDCWD, path, buffer, size);
}

/* The magic links of /proc name what is open: in merged's terms, where it is merged's. */
__attribute__((noinline)) static ssize_t readlink_outside(const struct place *at, char *buffer,
							  size_t size, bool plain)
{
	char target[PATH_MAX];
	if (size > 0 && pointer_string(at->name, PATH_MAX) > 0 && text_starts(at->name, "/proc/")) {
		ssize_t length = proc_readlink(at->name, target, sizeof target);
		if (length >= 0) {
			size = size < (size_t)length ? size : (size_t)length;
			memcpy(buffer, target, size);
			return (ssize_t)size;
		}
	}
	return plain ? NEXT(readlink)(at->name, buffer, size)
		     : NEXT(readlinkat)(at->dirfd, at->name, buffer, size);
}

static ssize_t read_link(int dirfd, const char *path, char *buffer, size_t size, bool plain)
{
	struct place at;
	if ((int)size <= 0)
		return edge(-EINVAL); /* readlink(2), before anything else */
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

/* True when libc's own realpath gives the right answer: nothing of merged is on the way. */
static bool is_elsewhere(const char *path)
{
	struct base base;
	struct place at;
	if (!process_ready())
		return true;
	if (place_find(&at, AT_FDCWD, path, PLACE_FOLLOW) || at.overlay)
		return false;
	return path[0] == '/' || (cwd_base(&base) == 0 && !base.overlay);
}

char *realpath(const char *path, char *resolved)
{
	struct place at;
	char name[PATH_MAX];
	if (!path)
		return edge(-EINVAL), NULL;
	if (is_elsewhere(path)) {
		char *result = NEXT(realpath)(path, resolved);
		if (result || errno != ENOENT)
			return result;
	}
	int error = *path ? place_find(&at, AT_FDCWD, path, PLACE_FOLLOW | PLACE_WALK) : -ENOENT;
	if (!error && !at.overlay)
		return NEXT(realpath)(at.name, resolved);
	if (!error && node_absent(&at.node))
		error = -ENOENT;
	if (!error && at.slash && !node_is_dir(&at.node))
		error = -ENOTDIR;
	if (!error)
		error = place_name(&at, name);
	if (error)
		return edge(error), NULL;
	return resolved ? strcpy(resolved, name) : strdup(name);
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
