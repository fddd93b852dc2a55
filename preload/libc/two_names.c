/* Room for two places, as little as will do. */
#include "two_names.h"

__attribute__((noinline)) static int with_long(two_names_call *call, const struct two_names *asked)
{
	struct place from, to;
	return call(asked, &from, &to, 0);
}

__attribute__((noinline)) static int with_short(two_names_call *call, const struct two_names *asked)
{
	struct place from;
	PLACE_BRIEFLY(to);
	return call(asked, &from, to, PLACE_BRIEF);
}

int two_names(two_names_call *call, const struct two_names *asked)
{
	int result = with_short(call, asked);
	return result == TWO_NAMES_CRAMPED ? with_long(call, asked) : result;
}

int two_names_parent(const struct place *at)
{
	struct stat st;
	if (at->overlay)
		return 0;
	ssize_t size = pointer_string(at->name, PATH_MAX);
	if (size <= 0)
		return size < 0 ? (int)size : -ENOENT;
	size_t length = place_parent_length(at->name, (size_t)size);
	char parent[length + 2];
	memcpy(parent, at->name, length);
	memcpy(parent + length, length ? "" : ".", length ? 1 : 2);
	return sys_fstatat(at->dirfd, parent, &st, 0);
}
