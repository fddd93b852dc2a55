/* Attributes of objects, and whether two objects are the same. */
#include "differences.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What may not be read, or is too long, counts as another; any other error is one: nobody knows. */
static int differs(ssize_t error)
{
	return error == -ENODATA || error == -ERANGE || error == -EACCES || error == -EPERM ||
			       error == -EOPNOTSUPP
		       ? 0
		       : (int)error;
}

/* 1 where both say the same, 0 or -errno. */
static int same_text(const char *left, ssize_t size, const char *right, ssize_t other)
{
	if (size < 0 || other < 0)
		return differs(size < 0 ? size : other);
	return size == other && memcmp(left, right, (size_t)size) == 0;
}

static int same_value(const char *a, const char *b, const char *name)
{
	char left[4096], right[4096];
	ssize_t size = sys_lgetxattr(a, name, left, sizeof left);
	return same_text(left, size, right, sys_lgetxattr(b, name, right, sizeof right));
}

/* Attributes that an unprivileged copy cannot have, and the label every copy gets anew. */
static bool passed_over(const char *name)
{
	return layer_xattr_private(name) || text_same(name, "security.selinux") ||
	       (geteuid() != 0 &&
		(text_starts(name, "security.") || text_starts(name, "trusted.")));
}

/* Counts the attributes at A that are to be compared: 1 where B has all of them, 0 or -errno. */
static int count_same(const char *a, const char *b, int *count)
{
	char list[4096];
	ssize_t size = sys_llistxattr(a, list, sizeof list);
	int same = size < 0 && size != -EOPNOTSUPP ? differs(size) : 1;
	*count = 0;
	for (ssize_t at = 0; same > 0 && at < size; at += (ssize_t)strlen(list + at) + 1)
		if (!passed_over(list + at)) {
			same = same_value(a, b, list + at);
			++*count;
		}
	return same;
}

/*
 * The copy an unprivileged process makes is its own, whoever had the original, and then without
 * setuid and setgid: that is no change anybody asked for.
 */
static bool same_owner_and_mode(const struct stat *a, const struct stat *b)
{
	mode_t differing = a->st_mode ^ b->st_mode;
	if (a->st_uid != b->st_uid && geteuid() != 0 && a->st_uid == geteuid())
		return (differing & ~(mode_t)(S_ISUID | S_ISGID)) == 0;
	return differing == 0 && a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

int same_attributes(const char *a, const struct stat *at, const char *b, const struct stat *bt)
{
	int count, other;
	int same = same_owner_and_mode(at, bt) ? count_same(a, b, &count) : 0;
	if (same > 0)
		same = count_same(b, a, &other);
	return same > 0 ? count == other : same;
}

int drop_attributes(const char *path, bool private)
{
	char list[4096];
	ssize_t size = sys_llistxattr(path, list, sizeof list);
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(list + at) + 1)
		if (layer_xattr_private(list + at) == private)
			sys_lremovexattr(path, list + at);
	return size < 0 && size != -EOPNOTSUPP ? (int)size : 0;
}

static int same_link(const char *a, const char *b)
{
	char left[PATH_MAX], right[PATH_MAX];
	ssize_t size = sys_readlink(a, left, sizeof left);
	return same_text(left, size, right, sys_readlink(b, right, sizeof right));
}

static int same_bytes(const char *a, const char *b)
{
	static char left[65536], right[65536];
	CLOSE_SCOPED int in = sys_openat(AT_FDCWD, a, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
	CLOSE_SCOPED int other = sys_openat(AT_FDCWD, b, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
	int same = in < 0 || other < 0 ? differs(in < 0 ? in : other) : 1;
	for (ssize_t size = 1; same > 0 && size > 0;) {
		size = sys_read(in, left, sizeof left);
		same = same_text(left, size, right, sys_read(other, right, sizeof right));
	}
	return same;
}

static bool same_times(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Contents are read only where nothing else tells the two apart, as after a mere copy-up. */
int same_object(const char *a, const struct stat *at, const char *b, const struct stat *bt)
{
	bool directory = S_ISDIR(at->st_mode);
	if (!directory && (!same_times(at, bt) || at->st_size != bt->st_size))
		return 0;
	int same = at->st_rdev == bt->st_rdev ? same_attributes(a, at, b, bt) : 0;
	if (same <= 0 || (S_ISREG(at->st_mode) && at->st_size == 0))
		return same;
	return S_ISLNK(at->st_mode) ? same_link(a, b) : S_ISREG(at->st_mode) ? same_bytes(a, b) : 1;
}
