/* One step of a resolution: "..", "." or a name, inside merged and out, and over its border. */
#include "internal.h"

#include <string.h>

void step_enter(struct place *at)
{
	const char *rest;
	char *name = path_rel(&at->path);
	const struct overlay *ov = process_overlay(*name ? name : "/", at->path.length, &rest);
	if (!ov || (*rest && ov->merged_length))
		return;
	process_join(ov);
	size_t length = strlen(rest);
	at->overlay = ov;
	at->crossed = true;
	if (length)
		memmove(name, rest + 1, length); /* merged is "/": all but its slash */
	path_cut(&at->path, length ? length - 1 : 0);
	if (overlay_lookup(ov, &at->path, &at->node))
		at->node = (struct node){0};
}

/* Where another overlay's merged lies inside this one, it covers what is below. */
__attribute__((noinline)) static void look_for_nested(struct place *at)
{
	char name[place_name_size(at)];
	const char *rest;
	place_name(at, name);
	const struct overlay *ov = process_overlay(name, strlen(name), &rest);
	if (!ov || ov == at->overlay)
		return;
	process_join(ov);
	at->overlay = ov;
	at->glanced = false;
	path_clear(&at->path);
	overlay_root(ov, &at->node);
}

/* What is left behind by ".." must be a directory, too. */
static int check_outside(struct place *at)
{
	struct stat st;
	char *name = path_rel(&at->path);
	if (process_leads(name, at->path.length))
		return 0;
	int error = sys_fstatat(AT_FDCWD, name, &st, 0);
	return error ? error : S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int step_stay(struct place *at)
{
	if (!at->overlay || at->removed)
		return 0;
	if (!node_is_dir(&at->node))
		return node_absent(&at->node) ? -ENOENT : -ENOTDIR;
	return overlay_may_search(at->overlay, &at->node, &at->path);
}

int step_up(struct place *at)
{
	at->glanced = false;
	if (!at->overlay) {
		int error = check_outside(at);
		path_pop(&at->path); /* the root's parent is the root */
		step_enter(at);
		return error;
	}
	int error = step_stay(at);
	if (error)
		return error;
	at->removed = false;
	if (path_pop(&at->path))
		return overlay_lookup(at->overlay, &at->path, &at->node);
	const struct overlay *ov = at->overlay;
	if (ov->merged_length == 0)
		return 0;
	if (!place_fits(at, ov->merged_length))
		return -ENAMETOOLONG;
	at->overlay = NULL;
	at->crossed = true;
	path_set(&at->path, ov->merged, ov->merged_length);
	path_pop(&at->path);
	step_enter(at);
	return 0;
}

/*
 * The name AT->path ends in, NAME, is known by its hash from here on, if it was not before: true
 * where something is remembered of it.
 */
static bool recall_last(struct place *at, const char *name)
{
	if (name == at->hashed)
		return false; /* recall_below has looked */
	at->hashed = name;
	at->key.hash = path_hash(PATH_HASH_ROOT, path_rel(&at->path), at->path.length, &at->dir);
	at->key.parent = at->dir.name;
	return overlay_recall_hash(at->overlay, at->key.hash, &at->node);
}

/* True where the name AT->path ends in need not be looked at: the call itself will tell. */
static bool may_stay_unseen(struct place *at, const char *name)
{
	return (at->flags & PLACE_UNSEEN) && !layer_is_mark(name) &&
	       overlay_sole(at->overlay, at->key.hash, at->dir, name, &at->sole);
}

/* The same, where the caller goes on as if nothing were there. */
static bool may_count_as_absent(const struct place *at, const struct node *parent)
{
	return (at->flags & PLACE_GOING) ||
	       ((at->flags & PLACE_NEW) && overlay_tells_new(at->overlay, parent));
}

/* What stands at AT->path, which ends in NAME; LAST, where nothing follows. */
static int look_at(struct place *at, const struct node *parent, const char *name, bool last)
{
	at->glanced = false;
	if (last && recall_last(at, name))
		return 0;
	if (last && may_stay_unseen(at, name)) {
		at->unseen = true;
		at->node = (struct node){.layer = at->sole.layer, .dir = at->dir.name};
		return 0;
	}
	if (last && may_count_as_absent(at, parent)) {
		at->node = (struct node){0};
		return 0;
	}
	const struct path_key *key = name == at->hashed ? &at->key : NULL;
	int error = overlay_glance(at->overlay, parent, &at->path, key, &at->node, at->glance);
	at->glanced = !error && at->glance && at->glance->st_mode != 0;
	return error;
}

/* Nothing has a name in a directory that was removed; and who may not search it is told so first.
 */
static int look_in_removed(const struct place *at)
{
	struct stat st;
	return sys_fstatat(at->asked_dirfd, ".", &st, 0) == -EACCES ? -EACCES : -ENOENT;
}

static int go_down_inside(struct place *at, const char *name, size_t length)
{
	const struct node parent = at->node;
	if (at->removed)
		return look_in_removed(at);
	if (!node_is_dir(&parent))
		return node_absent(&parent) ? -ENOENT : -ENOTDIR;
	if (!place_fits(at, at->path.length + 1 + length))
		return -ENAMETOOLONG;
	int error = path_push(&at->path, name, length);
	if (!error)
		error = look_at(at, &parent, name, !name[length]);
	if (!error && process_mounts()->count > 1)
		look_for_nested(at);
	return error;
}

/* Outside paths are kept with their leading slash: "" is the root, "/a" below it. */
static int go_down_outside(struct place *at, const char *name, size_t length)
{
	size_t before = at->path.length;
	if (length > NAME_MAX || !place_fits(at, before + 1 + length))
		return -ENAMETOOLONG;
	char *end = path_rel(&at->path) + before;
	*end = '/';
	memcpy(end + 1, name, length);
	path_cut(&at->path, before + 1 + length);
	step_enter(at);
	if (!at->overlay)
		at->node = (struct node){0};
	return 0;
}

int step_down(struct place *at, const char *name, size_t length)
{
	return at->overlay ? go_down_inside(at, name, length) : go_down_outside(at, name, length);
}
