/* stdio's openers: a descriptor first, then a stream on it. */
#include "overlain/libc.h"

/* fopen(3): the mode as flags of open; -1 when it is none. */
static int mode_flags(const char *mode)
{
	int flags;
	switch (*mode) {
	case 'r':
		flags = O_RDONLY;
		break;
	case 'w':
		flags = O_WRONLY | O_CREAT | O_TRUNC;
		break;
	case 'a':
		flags = O_WRONLY | O_CREAT | O_APPEND;
		break;
	default:
		return -1;
	}
	for (mode++; *mode && *mode != ','; mode++) {
		if (*mode == '+')
			flags = (flags & ~O_ACCMODE) | O_RDWR;
		else if (*mode == 'x')
			flags |= O_EXCL;
		else if (*mode == 'e')
			flags |= O_CLOEXEC;
	}
	return flags;
}

/* Streams with a character set are libc's to make, by name: fdopen takes none. */
static FILE *open_by_name(int fd, const char *mode)
{
	char name[40], plain[64];
	struct text link, t;
	text_init(&link, name, sizeof name);
	text_add_descriptor(&link, fd);
	text_init(&t, plain, sizeof plain);
	for (; *mode; mode++)
		if (*mode != 'x')
			text_add_char(&t, *mode);
	return NEXT(fopen)(name, plain);
}

/* FD, or -errno, as a stream. */
static FILE *stream_on(int fd, const char *mode)
{
	if (fd < 0)
		return edge(fd), NULL;
	FILE *file = text_find(mode, ',') ? open_by_name(fd, mode) : fdopen(fd, mode);
	int saved = errno;
	if (file && fileno(file) != fd)
		descriptor_copy(fd, fileno(file));
	if (!file || fileno(file) != fd)
		close(fd);
	errno = saved;
	return file;
}

static FILE *open_outside(const struct place *at, int flags, const char *mode)
{
	FILE *file = NEXT(fopen)(at->name, mode);
	if (file)
		proc_opened(fileno(file), at, flags);
	return file;
}

FILE *fopen(const char *path, const char *mode)
{
	struct place at;
	FILE *file;
	int flags = mode_flags(mode);
	if (flags < 0 || !process_ready())
		return NEXT(fopen)(path, mode);
	int error = open_find(&at, AT_FDCWD, path, flags);
	if (error)
		return edge(error), NULL;
	do
		file = at.overlay ? stream_on(file_open(&at, flags, 0666, NEXT(openat)), mode)
				  : open_outside(&at, flags, mode);
	while (again(file ? 0 : -1, &at));
	return file;
}

/* A stream that changes its file: libc closes and opens by the name we find for it. */
FILE *freopen(const char *path, const char *mode, FILE *file)
{
	char name[40];
	struct text link;
	int flags = mode_flags(mode);
	if (!path || flags < 0 || !process_ready())
		return NEXT(freopen)(path, mode, file);
	int fd = openat(AT_FDCWD, path, flags | O_CLOEXEC, 0666);
	if (fd < 0) {
		int saved = errno;
		fclose(file);
		errno = saved;
		return NULL;
	}
	text_init(&link, name, sizeof name);
	text_add_descriptor(&link, fd);
	FILE *again_file = NEXT(freopen)(name, mode, file);
	int saved = errno;
	if (again_file)
		descriptor_copy(fd, fileno(again_file));
	close(fd);
	errno = saved;
	return again_file;
}

FILE *setmntent(const char *path, const char *mode)
{
	return fopen(path, mode);
}
