/* One line of a listing. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "listing.h"
#include "plant.h"
#include "format.h"

enum { EXCERPT = 24 };

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "dir";
	case S_IFREG:
		return "file";
	case S_IFLNK:
		return "link";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "sock";
	case S_IFCHR:
		return "char";
	default:
		return "block";
	}
}

/* Any hash that tells contents apart will do: this is FNV's, by words, for whole programs are read.
 */
static uint64_t hash(uint64_t state, const char *data, size_t size)
{
	for (size_t at = 0, word_size; at < size; at += word_size) {
		uint64_t word = 0;

		word_size = size - at < sizeof word ? size - at : sizeof word;
		memcpy(&word, data + at, word_size);
		state = (state ^ word) * 0x100000001b3;
		state ^= state >> 32;
	}
	return state;
}

static void quote(FILE *to, const char *data, size_t size)
{
	putc('"', to);
	for (size_t i = 0; i < size; i++)
		fprintf(to, isprint((unsigned char)data[i]) && data[i] != '"' ? "%c" : "\\x%02x",
			(unsigned char)data[i]);
	putc('"', to);
}

static void list_content(FILE *to, const char *path, const struct stat *st)
{
	char block[4096];
	uint64_t state = 0xcbf29ce484222325;
	ssize_t got;
	off_t total = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while ((got = read(fd, block, sizeof block)) > 0) {
		if (total == 0)
			quote(to, block, got < EXCERPT ? (size_t)got : EXCERPT);
		state = hash(state, block, (size_t)got);
		total += got;
	}
	if (got < 0)
		fprintf(to, "unreadable: %s", strerror(errno));
	fprintf(to, " #%016jx", (uintmax_t)state);
	if (total != st->st_size)
		fprintf(to, " st_size=%jd", (intmax_t)st->st_size);
	if (fd >= 0)
		close(fd);
}

static void list_detail(FILE *to, const char *path, const struct stat *st)
{
	char target[PATH_MAX] = "";

	if (S_ISREG(st->st_mode))
		list_content(to, path, st);
	if (S_ISLNK(st->st_mode) && readlink(path, target, sizeof target - 1) >= 0)
		fprintf(to, "-> %s", target);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		fprintf(to, "%u, %u", major(st->st_rdev), minor(st->st_rdev));
}

static void list_time(FILE *to, const struct stat *st, unsigned flags)
{
	if (flags & LIST_AGE && st->st_mtim.tv_sec >= PLANTED_BEFORE)
		fputs(" young", to);
	else if (flags & (LIST_AGE | LIST_EXACT))
		fprintf(to, " %jd.%09ld", (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

static int by_text(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static bool is_wanted_xattr(const char *name, unsigned flags)
{
	if (flags & LIST_OPAQUE)
		return strcmp(name, "user.overlay.opaque") == 0;
	return starts_with(name, "user.") || starts_with(name, "system.posix_acl");
}

static void list_xattrs(FILE *to, const char *path, unsigned flags)
{
	char names[4096], value[4096], *sorted[64];
	ssize_t size = llistxattr(path, names, sizeof names);
	size_t count = 0;

	for (char *name = names; size > 0 && name < names + size && count < 64;
	     name += strlen(name) + 1)
		if (is_wanted_xattr(name, flags))
			sorted[count++] = name;
	qsort(sorted, count, sizeof *sorted, by_text);
	for (size_t i = 0; i < count; i++) {
		ssize_t length = lgetxattr(path, sorted[i], value, sizeof value);

		fprintf(to, " %s=", sorted[i]);
		quote(to, value, length < 0 ? 0 : (size_t)length);
	}
}

void list_entry(FILE *to, const char *path, const struct stat *st, unsigned flags)
{
	fprintf(to, "%s %04o %u:%u", type_name(st->st_mode), st->st_mode & 07777, st->st_uid,
		st->st_gid);
	if (flags & LIST_EXACT)
		fprintf(to, " nlink=%ju", (uintmax_t)st->st_nlink);
	list_time(to, st, flags);
	putc(' ', to);
	list_detail(to, path, st);
	if (flags & (LIST_XATTRS | LIST_OPAQUE))
		list_xattrs(to, path, flags);
	putc('\n', to);
}
