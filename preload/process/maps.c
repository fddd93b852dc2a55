/* /proc/PID/maps and smaps: the files a process has mapped, by the names they have in merged. */
#include "internal.h"

#include <string.h>

/* Where the path of a mapping begins in LINE, "START-END PERMS OFFSET DEV INODE   PATH"; or NULL.
 */
static const char *path_in(const char *line, const char *end)
{
	int fields = 0;
	if (!memchr("0123456789abcdef", *line, 16))
		return NULL; /* of smaps, what is told of a mapping */
	for (; line < end && fields < 5; line++)
		fields += line[0] == ' ' && line[1] != ' ';
	return line < end && *line == '/' ? line : NULL;
}

/* Makes NAME (PATH_MAX bytes) the path as merged has it: its length; 0 where that is the same. */
static size_t show_path(const char *path, const char *end, char *name)
{
	const size_t length = (size_t)(end - path);
	if (length >= PATH_MAX)
		return 0;
	memcpy(name, path, length);
	name[length] = 0;
	ssize_t shown = reverse_path(name, PATH_MAX);
	if (shown < 0 || ((size_t)shown == length && memcmp(name, path, length) == 0))
		return 0;
	return (size_t)shown;
}

static bool put(int fd, const char *text, size_t size)
{
	return sys_write(fd, text, size) == (ssize_t)size;
}

/* Writes the table of SIZE bytes to FD; -ENOENT, and nothing written, when it stays as it is. */
__attribute__((noinline)) static int write_table(const char *table, size_t size, int fd)
{
	char name[PATH_MAX];
	const char *done = table, *last = table + size;
	for (const char *line = table, *end; line < last; line = end + 1) {
		end = memchr(line, '\n', (size_t)(last - line));
		if (!end)
			break;
		const char *path = path_in(line, end);
		const size_t shown = path ? show_path(path, end, name) : 0;
		if (!shown)
			continue;
		if (!put(fd, done, (size_t)(path - done)) || !put(fd, name, shown))
			return -ENOSPC;
		done = end;
	}
	if (done == table)
		return -ENOENT;
	return put(fd, done, (size_t)(last - done)) ? 0 : -ENOSPC;
}

int maps_show(int fd, size_t size)
{
	char *table = size ? sys_pages(size) : NULL;
	if (!table)
		return -ENOENT;
	int error = sys_pread(fd, table, size, 0) == (ssize_t)size ? 0 : -EIO;
	if (!error)
		error = sys_ftruncate(fd, 0);
	sys_lseek(fd, 0, SEEK_SET);
	if (!error)
		error = write_table(table, size, fd);
	sys_munmap(table, size);
	return error;
}
