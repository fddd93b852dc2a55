/*
 * A directory reached by itself. Who stands in one, or has it open, may use it when its name leads
 * nowhere any more: somebody took away the permission to search what lies above. Names of merged
 * are reached from the root of a layer, so this fails; but where the upper alone has the directory
 * nothing is merged below it, and the kernel, asked from there, does what merged should.
 */
#include "internal.h"

#include <linux/openat2.h>
#include <string.h>

/* What NAME leads to without leaving the directory DIRFD, not even by a symlink. */
static int open_below(int dirfd, const char *name, bool follow)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | (follow ? 0u : (unsigned)O_NOFOLLOW),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	return (int)SYS4(SYS_openat2, dirfd, name, &how, sizeof how);
}

/* Sets at->path to where FD is open in the upper of OV; false where it is not. */
static bool find_in_upper(struct place *at, const struct overlay *ov, int fd)
{
	const struct layer *upper = &ov->layers[0];
	char *path = path_rel(&at->path);
	ssize_t length = descriptor_real(fd, path, place_room(at));
	at->cramped |= length == -ERANGE;
	if (length <= 0 || !text_below(path, (size_t)length, upper->root, upper->root_length))
		return false;
	const char *rest = path + upper->root_length;
	rest += *rest == '/';
	return !path_set(&at->path, rest, strlen(rest));
}

/* True when the lowers show something there, and HERE, the upper's directory, does not hide it. */
static bool lower_shows(struct place *at, const struct overlay *ov, int here)
{
	struct overlay below;
	struct node n;
	char path[48];
	struct text t;
	overlay_below(ov, &below);
	int error = overlay_lookup(&below, &at->path, &n);
	if (error == -ENOENT || error == -ENOTDIR || (!error && node_absent(&n)))
		return false;
	text_init(&t, path, sizeof path);
	text_add_descriptor(&t, here);
	text_add(&t, "/.");
	return !layer_is_opaque(path);
}

/* The directory that NAME is about to be made in, and where NAME begins behind it. */
static int open_parent(int dirfd, const char *name, const char **last)
{
	const size_t length = place_parent_length(name, strlen(name));
	char parent[length + 2];
	memcpy(parent, name, length);
	memcpy(parent + length, ".", 2);
	*last = name + length;
	return open_below(dirfd, parent, true);
}

/* Sets at->path to what the place is about, which need not be there. */
static bool find_name(struct place *at, const struct overlay *ov, int dirfd)
{
	struct stat st;
	const char *last;
	CLOSE_SCOPED int fd = open_below(dirfd, at->asked, at->flags & PLACE_FOLLOW);
	if (fd >= 0)
		return find_in_upper(at, ov, fd);
	CLOSE_SCOPED int parent = fd == -ENOENT ? open_parent(dirfd, at->asked, &last) : fd;
	if (parent < 0 || sys_fstatat(parent, last, &st, AT_SYMLINK_NOFOLLOW) != -ENOENT ||
	    !find_in_upper(at, ov, parent))
		return false;
	size_t length = strlen(last);
	while (length > 0 && last[length - 1] == '/')
		length--;
	return place_fits(at, at->path.length + 1 + length) && !path_push(&at->path, last, length);
}

bool place_by_itself(struct place *at)
{
	struct base base;
	struct stat st;
	if (at->asked[0] == '/' || place_begin(at, &base) || !base.overlay || base.gone ||
	    !base.overlay->writable)
		return false;
	/* Its name leads there: then it is what was asked for that may not be reached. */
	if (sys_lstat(layer_path(&base.overlay->layers[0], &at->path), &st) != -EACCES)
		return false;
	CLOSE_SCOPED int here = open_below(at->asked_dirfd, ".", true);
	if (here < 0 || !find_in_upper(at, base.overlay, here) ||
	    lower_shows(at, base.overlay, here) || !find_name(at, base.overlay, here))
		return false;
	/* Whatever is done there is done behind the overlay's back. */
	CHANGE(base.overlay, &at->path, true);
	at->alone = base.overlay;
	at->overlay = NULL;
	at->dirfd = at->asked_dirfd;
	at->name = at->asked;
	return true;
}
