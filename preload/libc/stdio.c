/* stdio's openers: a descriptor first, then a stream on it. */
#include "attributes.h"

#include <string.h>

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

/* What libc needs to open FD once more: its name, and MODE without what is done already. */
struct reopening {
	char name[40], mode[64];
};

static void open_again(struct reopening *r, int fd, const char *mode)
{
	struct text t;
	text_init(&t, r->name, sizeof r->name);
	text_add_descriptor(&t, fd);
	text_init(&t, r->mode, sizeof r->mode);
	for (; *mode; mode++)
		if (*mode != 'x')
			text_add_char(&t, *mode);
}

/* Streams with a character set are libc's to make, by name: fdopen takes none. */
static FILE *open_by_name(int fd, const char *mode)
{
	struct reopening r;
	open_again(&r, fd, mode);
	return NEXT(fopen)(r.name, r.mode);
}

/* A stream that only appends begins at the end when fopen made it, and not when fdopen did. */
static FILE *open_by_number(int fd, const char *mode)
{
	FILE *file = fdopen(fd, mode);
	if (file && *mode == 'a' && !strchr(mode, '+'))
		fseeko(file, 0, SEEK_END);
	return file;
}

/* FD, or -errno, as a stream. */
static FILE *stream_on(int fd, const char *mode)
{
	if (fd < 0)
		return edge(fd), NULL;
	FILE *file = text_find(mode, ',') ? open_by_name(fd, mode) : open_by_number(fd, mode);
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
		file = at.overlay ? stream_on(file_open(&at, OPENING(flags, 0666)), mode)
				  : open_outside(&at, flags, mode);
	while (again(file ? 0 : -1, &at));
	return file;
}

/* What freopen leaves of FILE where it fails. */
static FILE *close_for(FILE *file, int error)
{
	fclose(file);
	errno = error;
	return NULL;
}

/* The same file in another mode: libc opens what its descriptor is open on, in whichever layer. */
static FILE *reopen_itself(const char *mode, int flags, FILE *file)
{
	struct place at;
	int error = 0;
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	if (writes && descriptor_by_name(fileno(file), &at, &error) && !error) {
		error = file_access(&at, W_OK, AT_EACCESS);
		if (!error)
			error = file_raise(&at);
	}
	return error ? close_for(file, -error) : NEXT(freopen)(NULL, mode, file);
}

/* FILE on what FD is open on: libc closes and opens by the name its descriptor has. */
static FILE *reopen_on(int fd, const char *mode, FILE *file)
{
	struct reopening r;
	open_again(&r, fd, mode);
	FILE *now = NEXT(freopen)(r.name, r.mode, file);
	int saved = errno;
	if (now)
		descriptor_copy(fd, fileno(now));
	close(fd);
	errno = saved;
	return now;
}

static FILE *reopen_outside(const struct place *at, const char *mode, int flags, FILE *file)
{
	descriptor_drop(fileno(file));
	FILE *now = NEXT(freopen)(at->name, mode, file);
	if (!now)
		return NULL;
	proc_opened(fileno(now), at, flags);
	descriptor_note(fileno(now), at);
	return now;
}

/*
 * A stream that changes its file. There is no second try, for then it is closed: whether a symlink
 * outside leads into merged is asked before.
 */
FILE *freopen(const char *path, const char *mode, FILE *file)
{
	struct place at;
	int flags = mode_flags(mode);
	if (flags < 0 || !process_ready())
		return NEXT(freopen)(path, mode, file);
	if (!path)
		return reopen_itself(mode, flags, file);
	int error = open_find(&at, AT_FDCWD, path, flags);
	if (!error && !at.overlay && sys_faccessat(AT_FDCWD, at.name, F_OK, 0) == -ENOENT)
		place_again(&at, ENOENT);
	if (!error && !at.overlay)
		return reopen_outside(&at, mode, flags, file);
	if (error)
		return close_for(file, -error);
	int fd;
	do
		fd = (int)edge(file_open(&at, OPENING(flags | O_CLOEXEC, 0666)));
	while (again(fd, &at) && at.overlay);
	if (!at.overlay)
		return reopen_outside(&at, mode, flags, file);
	return fd < 0 ? close_for(file, errno) : reopen_on(fd, mode, file);
}

FILE *setmntent(const char *path, const char *mode)
{
	return fopen(path, mode);
}
