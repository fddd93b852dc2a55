/*
 * Directory streams. One that a single layer fills is libc's own; a merged one is a snapshot of
 * ours (stream.c), told apart by its address.
 */
#include "directory.h"

/* True where libc can read the open directory FD by itself; else AT is what it is. */
static bool is_plain(int fd, struct place *at)
{
	struct descriptor d;
	return !descriptor_brief(fd, &d) || d.kind != DESCRIPTOR_DIR || descriptor_place(fd, at) ||
	       (node_is_dir(&at->node) && at->node.layer == d.layer &&
		overlay_lists_plainly(at->overlay, &at->node));
}

/* A stream for it, which takes it over; NULL and errno. */
static DIR *stream_of(int fd, struct place *at)
{
	int error = 0;
	struct stream *s = stream_open(fd, at, &error);
	if (!s)
		edge(error);
	return (DIR *)s;
}

DIR *fdopendir(int fd)
{
	struct place at;
	if (is_plain(fd, &at) || (NEXT(fcntl)(fd, F_GETFL) & O_PATH))
		return NEXT(fdopendir)(fd); /* libc knows what to make of it */
	return stream_of(fd, &at);
}

DIR *directory_or_close(int fd, DIR *dir)
{
	if (fd >= 0 && !dir) {
		int saved = errno;
		close(fd);
		errno = saved;
	}
	return dir;
}

/* A directory of one layer, opened by libc as it opens any. */
static DIR *open_plain(struct place *at)
{
	DIR *dir = NEXT(opendir)(overlay_reach(at->overlay, &at->node, &at->path));
	if (dir)
		descriptor_note(NEXT(dirfd)(dir), at);
	return dir;
}

static DIR *open_merged(struct place *at)
{
	int fd = file_open(at, OPENING(DIRECTORY_FLAGS, 0));
	if (fd < 0)
		return edge(fd), NULL;
	return directory_or_close(fd, is_plain(fd, at) ? NEXT(fdopendir)(fd) : stream_of(fd, at));
}

static DIR *open_outside(const struct place *at)
{
	DIR *dir = NEXT(opendir)(at->name);
	if (dir && process_ready())
		descriptor_note(NEXT(dirfd)(dir), at);
	return dir;
}

DIR *opendir(const char *path)
{
	struct place at;
	DIR *dir;
	int error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (!error)
		error = place_is_door(&at);
	if (error < 0)
		return edge(error), NULL;
	do {
		if (!at.overlay)
			dir = open_outside(&at);
		else if (node_is_dir(&at.node) && overlay_lists_plainly(at.overlay, &at.node))
			dir = open_plain(&at);
		else
			dir = open_merged(&at);
	} while (again(dir ? 0 : -1, &at));
	return dir;
}

/* Our stream behind DIR, or NULL where libc's own is read. */
static struct stream *ours(DIR *dir)
{
	return stream_ours(dir) ? (struct stream *)dir : directory_stand(dir);
}

int closedir(DIR *dir)
{
	if (stream_ours(dir))
		return close(stream_close((struct stream *)dir));
	directory_stand_end(dir);
	int fd = dir ? NEXT(dirfd)(dir) : -1;
	if (fd >= 0)
		descriptor_drop(fd);
	return NEXT(closedir)(dir);
}

int dirfd(DIR *dir)
{
	return stream_ours(dir) ? stream_fd((struct stream *)dir) : NEXT(dirfd)(dir);
}

bool directory_shows(int fd, const char *name)
{
	struct stat st;
	struct descriptor d;
	if (!descriptor_brief(fd, &d) || d.kind != DESCRIPTOR_DIR)
		return true;
	int saved = errno;
	bool shown = fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	errno = saved;
	return shown;
}

struct dirent *readdir(DIR *dir)
{
	struct dirent *entry;
	struct stream *s = ours(dir);
	if (s)
		return (struct dirent *)stream_read(s);
	do
		entry = NEXT(readdir)(dir);
	while (entry && directory_is_odd(entry->d_type, entry->d_name) && process_ready() &&
	       !directory_shows(NEXT(dirfd)(dir), entry->d_name));
	return entry;
}

int readdir_r(DIR *dir, struct dirent *room, struct dirent **result)
{
	int saved = errno;
	errno = 0;
	struct dirent *entry = readdir(dir);
	int error = errno;
	errno = saved;
	*result = NULL;
	if (!entry)
		return error;
	memcpy(room, entry, entry->d_reclen);
	*result = room;
	return 0;
}

void rewinddir(DIR *dir)
{
	struct stream *s = ours(dir);
	if (s)
		stream_seek(s, 0);
	else if (!dir || !process_ready() || !directory_stand_in(dir, NEXT(dirfd)(dir)))
		NEXT(rewinddir)(dir);
}

void seekdir(DIR *dir, long at)
{
	struct stream *s = ours(dir);
	if (s)
		stream_seek(s, at);
	else
		NEXT(seekdir)(dir, at);
}

long telldir(DIR *dir)
{
	struct stream *s = ours(dir);
	return s ? stream_tell(s) : NEXT(telldir)(dir);
}
