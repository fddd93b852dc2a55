/* Copying one object: the data, and everything that is kept about it. */
#include "copy.h"
#include "overlain/debug.h"
#include "overlain/meter.h"
#include "overlain/overlay.h"

#include <linux/fs.h>
#include <string.h>
#include <sys/mman.h>

/* Between two looks at the meter, where somebody watches. */
#define PORTION ((off_t)16 << 20)

/* Copies the bytes from AT to END, by the kernel where it can. */
static int copy_range(int in, int out, off_t at, off_t end, struct meter *meter)
{
	while (at < end) {
		off_t from = at, to = at;
		size_t size = (size_t)(meter->what && end - at > PORTION ? PORTION : end - at);
		ssize_t n = sys_copy_file_range(in, &from, out, &to, size);
		if (n == -EXDEV || n == -EINVAL || n == -EOPNOTSUPP || n == -ENOSYS) {
			sys_lseek(out, at, SEEK_SET);
			n = SYS4(SYS_sendfile, out, in, &from, size);
		}
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		at += n;
		meter_show(meter, (uint64_t)at);
	}
	return 0;
}

/* Data lies between SEEK_DATA and SEEK_HOLE; the rest stays a hole. */
static int copy_data(int in, int out, off_t size)
{
	if (size == 0 || sys_ioctl(out, FICLONE, in) == 0)
		return 0;
	int error = sys_ftruncate(out, size);
	struct meter meter = {0};
	if (debug_on(DEBUG_PROGRESS))
		meter_begin(&meter, "copy-up", (uint64_t)size);
	for (off_t at = 0; !error && at < size;) {
		off_t data = sys_lseek(in, at, SEEK_DATA);
		if (data == -ENXIO)
			break;
		off_t hole = data < 0 ? size : sys_lseek(in, data, SEEK_HOLE);
		data = data < 0 ? at : data;
		error = copy_range(in, out, data, hole < 0 ? size : hole, &meter);
		at = hole < 0 ? size : hole;
	}
	meter_end(&meter);
	return error;
}

/* TO is left open as *FILE; its marks are still to come, and take leave to write. */
static int copy_file(const char *from, const char *to, const struct stat *st, bool with_data,
		     int *file)
{
	int out = *file = sys_openat(AT_FDCWD, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				     (st->st_mode & 0777) | 0600);
	if (out < 0)
		return out;
	if (!with_data || st->st_size == 0)
		return 0;
	CLOSE_SCOPED int in = sys_openat(AT_FDCWD, from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
	return in < 0 ? in : copy_data(in, out, st->st_size);
}

/* -ERANGE where its text takes SIZE bytes or more. */
static int copy_symlink(const char *from, const char *to, size_t size)
{
	char target[size];
	ssize_t length = sys_readlink(from, target, size);
	if (length == (ssize_t)size)
		return -ERANGE;
	if (length < 0)
		return (int)length;
	target[length] = 0;
	return sys_symlink(target, to);
}

static int copy_xattr(const char *from, const char *to, const char *name, char *value, size_t room)
{
	if (layer_xattr_private(name))
		return 0;
	ssize_t size = sys_lgetxattr(from, name, value, room);
	if (size < 0)
		return size == -ENODATA ? 0 : (int)size;
	int error = sys_lsetxattr(to, name, value, (size_t)size, 0);
	/* Attributes only root may set, or that this file system has not, stay behind. */
	return error == -EPERM || error == -EOPNOTSUPP ? 0 : error;
}

int copy_attribute(const char *from, const char *to, const char *name)
{
	char *value = sys_pages(XATTR_SIZE_MAX);
	if (!value)
		return -ENOMEM;
	int error = copy_xattr(from, to, name, value, XATTR_SIZE_MAX);
	sys_munmap(value, XATTR_SIZE_MAX);
	return error;
}

static int copy_xattrs(const char *from, const char *to)
{
	ssize_t size = sys_llistxattr(from, NULL, 0);
	if (size <= 0)
		return size == -EOPNOTSUPP ? 0 : (int)size;
	const size_t room = XATTR_LIST_MAX + XATTR_SIZE_MAX;
	char *list = sys_pages(room);
	if (!list)
		return -ENOMEM;
	char *value = list + XATTR_LIST_MAX;
	int error = 0;
	size = sys_llistxattr(from, list, XATTR_LIST_MAX);
	for (ssize_t at = 0; !error && at < size; at += (ssize_t)strlen(list + at) + 1)
		error = copy_xattr(from, to, list + at, value, XATTR_SIZE_MAX);
	sys_munmap(list, room);
	return size < 0 ? (int)size : error;
}

/* An owner whom the caller may not give things to, or who has no number here, is left behind. */
static bool not_his(int error)
{
	return error == -EPERM || error == -EINVAL || error == -EOPNOTSUPP;
}

/*
 * Owner first, since a change of owner clears setuid bits; times last. What is as it should be is
 * not changed: a look costs the file system less.
 */
static int copy_inode(const char *from, const char *to, const struct stat *st)
{
	struct stat now;
	mode_t mode = st->st_mode & 07777;
	int error = sys_lstat(to, &now);
	if (!error && (now.st_uid != st->st_uid || now.st_gid != st->st_gid))
		error = sys_lchown(to, st->st_uid, st->st_gid);
	if (not_his(error))
		error = sys_lchown(to, (uid_t)-1, st->st_gid);
	if (not_his(error)) {
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
		error = 0;
	}
	if (!error)
		error = copy_xattrs(from, to);
	if (!error && !S_ISLNK(st->st_mode) && (now.st_mode & 07777) != mode)
		error = sys_chmod(to, mode);
	if (error)
		return error;
	const struct timespec times[2] = {st->st_atim, st->st_mtim};
	return sys_utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW);
}

