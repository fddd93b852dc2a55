/* scandir and its kin, over our own streams. */
#include "directory.h"

#include <string.h>

typedef int filter_call(const struct dirent *entry);
typedef int compare_call(const struct dirent **a, const struct dirent **b);

struct names {
	struct dirent **list;
	size_t count, room;
};

static bool keep(struct names *n, const struct dirent *entry)
{
	if (n->count == n->room) {
		size_t room = n->room ? n->room * 2 : 16;
		struct dirent **list = realloc(n->list, room * sizeof *list);
		if (!list)
			return false;
		n->list = list;
		n->room = room;
	}
	struct dirent *copy = malloc(entry->d_reclen);
	if (!copy)
		return false;
	n->list[n->count++] = memcpy(copy, entry, entry->d_reclen);
	return true;
}

/* False, with errno, when the directory could not be read to its end. */
static bool read_all(struct names *n, DIR *dir, filter_call *filter)
{
	const struct dirent *entry;
	while (errno = 0, (entry = readdir(dir)))
		if ((!filter || filter(entry)) && !keep(n, entry))
			return false;
	return errno == 0;
}

static int give(struct names *n, struct dirent ***result, compare_call *compare)
{
	if (n->count && compare)
		qsort(n->list, n->count, sizeof *n->list,
		      (int (*)(const void *, const void *))compare);
	*result = n->list;
	return (int)n->count;
}

static int scan(DIR *dir, struct dirent ***result, filter_call *filter, compare_call *compare)
{
	struct names n = {NULL, 0, 0};
	int saved = errno;
	if (!dir)
		return -1;
	bool whole = read_all(&n, dir, filter);
	int error = errno;
	closedir(dir);
	errno = saved;
	if (whole)
		return give(&n, result, compare);
	while (n.count)
		free(n.list[--n.count]);
	free(n.list);
	return (int)edge(-error);
}

int scandir(const char *path, struct dirent ***result, filter_call *filter, compare_call *compare)
{
	return scan(opendir(path), result, filter, compare);
}

int scandirat(int dirfd, const char *path, struct dirent ***result, filter_call *filter,
	      compare_call *compare)
{
	int fd = openat(dirfd, path, DIRECTORY_FLAGS);
	DIR *dir = directory_or_close(fd, fd < 0 ? NULL : fdopendir(fd));
	return scan(dir, result, filter, compare);
}
