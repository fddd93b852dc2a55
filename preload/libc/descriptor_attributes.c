/*
 * Attributes changed through a descriptor. One opened for reading may lie on a lower layer, and
 * the kernel would let its owner change it there: the change is made to the copy by name instead.
 */
#include "attributes.h"

/* True when FD is open on an object of the lower layer that D says, or may be. */
static bool is_in_lower(int fd, const struct descriptor *d)
{
	const struct layer *layer = &process_mounts()->at[d->overlay].layers[d->layer];
	char real[layer->root_length + NAME_SHORT];
	ssize_t length = descriptor_real(fd, real, sizeof real);
	return length < 0 ||
	       (length > 0 && text_below(real, (size_t)length, layer->root, layer->root_length));
}

bool descriptor_by_name(int fd, struct place *at, int *error)
{
	struct descriptor d;
	struct stat open, named;
	const char *path;
	if (!descriptor_brief(fd, &d) || d.kind == DESCRIPTOR_OUTSIDE)
		return false;
	const struct overlay *ov = &process_mounts()->at[d.overlay];
	process_join(ov);
	if (ov->writable && d.layer == 0)
		return false;
	int flags = sys_fcntl(fd, F_GETFL, 0);
	if (flags >= 0 && (flags & O_PATH))
		return false; /* changes nothing: EBADF */
	*error = descriptor_place(fd, at);
	if (!*error)
		*error = file_reach(at, &path);
	if (*error == -ENOENT)
		*error = -EROFS; /* it has no name any more, and no place to copy to */
	if (*error)
		return true;
	const bool copied = overlay_in_upper(ov, &at->node);
	*error = sys_fstat(fd, &open);
	if (!*error && !copied)
		*error = sys_lstat(path, &named);
	if (*error && *error != -ENOENT)
		return true;
	if (!*error &&
	    (copied ? node_is_dir(&at->node) || overlay_is_copy(ov, &at->node, d.layer, &open)
		    : open.st_dev == named.st_dev && open.st_ino == named.st_ino))
		return true;
	*error = -EROFS; /* the name is another object's by now */
	return is_in_lower(fd, &d);
}

const char *descriptor_path_now(int fd, struct place *at)
{
	struct descriptor d;
	const char *path;
	if (!descriptor_brief(fd, &d))
		return NULL;
	if (d.kind != DESCRIPTOR_DIR) {
		descriptor_refresh(fd);
		return NULL;
	}
	bool found = !(sys_fcntl(fd, F_GETFL, 0) & O_PATH) && !descriptor_place(fd, at) &&
		     node_is_dir(&at->node) && !file_reach(at, &path);
	return found ? path : NULL;
}

struct change attributes_change_of(int fd, struct place *at, bool closed)
{
	struct descriptor d;
	bool directory = descriptor_brief(fd, &d) && d.kind == DESCRIPTOR_DIR;
	return directory && !descriptor_place(fd, at) ? attributes_change(at, closed)
						      : (struct change){.overlay = NULL};
}

int descriptor_chmod(int fd, mode_t mode, struct place *at)
{
	int error;
	if (!descriptor_by_name(fd, at, &error)) {
		ATTRIBUTES_CHANGE(attributes_change_of(fd, at, (mode & 0111) != 0111));
		return NEXT(fchmod)(fd, mode);
	}
	return error ? (int)edge(error) : attributes_chmod(at, mode);
}

int fchmod(int fd, mode_t mode)
{
	struct place at;
	return descriptor_chmod(fd, mode, &at);
}

int descriptor_chown(int fd, uid_t uid, gid_t gid, struct place *at)
{
	int error;
	if (!descriptor_by_name(fd, at, &error))
		return NEXT(fchown)(fd, uid, gid);
	return error ? (int)edge(error) : attributes_chown(at, uid, gid);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	struct place at;
	return descriptor_chown(fd, uid, gid, &at);
}

int descriptor_utimens(int fd, const struct timespec times[2], struct place *at)
{
	int error;
	if ((times && !pointer_readable(times, 2 * sizeof *times)) ||
	    !descriptor_by_name(fd, at, &error))
		return NEXT(futimens)(fd, times);
	return error ? (int)edge(error) : attributes_utimens(at, times);
}

int futimens(int fd, const struct timespec times[2])
{
	struct place at;
	return descriptor_utimens(fd, times, &at);
}

int futimes(int fd, const struct timeval times[2])
{
	if (!times)
		return futimens(fd, NULL);
	const struct timespec fine[2] = {{times[0].tv_sec, times[0].tv_usec * 1000},
					 {times[1].tv_sec, times[1].tv_usec * 1000}};
	return futimens(fd, fine);
}
