/* What the disk says to a draft. Nothing is changed here. */
#include "config.h"

#include <string.h>

static int check_merged(struct config *c, struct draft *d)
{
	int result = directory_merged(c, d);
	for (const struct draft *other = c->drafts; other < d && result == 0; other++)
		if (text_same(other->overlay.merged, d->overlay.merged))
			result = blame(c, d, MERGED, d->merged, "given twice");
	return result;
}

static int check_upper(struct config *c, struct draft *d, struct directory *at)
{
	int result = directory_find(c, d, UPPERDIR, d->upper, at);
	if (result < 0)
		return result;
	d->upper = arena_copy(&c->arena, at->path, strlen(at->path));
	d->lowers[-1].root = arena_root(&c->arena, d->upper);
	d->lowers[-1].dev = at->st.st_dev;
	return 0;
}

/* The work directory nobody named: UPPER.work, which need not exist. */
static int check_default_work(struct config *c, struct draft *d, struct directory *at)
{
	struct text t;
	text_init(&t, at->path, sizeof at->path);
	text_add(&t, d->upper);
	text_add(&t, *d->upper ? ".work" : "/.work");
	d->work = arena_copy(&c->arena, at->path, text_length(&t));
	if (text_full(&t))
		return blame_errno(c, d, WORKDIR, d->work, -ENAMETOOLONG);
	if (sys_lstat(d->work, &at->st) != -ENOENT)
		return directory_find(c, d, WORKDIR, d->work, at);
	size_t parent = strlen(at->path);
	while (at->path[--parent] != '/')
		;
	at->path[parent > 0 ? parent : 1] = '\0';
	int result = sys_fstatat(AT_FDCWD, at->path, &at->st, 0);
	memcpy(at->path, d->work, strlen(d->work) + 1);
	return result < 0 ? blame_errno(c, d, WORKDIR, d->work, result) : 0;
}

static int check_work(struct config *c, struct draft *d, struct directory *at)
{
	const char *upper = d->upper;
	size_t upper_length = strlen(upper);
	int result =
		d->work ? directory_find(c, d, WORKDIR, d->work, at) : check_default_work(c, d, at);
	if (result < 0)
		return result;
	size_t length = strlen(at->path);
	if (text_same(at->path, upper))
		return blame(c, d, WORKDIR, d->work, "the upper directory itself");
	if (text_below(at->path, length, upper, upper_length))
		return blame(c, d, WORKDIR, d->work, "inside the upper directory");
	if (text_below(upper, upper_length, at->path, length))
		return blame(c, d, WORKDIR, d->work, "the upper directory is inside it");
	if (at->st.st_dev != d->lowers[-1].dev)
		return blame(c, d, WORKDIR, d->work,
			     "not on the file system of the upper directory");
	d->work = arena_copy(&c->arena, at->path, length);
	return 0;
}

/* The directories met so far: a table with open addressing, at least half of it free. */
struct met {
	size_t mask;
	struct inode {
		bool taken;
		dev_t dev;
		ino_t ino;
	} * at;
};

static struct met met_begin(struct config *c, size_t count)
{
	size_t size = 4;
	while (size < 2 * count)
		size *= 2;
	return (struct met){size - 1, arena_take(&c->arena, size * sizeof(struct inode))};
}

/* False when it had been met before. */
static bool met_add(struct met *met, const struct stat *st)
{
	size_t i = (st->st_ino * 0x9e3779b97f4a7c15U >> 32 ^ st->st_dev) & met->mask;
	for (; met->at[i].taken; i = (i + 1) & met->mask)
		if (met->at[i].dev == st->st_dev && met->at[i].ino == st->st_ino)
			return false;
	met->at[i] = (struct inode){true, st->st_dev, st->st_ino};
	return true;
}

static int check_lower(struct config *c, struct draft *d, struct layer *lower, struct directory *at,
		       struct met *met)
{
	const char *given = lower->root;
	int result = directory_find(c, d, LOWERDIR, given, at);
	if (result < 0)
		return result;
	size_t length = strlen(at->path);
	if (d->upper && text_below(at->path, length, d->upper, strlen(d->upper)))
		return blame(c, d, LOWERDIR, given, "inside the upper directory");
	if (d->work && text_below(at->path, length, d->work, strlen(d->work)))
		return blame(c, d, LOWERDIR, given, "inside the work directory");
	if (!met_add(met, &at->st))
		return blame(c, d, LOWERDIR, given, "given twice");
	lower->root = arena_root(&c->arena, at->path);
	lower->dev = at->st.st_dev;
	return 0;
}

static int check_outside(struct config *c, struct draft *d, struct directory *at)
{
	int result = 0;
	for (unsigned i = 0; i < d->outside_count && result == 0; i++) {
		result = directory_find(c, d, OPTIONS, d->outside[i], at);
		if (result == 0)
			d->outside[i] = arena_copy(&c->arena, at->path, strlen(at->path));
	}
	return result;
}

int draft_check(struct config *c, struct draft *d)
{
	struct directory at;
	struct met met = met_begin(c, d->lower_count + 1);
	int result = check_merged(c, d);
	if (result == 0 && d->upper)
		result = check_upper(c, d, &at);
	if (result == 0 && d->upper)
		met_add(&met, &at.st);
	if (result == 0 && d->upper && (d->work || !d->read_only || c->look))
		result = check_work(c, d, &at);
	for (unsigned i = 0; i < d->lower_count && result == 0; i++)
		result = check_lower(c, d, &d->lowers[i], &at, &met);
	return result == 0 ? check_outside(c, d, &at) : result;
}
