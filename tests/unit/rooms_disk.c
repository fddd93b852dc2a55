/* What lies on disk, in words, and the operations with texts for paths. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "rooms.h"
#include "rooms_make.h"
#include "support/format.h"

struct stat stat_of(const char *name)
{
	struct stat st;

	cr_assert_eq(lstat(name, &st), 0, "%s: %m", name);
	return st;
}

static char *content(const char *name)
{
	int fd = open(name, O_RDONLY);
	char *text = format("file %s", read_all(fd));

	close(fd);
	if (text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	return text;
}

static char *link_text(const char *name)
{
	char target[256] = "";

	cr_assert_gt(readlink(name, target, sizeof target - 1), 0, "%s: %m", name);
	return format("link -> %s", target);
}

/* The marks in an order of their own; of an origin only that there is one. */
static char *marks(const char *name)
{
	static const char *const known[] = {"opaque", "impure", "origin", "redirect"};
	char *text = format("%s", "");

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char value[128];
		ssize_t size = lgetxattr(name, format(LAYER_XATTR "%s", known[i]), value,
					 sizeof value - 1);

		if (size < 0)
			continue;
		value[size] = '\0';
		text = strcmp(known[i], "origin") == 0 ? format("%s origin", text)
						       : format("%s %s=%s", text, known[i], value);
	}
	return text;
}

/* In a form that is no device, where the file system takes none. */
static bool is_marked_whiteout(const char *name)
{
	const char *slash = strrchr(name, '/');
	int dir = slash ? (int)(slash - name) + 1 : 0;

	return access(format("%.*s" LAYER_WH "%s", dir, name, name + dir), F_OK) == 0 ||
	       lgetxattr(name, LAYER_XATTR "whiteout", NULL, 0) >= 0;
}

char *on_disk(const char *name)
{
	struct stat st;

	if (is_marked_whiteout(name))
		return "whiteout";
	if (lstat(name, &st))
		return "nothing";
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return format("%s%s", content(name), marks(name));
	case S_IFDIR:
		return format("dir%s", marks(name));
	case S_IFLNK:
		return link_text(name);
	case S_IFCHR:
		return st.st_rdev == 0 ? "whiteout" : "device";
	default:
		return "fifo";
	}
}

int make_file(const struct overlay *ov, const char *rel, const char *text)
{
	struct path *p = rooms_path(rel);
	struct birth b;
	struct node n;
	int error = overlay_lookup(ov, p, &n);

	if (!error)
		error = overlay_birth_begin(&b, ov, p, &n, DT_REG);
	if (error)
		return error;
	int fd = sys_openat(b.dirfd, b.path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd >= 0)
		cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	int result = overlay_birth_end(&b, fd);
	if (fd >= 0)
		close(fd);
	return result < 0 ? result : 0;
}

int make_dir(const struct overlay *ov, const char *rel)
{
	return rooms_mkdir(ov, rooms_path(rel), 0755);
}

int copy_up(const struct overlay *ov, const char *rel)
{
	struct path *p = rooms_path(rel);
	struct node n;
	int error = overlay_lookup(ov, p, &n);

	return error ? error : overlay_copy_up(ov, p, &n, NULL);
}

int unlink_at(const struct overlay *ov, const char *rel)
{
	return overlay_unlink(ov, rooms_path(rel));
}

int rmdir_at(const struct overlay *ov, const char *rel)
{
	return overlay_rmdir(ov, rooms_path(rel));
}

int rename_at(const struct overlay *ov, const char *from, const char *to, unsigned flags)
{
	return overlay_rename(ov, rooms_path(from), rooms_path(to), flags);
}

int link_at(const struct overlay *ov, const char *from, const char *to)
{
	return overlay_link(ov, rooms_path(from), rooms_path(to));
}
