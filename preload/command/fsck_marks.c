/*
 * The attributes by which overlays mark an object: what is no mark, or has a value that the kernel
 * passes over. So that what it does is done again, such a mark can go.
 */
#include "claims.h"
#include "fsck.h"

#include <string.h>

/* A mark that was read: longer ones have no meaning. */
struct mark {
	const char *name;
	ssize_t size;
	unsigned char value[256];
	const struct stat *st; /* of the object; NULL for the root of the upper */
	bool directory;
};

static bool is_letter(const struct mark *m, const char *letters)
{
	return m->size == 1 && strchr(letters, m->value[0]);
}

static bool opaque_holds(const struct mark *m)
{
	return m->directory && is_letter(m, "yx");
}

static bool impure_holds(const struct mark *m)
{
	return m->directory && is_letter(m, "y");
}

/* The attribute alone counts, whatever it is. */
static bool whiteout_holds(const struct mark *m)
{
	return !m->directory && m->st->st_size == 0;
}

/* An empty one is what the kernel writes for a user: that there was something, and not what. */
static bool origin_holds(const struct mark *m)
{
	return m->size == 0 || (m->size > 0 && layer_origin_is_sound(m->value, (size_t)m->size));
}

static bool number_holds(const struct mark *m)
{
	return m->size == sizeof(uint64_t);
}

static bool any_holds(const struct mark *m)
{
	(void)m;
	return true;
}

static bool never_holds(const struct mark *m)
{
	(void)m;
	return false;
}

static int remove_mark(struct fsck *f)
{
	return marks_remove(f->upper, f->path, LAYER_XATTR, f->mark);
}

/* There may be entries with origins, so it is not taken away. */
static int write_impure(struct fsck *f)
{
	return layer_mark(layer_path(f->upper, f->path), f->mark, "y");
}

static const struct rule {
	const char *name;
	bool (*holds)(const struct mark *m);
	const char *wrong;
	fsck_mend *mend;
} rules[] = {
	{"opaque", opaque_holds, "an opaque mark that means nothing", remove_mark},
	{"impure", impure_holds, "an impure mark that means nothing", write_impure},
	{"whiteout", whiteout_holds, "a whiteout by its attribute, which does not count",
	 remove_mark},
	{"origin", origin_holds, "a malformed origin", remove_mark},
	{"overlain.ino", number_holds, "a malformed number", remove_mark},
	{"redirect", never_holds, "a redirect or metacopy, which is not followed", NULL},
	{"metacopy", never_holds, "a redirect or metacopy, which is not followed", NULL},
	{"overlay.", never_holds, "an escaped attribute without a name", NULL},
	{"uuid", any_holds, NULL, NULL},
	{"nlink", any_holds, NULL, NULL},
	{"upper", any_holds, NULL, NULL},
	{"protattr", any_holds, NULL, NULL},
};
#define RULES (sizeof rules / sizeof *rules)

static const struct rule *rule_for(const char *mark)
{
	static const struct rule unknown = {
		NULL, never_holds, "an attribute in the overlay's namespace that means nothing",
		NULL};
	static const struct rule escaped = {NULL, any_holds, NULL, NULL};
	for (unsigned i = 0; i < RULES; i++)
		if (text_same(mark, rules[i].name))
			return &rules[i];
	return text_starts(mark, "overlay.") ? &escaped : &unknown;
}

/* --- origins --- */

static int mark_parent_impure(struct fsck *f)
{
	PATH_PARENT(f->path);
	return layer_mark(layer_path(f->upper, f->path), "impure", "y");
}

static bool parent_is_impure(const struct fsck *f)
{
	char value;
	PATH_PARENT(f->path);
	return marks_read(f->upper, f->path, LAYER_XATTR, "impure", &value, 1) == 1;
}

static void check_origin(struct fsck *f, const struct mark *m)
{
	if (m->size == 0 || !m->st || !text_same(m->name, "origin"))
		return;
	if (!claim(m->value, (size_t)m->size, m->st->st_ino))
		fsck_found(f, "has the origin of another object, too", remove_mark);
	else if (!parent_is_impure(f))
		fsck_found(f, "has an origin, and its directory is not marked impure",
			   mark_parent_impure);
}

/* --- all of them --- */

/* True when there is no such mark, or there are none at all. */
static bool is_none(ssize_t size)
{
	return size == -ENODATA || size == -EOPNOTSUPP;
}

/* The mark NAME; false where it cannot be read. */
static bool check_mark(struct fsck *f, const char *name, struct mark *m)
{
	const struct rule *rule = rule_for(name);
	f->mark = m->name = name;
	m->size = marks_read(f->upper, f->path, LAYER_XATTR, name, m->value, sizeof m->value);
	if (m->size < 0 && m->size != -ERANGE)
		return is_none(m->size);
	if (!rule->holds(m))
		fsck_found(f, rule->wrong, rule->mend);
	else
		check_origin(f, m);
	return true;
}

bool fsck_marks(struct fsck *f, const struct stat *st)
{
	static char list[65536];
	struct mark m = {.st = st, .directory = !st || S_ISDIR(st->st_mode)};
	ssize_t size = sys_llistxattr(layer_path(f->upper, f->path), list, sizeof list);
	bool readable = size >= 0 || is_none(size);
	for (ssize_t at = 0; readable && at < size; at += (ssize_t)strlen(list + at) + 1) {
		const char *mark = text_after(list + at, LAYER_XATTR);
		if (mark)
			readable = check_mark(f, mark, &m);
	}
	if (!readable)
		fsck_found(f, "its marks cannot be read", NULL);
	return readable;
}
