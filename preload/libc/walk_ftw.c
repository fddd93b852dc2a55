/*
 * ftw and nftw: libc's own open directories past ours. The order of calls, the flags and what is
 * passed to the callback are those of nftw(3) as glibc plays it.
 */
#include "walk_ftw.h"

#include <search.h>
#include <string.h>

#define KNOWN_FLAGS (FTW_PHYS | FTW_MOUNT | FTW_CHDIR | FTW_DEPTH | FTW_ACTIONRETVAL)

static int walk_directory(struct walk *w, const struct stat *st, struct level *up);

static int report(const struct walk *w, const struct stat *st, int type)
{
	static const int plain[] = {
		[FTW_F] = FTW_F,  [FTW_D] = FTW_D,  [FTW_DNR] = FTW_DNR, [FTW_NS] = FTW_NS,
		[FTW_SL] = FTW_F, [FTW_DP] = FTW_D, [FTW_SLN] = FTW_NS};
	struct FTW info = w->info;
	if (w->tell)
		return w->tell(w->path, st, type, &info);
	return w->tell_plainly(w->path, st, plain[type]);
}

/* --- directories met before, where symlinks are followed --- */

struct object {
	dev_t dev;
	ino_t ino;
};

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct object));
}

/* 1 when it was met for the first time, 0 when not, -1 without memory. */
static int meet(struct walk *w, const struct stat *st)
{
	struct object *object = malloc(sizeof *object);
	if (!object)
		return -1;
	*object = (struct object){st->st_dev, st->st_ino};
	struct object **node = tsearch(object, &w->met, compare);
	if (!node || *node != object)
		free(object);
	return node ? *node == object : -1;
}

/* --- one object --- */

static bool is_link(const struct walk *w, struct level *in, const char *name, struct stat *st)
{
	return level_stat(w, in, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st->st_mode);
}

/* What NAME is; -1 for what ends the walk. */
static int classify(const struct walk *w, struct level *in, const char *name, struct stat *st)
{
	if (level_stat(w, in, name, st, w->flags & FTW_PHYS ? AT_SYMLINK_NOFOLLOW : 0) == 0)
		return S_ISDIR(st->st_mode) ? FTW_D : S_ISLNK(st->st_mode) ? FTW_SL : FTW_F;
	if (errno != EACCES && errno != ENOENT)
		return -1;
	return !(w->flags & FTW_PHYS) && is_link(w, in, name, st) ? FTW_SLN : FTW_NS;
}

static int walk_entry(struct walk *w, struct level *in, const char *name)
{
	struct stat st;
	if (!walk_name(w, name))
		return -1;
	int type = classify(w, in, name, &st), result = 0;
	if (type < 0)
		return -1;
	if (type != FTW_NS && (w->flags & FTW_MOUNT) && st.st_dev != w->dev)
		return 0;
	if (type != FTW_D)
		result = report(w, &st, type);
	else if ((w->flags & FTW_PHYS) || (result = meet(w, &st)) > 0)
		result = walk_directory(w, &st, in);
	return (w->flags & FTW_ACTIONRETVAL) && result == FTW_SKIP_SUBTREE ? 0 : result;
}

/* --- one directory --- */

static int walk_entries(struct walk *w, struct level *in)
{
	const char *name;
	int result = 0;
	while (result == 0 && (name = level_next(in)))
		result = walk_entry(w, in, name);
	return (w->flags & FTW_ACTIONRETVAL) && result == FTW_SKIP_SIBLINGS ? 0 : result;
}

/* Back to where the directory UP is the working one. */
static int climb(const struct walk *w, const struct level *up)
{
	if (up->stream && fchdir(dirfd(up->stream)) == 0)
		return 0;
	return chdir(w->info.base == 1 ? "/" : "..");
}

static int walk_directory(struct walk *w, const struct stat *st, struct level *up)
{
	struct level level;
	const int base = w->info.base;
	int result = 0;
	if (level_open(w, &level, up) < 0)
		return errno == EACCES ? report(w, st, FTW_DNR) : -1;
	if (!(w->flags & FTW_DEPTH))
		result = report(w, st, FTW_D);
	if (result == 0 && (w->flags & FTW_CHDIR))
		result = fchdir(dirfd(level.stream));
	if (result != 0) {
		level_close(w, &level);
		return result;
	}
	walk_down(w);
	result = walk_entries(w, &level);
	level_close(w, &level);
	walk_up(w, base);
	if (result == 0 && (w->flags & FTW_DEPTH))
		result = report(w, st, FTW_DP);
	bool goes_on = result == 0 ||
		       ((w->flags & FTW_ACTIONRETVAL) && result != -1 && result != FTW_STOP);
	if (up && (w->flags & FTW_CHDIR) && goes_on && climb(w, up) < 0)
		result = -1;
	return result;
}

/* --- the whole --- */

static int start(struct walk *w)
{
	struct stat st;
	const char *name = w->flags & FTW_CHDIR ? w->path + w->info.base : w->path;
	if (!*name)
		name = ".";
	int type = classify(w, NULL, name, &st);
	if (type < 0 || type == FTW_NS)
		return -1;
	w->dev = st.st_dev;
	if (type != FTW_D)
		return report(w, &st, type);
	if (!(w->flags & FTW_PHYS) && meet(w, &st) < 0)
		return -1;
	return walk_directory(w, &st, NULL);
}

static int start_there(struct walk *w)
{
	if (!(w->flags & FTW_CHDIR))
		return start(w);
	int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home < 0)
		return -1;
	int result = walk_enter_parent(w) < 0 ? -1 : start(w);
	int saved = errno;
	fchdir(home);
	close(home);
	errno = saved;
	return result;
}

static int walk(const char *path, struct walk *w)
{
	if (!*path)
		return (int)edge(-ENOENT);
	if (!walk_begin(w, path))
		return -1;
	int result = start_there(w), saved = errno;
	if ((w->flags & FTW_ACTIONRETVAL) &&
	    (result == FTW_SKIP_SUBTREE || result == FTW_SKIP_SIBLINGS))
		result = 0;
	tdestroy(w->met, free);
	free(w->path);
	errno = saved;
	return result;
}

int nftw(const char *path, __nftw_func_t tell, int descriptors, int flags)
{
	if (!process_ready())
		return NEXT(nftw)(path, tell, descriptors, flags);
	if (flags & ~KNOWN_FLAGS)
		return (int)edge(-EINVAL);
	return walk(path, &(struct walk){.tell = tell, .flags = flags, .budget = descriptors});
}

int ftw(const char *path, __ftw_func_t tell, int descriptors)
{
	if (!process_ready())
		return NEXT(ftw)(path, tell, descriptors);
	return walk(path, &(struct walk){.tell_plainly = tell, .budget = descriptors});
}