/* A regular file is left open as *FILE. */
static int make_twin(const char *from, const char *to, const struct stat *st, bool with_data,
		     int *file)
{
	if (S_ISREG(st->st_mode))
		return copy_file(from, to, st, with_data, file);
	if (S_ISDIR(st->st_mode))
		return sys_mkdir(to, (st->st_mode & 0777) | 0700);
	if (S_ISLNK(st->st_mode) && st->st_size > 0 && st->st_size < PATH_MAX)
		return copy_symlink(from, to, (size_t)st->st_size + 1);
	if (S_ISLNK(st->st_mode))
		return copy_symlink(from, to, PATH_MAX);
	return sys_mknod(to, (st->st_mode & S_IFMT) | 0600, st->st_rdev);
}

int object_dress(const char *from, const char *to)
{
	struct stat st;
	int error = sys_lstat(from, &st);
	return error ? error : copy_inode(from, to, &st);
}

int object_copy(const char *from, const char *to)
{
	struct stat st;
	CLOSE_SCOPED int out = -1;
	int error = sys_lstat(from, &st);
	if (!error)
		error = make_twin(from, to, &st, true, &out);
	return error ? error : copy_inode(from, to, &st);
}

/* Some file systems have nothing to sync. */
static int sync_file(int fd)
{
	int error = sys_fsync(fd);
	return error == -EINVAL || error == -EROFS ? 0 : error;
}

int copy_object(const struct overlay *ov, unsigned layer, const char *from, const char *to,
		int *empty, struct copied *copied)
{
	struct stat st;
	CLOSE_SCOPED int out = -1;
	int error = sys_lstat(from, &st);
	if (error)
		return error;
	error = make_twin(from, to, &st, !empty, &out);
	/* One name of several coming up leaves the others below: it is nobody's twin. */
	bool kin = S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_nlink == 1);
	*copied = (struct copied){.ino = overlay_show_ino(ov, layer, st.st_ino)};
	if (!error && kin)
		copied->origin =
			layer_write_origin(&ov->layers[layer], from, copied->ino, ov->several, to);
	if (!error)
		error = copy_inode(from, to, &st);
	if (!error && empty)
		*empty = sys_steal_fd(&out);
	return error || out < 0 || ov->is_volatile ? error : sync_file(out);
}
