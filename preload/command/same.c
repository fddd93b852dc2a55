/* Attributes of objects, and whether two objects are the same. */
#include "differences.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool same_value(const char *a, const char *b, const char *name)
{
	char left[4096], right[4096];
	ssize_t size = sys_lgetxattr(a, name, left, sizeof left);
	return size >= 0 && sys_lgetxattr(b, name, right, sizeof right) == size &&
	       memcmp(left, right, (size_t)size) == 0;
}

/* Attributes that an unprivileged copy cannot have, and the label every copy gets anew. */
static bool passed_over(const char *name)
{
	return layer_xattr_private(name) || text_same(name, "security.selinux") ||
	       (geteuid() != 0 &&
		(text_starts(name, "security.") || text_starts(name, "trusted.")));
}

/* The number of attributes at A that are to be compared; -1 where one differs at B. */
static int count_same(const char *a, const char *b)
{
	char list[4096];
	ssize_t size = sys_llistxattr(a, list, sizeof list);
	int count = 0;
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(list + at) + 1) {
		if (passed_over(list + at))
			continue;
		if (!same_value(a, b, list + at))
			return -1;
		count++;
	}
	return size == -ERANGE ? -1 : count;
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

bool same_attributes(const char *a, const struct stat *at, const char *b, const struct stat *bt)
{
	int count = same_owner_and_mode(at, bt) ? count_same(a, b) : -1;
	return count >= 0 && count_same(b, a) == count;
}

void drop_attributes(const char *path, bool private)
{
	char list[4096];
	ssize_t size = sys_llistxattr(path, list, sizeof list);
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(list + at) + 1)
		if (layer_xattr_private(list + at) == private)
			sys_lremovexattr(path, list + at);
}

static bool same_link(const char *a, const char *b)
{
	char left[PATH_MAX], right[PATH_MAX];
	ssize_t size = sys_readlink(a, left, sizeof left);
	return size >= 0 && sys_readlink(b, right, sizeof right) == size &&
	       memcmp(left, right, (size_t)size) == 0;
}

static bool same_bytes(const char *a, const char *b)
{
	static char left[65536], right[65536];
	CLOSE_SCOPED int in = sys_openat(AT_FDCWD, a, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
	CLOSE_SCOPED int other = sys_openat(AT_FDCWD, b, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
	ssize_t size;
	while ((size = sys_read(in, left, sizeof left)) > 0)
		if (sys_read(other, right, sizeof right) != size ||
		    memcmp(left, right, (size_t)size) != 0)
			return false;
	return size == 0 && sys_read(other, right, 1) == 0;
}

static bool same_times(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Contents are read only where nothing else tells the two apart, as after a mere copy-up. */
bool same_object(const char *a, const struct stat *at, const char *b, const struct stat *bt)
{
	bool directory = S_ISDIR(at->st_mode);
	if (!directory && (!same_times(at, bt) || at->st_size != bt->st_size))
		return false;
	if (!same_attributes(a, at, b, bt) || at->st_rdev != bt->st_rdev)
		return false;
	if (S_ISLNK(at->st_mode))
		return same_link(a, b);
	return !S_ISREG(at->st_mode) || at->st_size == 0 || same_bytes(a, b);
}
