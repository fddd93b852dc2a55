/*
 * openat2(2). Without RESOLVE_* it is openat with stricter flags. With them, a path that has to do
 * with merged is resolved here, component by component, and then opened as what it came to: what a
 * path means cannot change in between as far as this process goes, but another may interfere.
 */
#include "overlain/libc.h"

#include <string.h>

#define LINKS_MAX 40
#define CAGE      (RESOLVE_BENEATH | RESOLVE_IN_ROOT)
#define KNOWN_RESOLVE                                                                              \
	(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH |         \
	 RESOLVE_IN_ROOT | RESOLVE_CACHED)
#define KNOWN_FLAGS                                                                                \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC |     \
	 O_ASYNC | O_DIRECT | 0100000 /* O_LARGEFILE */ | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |   \
	 O_CLOEXEC | O_SYNC | O_PATH | O_TMPFILE)

static int check(const struct open_how *how)
{
	bool makes = (how->flags & O_CREAT) || (how->flags & O_TMPFILE) == O_TMPFILE;
	if ((how->flags & ~(uint64_t)KNOWN_FLAGS) || (how->resolve & ~(uint64_t)KNOWN_RESOLVE) ||
	    (how->resolve & CAGE) == CAGE)
		return -EINVAL;
	if (makes ? (how->mode & ~07777u) != 0 : how->mode != 0)
		return -EINVAL;
	if ((how->resolve & RESOLVE_CACHED) && (makes || (how->flags & O_TRUNC)))
		return -EAGAIN;
	return 0;
}

/* A resolution under way: what was walked, without links; and what is still to come. */
struct resolution {
	int dirfd;
	uint64_t resolve;
	const struct overlay *start;
	unsigned links;
	struct text walked;
	char *at;
	char *rest;
	size_t size; /* of either */
};

static int push(struct resolution *r, const char *name, size_t length)
{
	if (text_length(&r->walked) && r->walked.at[-1] != '/')
		text_add_char(&r->walked, '/');
	text_add_bytes(&r->walked, name, length);
	return text_full(&r->walked) ? -ENAMETOOLONG : 0;
}

static void cut(struct resolution *r, size_t length)
{
	r->walked.at = r->at + length;
	r->at[length] = 0;
}

__attribute__((noinline)) static const struct overlay *overlay_of(int dirfd, const char *path,
								  unsigned flags)
{
	struct place at;
	return place_find(&at, dirfd, path, flags) ? NULL : at.overlay;
}

/* True when RESOLVE_NO_XDEV forbids to be where R is now. */
static bool crosses(const struct resolution *r)
{
	return (r->resolve & RESOLVE_NO_XDEV) && overlay_of(r->dirfd, r->at, 0) != r->start;
}

