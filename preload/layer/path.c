/* Paths inside merged, moved along one component at a time. */
#include "overlain/path.h"

#include <errno.h>
#include <string.h>

void path_cut(struct path *p, size_t length)
{
	p->length = (uint16_t)length;
	path_rel(p)[length] = '\0';
}

void path_clear(struct path *p)
{
	path_cut(p, 0);
}

int path_set(struct path *p, const char *rel, size_t length)
{
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	memmove(path_rel(p), rel, length);
	path_cut(p, length);
	return 0;
}

void path_copy(struct path *to, const struct path *from)
{
	memcpy(path_rel(to), from->bytes + PATH_ROOM, from->length);
	path_cut(to, from->length);
}

int path_push(struct path *p, const char *name, size_t length)
{
	size_t at = p->length;
	size_t slash = at > 0;
	if (length > NAME_MAX || at + slash + length >= PATH_MAX)
		return -ENAMETOOLONG;
	char *end = path_rel(p) + at;
	memmove(end + slash, name, length);
	if (slash)
		*end = '/';
	path_cut(p, at + slash + length);
	return 0;
}

bool path_pop(struct path *p)
{
	size_t last = path_last(p);
	if (p->length == 0)
		return false;
	path_cut(p, last > 0 ? last - 1 : 0);
	return true;
}

char *path_behind(struct path *p, const char *prefix, size_t length)
{
	return memcpy(path_rel(p) - length, prefix, length);
}

struct path_patch path_patch(struct path *p, size_t at, const char *prefix, const char *name,
			     size_t length)
{
	struct path_patch patch = {.path = p, .at = (uint16_t)at, .length = p->length};
	const size_t front = strlen(prefix), size = front + length + 1;
	char text[NAME_MAX + 8];
	if (size > sizeof text || at + size > PATH_MAX)
		return patch;
	memcpy(text, prefix, front);
	memcpy(text + front, name, length);
	text[size - 1] = 0;
	memcpy(patch.saved, path_rel(p) + at, size);
	memcpy(path_rel(p) + at, text, size);
	p->length = (uint16_t)(at + size - 1);
	patch.size = (uint16_t)size;
	return patch;
}

void path_unpatch(struct path_patch *patch)
{
	memcpy(path_rel(patch->path) + patch->at, patch->saved, patch->size);
	patch->path->length = patch->length;
}
