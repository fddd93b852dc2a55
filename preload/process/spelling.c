/* What a path's text tells without a look at the disk, symlinks left out of account. */
#include "internal.h"

#include <string.h>

bool spelling_climbs(const char *path)
{
	for (const char *c = path; (c = text_find(c, '.')); c++)
		if (c[1] == '.' && (c == path || c[-1] == '/') && (c[2] == '/' || !c[2]))
			return true;
	return false;
}

bool place_spell(struct place *at, const char *path)
{
	while (*path) {
		const char *end = path;
		while (*end && *end != '/')
			end++;
		size_t length = (size_t)(end - path);
		if (length == 2 && path[0] == '.' && path[1] == '.') {
			path_pop(&at->path);
		} else if (length > 1 || (length == 1 && path[0] != '.')) {
			size_t was = at->path.length;
			if (!place_fits(at, was + 1 + length))
				return false;
			path_rel(&at->path)[was] = '/';
			memcpy(path_rel(&at->path) + was + 1, path, length);
			path_cut(&at->path, was + 1 + length);
		}
		/* "file/." asks for a directory as "file/" does. */
		at->slash = *end == '/' || (length == 1 && path[0] == '.');
		path = end + (*end == '/');
	}
	return true;
}

size_t place_parent_length(const char *name, size_t length)
{
	while (length > 0 && name[length - 1] == '/')
		length--;
	while (length > 0 && name[length - 1] != '/')
		length--;
	return length;
}