static int climb(struct resolution *r)
{
	struct stat st;
	size_t length = text_length(&r->walked);
	if (!(r->resolve & CAGE)) {
		int error = push(r, "..", 2);
		return !error && crosses(r) ? -EXDEV : error;
	}
	if (length == 0)
		return r->resolve & RESOLVE_BENEATH ? -EXDEV : 0;
	if (fstatat(r->dirfd, r->at, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
		return -ENOTDIR;
	while (length > 0 && r->at[length - 1] != '/')
		length--;
	cut(r, length ? length - 1 : 0);
	return 0;
}

/* Begins at the root, or at what stands for it. */
static int jump(struct resolution *r)
{
	if (r->resolve & RESOLVE_BENEATH)
		return -EXDEV;
	cut(r, 0);
	if (r->resolve & RESOLVE_IN_ROOT)
		return 0;
	int error = push(r, "/", 1);
	return !error && crosses(r) ? -EXDEV : error;
}

/* Where the last LENGTH bytes walked are a link, its target is put in front of what is left. */
static int follow(struct resolution *r, size_t length, char **rest)
{
	size_t left = strlen(*rest) + 1;
	char *kept = r->rest + r->size - left;
	memmove(kept, *rest, left);
	*rest = kept;
	ssize_t size = readlinkat(r->dirfd, r->at, r->rest, r->size - left);
	if (size < 0) /* the last one may be about to be made */
		return errno == EINVAL || (errno == ENOENT && left == 1) ? 0 : -errno;
	if ((r->resolve & RESOLVE_NO_SYMLINKS) || ++r->links > LINKS_MAX)
		return -ELOOP;
	if (r->rest + size + 1 > kept)
		return -ENAMETOOLONG;
	r->rest[size] = left > 1 ? '/' : 0;
	memmove(r->rest + size + 1, kept, left);
	*rest = r->rest;
	if (r->rest[0] == '/')
		return jump(r);
	length = text_length(&r->walked) - length;
	cut(r, length > 1 ? length - 1 : length);
	return 0;
}

/* Walks REST; a link at its very end is followed where FOLLOWS. */
static int walk(struct resolution *r, char *rest, bool follows)
{
	int error = *rest == '/' ? jump(r) : 0;
	while (!error && *(rest += strspn(rest, "/"))) {
		const char *name = rest;
		size_t length = strcspn(rest, "/");
		rest += length;
		if (length == 1 && name[0] == '.')
			continue;
		if (length == 2 && name[0] == '.' && name[1] == '.') {
			error = climb(r);
			continue;
		}
		error = push(r, name, length);
		if (!error && crosses(r))
			error = -EXDEV;
		if (!error && (*rest || follows))
			error = follow(r, length, &rest);
	}
	if (!error && !text_length(&r->walked))
		error = push(r, ".", 1);
	return error;
}

/* -ENAMETOOLONG where twice SIZE bytes, more than PATH has, are too few. */
__attribute__((noinline)) static int resolve(int dirfd, const char *path,
					     const struct open_how *how, size_t size)
{
	char walked[size], rest[size];
	struct resolution r = {
		.dirfd = dirfd, .resolve = how->resolve, .at = walked, .rest = rest, .size = size};
	if (how->resolve & RESOLVE_NO_XDEV) {
		bool root = *path == '/' && !(how->resolve & RESOLVE_IN_ROOT);
		r.start = overlay_of(dirfd, root ? "/" : ".", PLACE_FOLLOW);
	}
	int flags = (int)how->flags;
	bool makes = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
	text_init(&r.walked, r.at, size);
	memcpy(r.rest, path, strlen(path) + 1);
	int error = walk(&r, r.rest, !(flags & O_NOFOLLOW) && !makes);
	if (path[strlen(path) - 1] == '/')
		text_add_char(&r.walked, '/');
	if (error)
		return error;
	int fd = openat(dirfd, r.at, flags, (mode_t)how->mode);
	return fd < 0 ? -errno : fd;
}

static int open_resolved(int dirfd, const char *path, const struct open_how *how)
{
	size_t room = strlen(path) + NAME_SHORT;
	int fd = room < PATH_MAX ? resolve(dirfd, path, how, room) : -ENAMETOOLONG;
	if (fd == -ENAMETOOLONG)
		fd = resolve(dirfd, path, how, PATH_MAX);
	return (int)edge(fd);
}

/* True when merged lies below the directory DIRFD. */
__attribute__((noinline)) static bool leads(int dirfd)
{
	struct base base;
	struct path p;
	int error = dirfd == AT_FDCWD ? cwd_base(&base, path_rel(&p), PATH_MAX)
				      : descriptor_base(dirfd, &base, path_rel(&p), PATH_MAX);
	return !error && base.leads;
}

/* True when the kernel, which knows nothing of merged, could come to another end. */
static bool concerns_us(int dirfd, const char *path, const struct open_how *how)
{
	return overlay_of(dirfd, path, PLACE_FOLLOW) || overlay_of(dirfd, ".", PLACE_FOLLOW) ||
	       ((how->resolve & CAGE) && leads(dirfd));
}

int openat2(int dirfd, const char *path, const struct open_how *how, size_t size)
{
	if (way_keeps(dirfd))
		return (int)edge(-EBADF); /* no descriptor of the program's */
	/* The kernel knows best what is wrong with its arguments, and with a larger structure. */
	if (size != sizeof *how || pointer_string((const char *)how, 1) == -EFAULT ||
	    pointer_string(path, PATH_MAX) <= 0 || !concerns_us(dirfd, path, how))
		return (int)NEXT(syscall)(SYS_openat2, dirfd, path, how, size);
	int error = check(how);
	if (error)
		return (int)edge(error);
	if (how->resolve & (CAGE | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV))
		return open_resolved(dirfd, path, how);
	return openat(dirfd, path, (int)how->flags, (mode_t)how->mode);
}
