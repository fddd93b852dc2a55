/* The entries of one layer's directory, a few at a time: where stacks may be small. */
#include "internal.h"

int entries_in(int fd, entry_visit *visit, void *data)
{
	struct reading reading = {.fd = fd, .xmarked = XMARKED_ASK};
	char buffer[768] __attribute__((aligned(8)));
	ssize_t size = 0;
	int error = fd < 0 ? fd : 0;
	while (!error && (size = sys_getdents64(fd, buffer, sizeof buffer)) > 0)
		for (ssize_t at = 0; !error && at < size;) {
			const struct dirent64 *entry = (const void *)(buffer + at);
			at += entry->d_reclen;
			if (!text_same(entry->d_name, ".") && !text_same(entry->d_name, ".."))
				error = visit(&reading, entry, data);
		}
	return error ? error : (int)size;
}

int entries_each(const char *path, entry_visit *visit, void *data)
{
	CLOSE_SCOPED int fd =
		sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	return entries_in(fd, visit, data);
}
