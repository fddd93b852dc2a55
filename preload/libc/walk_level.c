/*
 * The path of a tree walk, and the directories open along it: no more at once than the caller
 * allows.
 */
#include "walk_ftw.h"

#include <limits.h>
#include <string.h>

bool walk_begin(struct walk *w, const char *path)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	w->room = 2 * length > PATH_MAX ? 2 * length : PATH_MAX;
	w->path = malloc(w->room);
	if (!w->path)
		return false;
	memcpy(w->path, path, length);
	w->path[length] = 0;
	while (length > 0 && w->path[length - 1] != '/')
		length--;
	w->info.base = (int)length;
	if (w->budget < 1)
		w->budget = 1;
	return true;
}

int walk_enter_parent(struct walk *w)
{
	char *end = w->path + w->info.base;
	if (w->budget > 1)
		w->budget--; /* the way home is held open */
	if (w->info.base <= 1)
		return w->info.base ? chdir("/") : 0;
	end[-1] = 0;
	int result = chdir(w->path);
	end[-1] = '/';
	return result;
}

bool walk_name(struct walk *w, const char *name)
{
	size_t base = (size_t)w->info.base, length = strlen(name) + 1;
	if (base + length >= w->room) {
		char *path = realloc(w->path, 2 * (base + length));
		if (!path)
			return false;
		w->path = path;
		w->room = 2 * (base + length);
	}
	memcpy(w->path + base, name, length);
	return true;
}

void walk_down(struct walk *w)
{
	size_t length = strlen(w->path);
	if (w->path[length - 1] != '/')
		w->path[length++] = '/'; /* walk_name left room for it */
	w->info.base = (int)length;
	w->info.level++;
}

void walk_up(struct walk *w, int base)
{
	w->path[w->info.base - 1] = 0;
	w->info.base = base;
	w->info.level--;
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Reads what is left of a directory into memory, so that it can be closed. */
static int read_ahead(struct walk *w, struct level *level)
{
	const char *name;
	size_t size = 1, room = 1024;
	char *names = malloc(room);
	while (names && (name = level_next(level))) {
		size_t length = strlen(name) + 1;
		char *larger = size + length <= room ? names : realloc(names, room = 2 * room);
		if (!larger) {
			free(names);
			names = NULL;
			break;
		}
		names = larger;
		memcpy(names + size - 1, name, length);
		size += length;
	}
	if (!names)
		return -1;
	names[size - 1] = 0;
	level->names = level->next = names;
	closedir(level->stream);
	level->stream = NULL;
	w->open--;
	return 0;
}

/* The outermost directory that is still open makes place for one more. */
static int make_place(struct walk *w, struct level *up)
{
	struct level *first = NULL;
	for (; w->open >= w->budget && up; up = up->up)
		if (up->stream)
			first = up;
	return first ? read_ahead(w, first) : 0;
}

int level_open(struct walk *w, struct level *level, struct level *up)
{
	const char *name = w->flags & FTW_CHDIR ? w->path + w->info.base : w->path;
	*level = (struct level){.up = up};
	if (make_place(w, up) < 0)
		return -1;
	if (up && up->stream) {
		int fd = openat(dirfd(up->stream), w->path + w->info.base,
				O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
		level->stream = fd < 0 ? NULL : fdopendir(fd);
		if (fd >= 0 && !level->stream)
			close(fd);
	} else {
		level->stream = opendir(*name ? name : ".");
	}
	if (!level->stream)
		return -1;
	w->open++;
	return 0;
}

void level_close(struct walk *w, struct level *level)
{
	int saved = errno;
	if (level->stream) {
		closedir(level->stream);
		w->open--;
	}
	free(level->names);
	errno = saved;
}

const char *level_next(struct level *level)
{
	const struct dirent *entry;
	if (!level->stream) {
		const char *name = level->next;
		level->next += strlen(name) + 1;
		return *name ? name : NULL;
	}
	do
		entry = readdir(level->stream);
	while (entry && is_dots(entry->d_name));
	return entry ? entry->d_name : NULL;
}

int level_stat(const struct walk *w, const struct level *in, const char *name, struct stat *st,
	       int flags)
{
	if (in && in->stream)
		return fstatat(dirfd(in->stream), name, st, flags);
	return fstatat(AT_FDCWD, in && !(w->flags & FTW_CHDIR) ? w->path : name, st, flags);
}
