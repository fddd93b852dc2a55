#include "plant_words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "format.h"
#include "scratch.h"

static bool write_all(const char *path, const void *data, size_t size, off_t at)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	bool done = fd >= 0 && pwrite(fd, data, size, at) == (ssize_t)size;

	close(fd);
	return done;
}

static bool make_directory(const struct entry *entry)
{
	return (mkdir(entry->path, 0755) == 0 || errno == EEXIST) && chmod(entry->path, 0755) == 0;
}

static bool make_opaque(const struct entry *entry)
{
	if (entry->over)
		remove_tree(entry->path);
	return make_directory(entry) &&
	       (entry->over || setxattr(entry->path, "user.overlay.opaque", "y", 1, 0) == 0);
}

static bool make_file(const struct entry *entry)
{
	char *line = format(*entry->argument ? "%s\n" : "%s", entry->argument);

	unescape(line);
	return write_all(entry->path, line, strlen(line), 0);
}

static bool make_sized(const struct entry *entry)
{
	size_t size = strtoul(entry->argument, NULL, 10);
	unsigned char *data = malloc(size);
	unsigned state = 1;

	for (size_t i = 0; i < size; i++)
		data[i] = (unsigned char)((state = state * 1103515245 + 12345) >> 16);
	return write_all(entry->path, data, size, 0);
}

static bool make_hole(const struct entry *entry)
{
	return write_all(entry->path, "end\n", 4, strtol(entry->argument, NULL, 10));
}

static bool make_symlink(const struct entry *entry)
{
	return symlink(entry->argument, entry->path) == 0;
}

static bool make_link(const struct entry *entry)
{
	char *target = format("%.*s/%s", (int)(strrchr(entry->path, '/') - entry->path),
			      entry->path, entry->argument);

	return link(target, entry->path) == 0;
}

static bool make_fifo(const struct entry *entry)
{
	return mkfifo(entry->path, 0644) == 0;
}

static bool make_whiteout_xattr(const struct entry *entry)
{
	return entry->over || (write_all(entry->path, "", 0, 0) &&
			       setxattr(entry->path, "user.overlay.whiteout", "y", 1, 0) == 0);
}

static bool make_whiteout_file(const struct entry *entry)
{
	const char *name = strrchr(entry->path, '/');
	char *mark = format("%.*s/.wh.%s", (int)(name - entry->path), entry->path, name + 1);

	return entry->over || write_all(mark, "", 0, 0);
}

static bool make_opaque_file(const struct entry *entry)
{
	if (entry->over)
		remove_tree(entry->path);
	return make_directory(entry) &&
	       (entry->over || write_all(format("%s/.wh..wh..opq", entry->path), "", 0, 0));
}

/* On a file system that takes no such device, an overlay for one, the form that needs none. */
static bool make_whiteout(const struct entry *entry)
{
	return entry->over || mknod(entry->path, S_IFCHR, makedev(0, 0)) == 0 ||
	       (errno == EPERM && make_whiteout_file(entry));
}

static bool set_mode(const struct entry *entry)
{
	return chmod(entry->path, (mode_t)strtoul(entry->argument, NULL, 8)) == 0;
}

static bool set_xattr(const struct entry *entry)
{
	const char *value = strchr(entry->argument, '=');
	char *key = format("%.*s", (int)(value - entry->argument), entry->argument);

	if (entry->over && starts_with(key, "user.overlay."))
		return true;
	return setxattr(entry->path, key, value + 1, strlen(value + 1), 0) == 0;
}

static const struct word words[] = {
	{"", make_directory, MERGES},
	{"opaque", make_opaque, MERGES},
	{"opaque-file", make_opaque_file, MERGES},
	{"=", make_file, REPLACES},
	{"size", make_sized, REPLACES},
	{"hole", make_hole, REPLACES},
	{"->", make_symlink, REPLACES},
	{"==", make_link, REPLACES},
	{"fifo", make_fifo, REPLACES},
	{"whiteout", make_whiteout, REPLACES},
	{"whiteout-file", make_whiteout_file, REPLACES},
	{"whiteout-xattr", make_whiteout_xattr, REPLACES},
	{"mode", set_mode, ADORNS},
	{"xattr", set_xattr, ADORNS},
};

const struct word *find_word(const char *text)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].text, text) == 0)
			return &words[i];
	return NULL;
}
