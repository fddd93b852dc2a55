/* Which directory a name leads to: its canonical path, found without a C library. */
#include "config.h"

#include <string.h>

/*
 * Appends the components of PATH to T, an absolute path without a closing slash: "." and doubled
 * slashes vanish, ".." takes one component back.
 */
static void add_components(struct text *t, const char *path)
{
	while (*path != '\0') {
		const char *slash = text_find(path, '/');
		size_t length = slash ? (size_t)(slash - path) : strlen(path);
		if (length == 2 && memcmp(path, "..", 2) == 0) {
			while (t->at > t->start && *--t->at != '/')
				;
			*t->at = '\0';
		} else if (length > 0 && !(length == 1 && *path == '.')) {
			text_add_char(t, '/');
			text_add_bytes(t, path, length);
		}
		path += length + (slash != NULL);
	}
}

/* True when GIVEN is absolute or the working directory is there to make it so. */
static bool find_cwd(struct config *c, const char *given)
{
	char cwd[PATH_MAX];
	if (given[0] == '/')
		return true;
	if (!c->cwd && sys_getcwd(cwd, sizeof cwd) > 0 && cwd[0] == '/')
		c->cwd = arena_copy(&c->arena, cwd, strlen(cwd));
	return c->cwd != NULL;
}

/* GIVEN made absolute and cleaned up by its text alone. */
static int spell_out(const struct config *c, const char *given, char *spelled)
{
	struct text t;
	text_init(&t, spelled, PATH_MAX);
	if (given[0] != '/')
		add_components(&t, c->cwd);
	add_components(&t, given);
	return text_full(&t) ? -ENAMETOOLONG : 0;
}

/* The directory GIVEN as the kernel calls it; by its text where /proc is not there to ask. */
static int canonical(const struct config *c, const char *given, char *path, struct stat *st)
{
	char link[32];
	struct text t;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, given, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	int result = sys_fstat(fd, st);
	if (result < 0)
		return result;
	text_init(&t, link, sizeof link);
	text_add_descriptor(&t, fd);
	ssize_t length = sys_readlink(link, path, PATH_MAX);
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	if (length <= 0 || path[0] != '/')
		return spell_out(c, given, path);
	path[length > 1 ? length : 0] = '\0';
	return 0;
}

int directory_find(struct config *c, const struct draft *d, enum setting s, const char *given,
		   struct directory *at)
{
	if (!find_cwd(c, given))
		return blame(c, d, s, given, "relative, and the working directory is gone");
	int result = canonical(c, given, at->path, &at->st);
	return result < 0 ? blame_errno(c, d, s, given, result) : 0;
}

/* Like canonical, for a directory whose last components need not exist. */
static int canonical_ancestor(const struct config *c, const char *given, char *path)
{
	char raw[PATH_MAX];
	struct stat st;
	struct text t;
	int result;
	text_init(&t, raw, sizeof raw);
	text_add(&t, given[0] == '/' ? "" : c->cwd);
	text_add(&t, given[0] == '/' ? "" : "/");
	text_add(&t, given);
	if (text_full(&t))
		return -ENAMETOOLONG;
	size_t end = text_length(&t);
	for (;;) {
		char cut = raw[end];
		raw[end] = '\0';
		result = canonical(c, end > 0 ? raw : "/", path, &st);
		raw[end] = cut;
		if (result != -ENOENT)
			break;
		while (end > 0 && raw[end - 1] != '/')
			end--;
		while (end > 0 && raw[end - 1] == '/')
			end--;
	}
	if (result < 0)
		return result;
	t = (struct text){path, path + strlen(path), path + PATH_MAX - 1};
	add_components(&t, raw + end);
	return text_full(&t) ? -ENAMETOOLONG : 0;
}

int directory_merged(struct config *c, struct draft *d)
{
	struct overlay *ov = &d->overlay;
	char path[PATH_MAX], spelled[PATH_MAX], again[PATH_MAX];
	if (!find_cwd(c, d->merged))
		return blame(c, d, MERGED, d->merged,
			     "relative, and the working directory is gone");
	int result = canonical_ancestor(c, d->merged, path);
	if (result == 0)
		result = spell_out(c, d->merged, spelled);
	if (result < 0)
		return blame_errno(c, d, MERGED, d->merged, result);
	ov->merged = arena_copy(&c->arena, path, strlen(path));
	ov->alias = NULL;
	/* A ".." behind a symlink makes the text lead elsewhere: then it is no name for merged. */
	if (!text_same(spelled, path) && canonical_ancestor(c, spelled, again) == 0 &&
	    text_same(again, path))
		ov->alias = arena_copy(&c->arena, spelled, strlen(spelled));
	return 0;
}
