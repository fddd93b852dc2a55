/*
 * Where does this path lead? Most paths are answered without a system call: outside merged they
 * are passed on as they came, inside they are found by one look into what is remembered. Only what
 * is left is walked component by component (walk.c).
 */
#include "internal.h"

#include <string.h>

/* True unless AT stands at a symlink that is to be followed. */
static bool ends_here(const struct place *at)
{
	return at->node.type != DT_LNK || !(at->flags & PLACE_FOLLOW);
}

/* AT moves on along TEXT, plainly spelled, of LENGTH bytes that fit. */
static void go_along(struct place *at, const char *text, size_t length)
{
	char *end = path_rel(&at->path) + at->path.length;
	if (at->path.length && length)
		*end++ = '/';
	memcpy(end, text, length);
	path_cut(&at->path, (size_t)(end + length - path_rel(&at->path)));
}

/*
 * Looks for what is remembered of REST, below the directory AT stands at, whose hash is BASE: of it
 * all, or of the directory the last name lies in. What is remembered was spelled out plainly: so is
 * a text that is found. Answers what is left of REST, or NULL, when nothing is remembered.
 */
static const char *recall_below(struct place *at, struct path_hash base, const char *rest,
				size_t length)
{
	struct path_hash dir;
	if (process_mounts()->count > 1 || length == 0 ||
	    at->path.length + 1 + length >= place_room(at))
		return NULL;
	const struct path_hash hash = path_hash(base, rest, length, &dir);
	if (overlay_recall_hash(at->overlay, hash, &at->node) && ends_here(at)) {
		go_along(at, rest, length);
		return rest + length;
	}
	size_t last = length;
	while (last > 0 && rest[last - 1] != '/')
		last--;
	if (last == length || !overlay_recall_hash(at->overlay, dir, &at->node) ||
	    !node_is_dir(&at->node))
		return NULL;
	at->hashed = rest + last;
	at->key = (struct path_key){hash, dir.name};
	at->dir = dir;
	go_along(at, rest, last ? last - 1 : 0);
	return rest + last;
}

/* The directory a path begins in, which its name does not lead to, is left and not searched for. */
static int leave_unfound(struct place *at)
{
	struct stat st;
	at->node = (struct node){.type = DT_DIR, .marks = NODE_OPEN};
	return sys_fstatat(at->asked_dirfd, ".", &st, 0);
}

/* Where REST begins, which is the directory AT stands at. */
static int stand_at_base(struct place *at, const char *rest)
{
	int error = overlay_lookup(at->overlay, &at->path, &at->node);
	if (error == -EACCES && rest[0] == '.' && rest[1] == '.' && (!rest[2] || rest[2] == '/'))
		error = leave_unfound(at);
	at->removed = !error && node_absent(&at->node);
	return error;
}

/* REST below the directory AT stands at, all of it inside one overlay. */
static int find_below(struct place *at, struct path_hash base, const char *rest, size_t length)
{
	const char *left = recall_below(at, base, rest, length);
	int error = left ? 0 : stand_at_base(at, rest);
	at->direct = left == rest + length;
	if (error || at->direct)
		return error;
	error = place_walk(at, left ? left : rest);
	at->direct = at->links == 0 && !spelling_climbs(rest);
	return error;
}

static int pass_on(struct place *at)
{
	at->overlay = NULL;
	at->dirfd = at->asked_dirfd;
	at->name = at->asked;
	return 0;
}

int place_begin(struct place *at, struct base *base)
{
	char *path = path_rel(&at->path);
	const size_t room = place_room(at);
	int error = at->asked_dirfd == AT_FDCWD
			    ? cwd_base(base, path, room)
			    : descriptor_base(at->asked_dirfd, base, path, room);
	at->cramped |= error == -ERANGE;
	path_cut(&at->path, error ? 0 : base->length);
	return error;
}

/* The kernel has an answer where nothing is known of what a path begins at; not where that is for
 * want of an answer: what it has there may be a lower's. */
static int pass_on_unknown(struct place *at, int error)
{
	const bool unknown = error == -EBADF || error == -ENOENT || error == -ERANGE;
	return unknown ? pass_on(at) : error;
}

/* Walks the whole of PATH from where it begins, outside, as the kernel would. */
static int walk_from(struct place *at, bool relative, const char *path)
{
	struct base base;
	at->overlay = NULL;
	path_clear(&at->path);
	int error = relative ? place_begin(at, &base) : 0;
	if (error)
		return pass_on_unknown(at, error);
	if (relative && base.overlay)
		return pass_on(at); /* somebody else moved it meanwhile */
	return place_walk(at, path);
}

/*
 * From outside merged. The text tells whether the path can lead inside; where it has "..", the text
 * may be wrong about symlinks, and the path is walked. Everything else goes on as it came.
 */
static int find_outside(struct place *at, bool relative, const char *path)
{
	const char *rest;
	if ((at->flags & PLACE_WALK) || (!relative && proc_leads(path)))
		return place_walk(at, path);
	if (!place_spell(at, path))
		return pass_on(at);
	const char *name = path_rel(&at->path);
	const struct overlay *ov = process_overlay(name, at->path.length, &rest);
	int error = ov ? process_join(ov) : 0;
	if (error)
		return error;
	bool leads = !ov && process_leads(name, at->path.length);
	if (!ov && !leads) {
		at->slash = false;
		return pass_on(at);
	}
	if (spelling_climbs(path))
		return walk_from(at, relative, path);
	if (!ov) {
		at->dirfd = AT_FDCWD;
		at->name = at->path.length ? name : "/";
		return 0;
	}
	rest += *rest == '/';
	path_set(&at->path, rest, strlen(rest));
	at->overlay = ov;
	if (!at->slash && overlay_recall(ov, &at->path, &at->node) && ends_here(at))
		return 0;
	at->slash = false;
	return walk_from(at, relative, path);
}

static int find_absolute(struct place *at, const char *path, size_t length)
{
	const char *rest;
	at->overlay = process_overlay(path, length, &rest);
	if (!at->overlay)
		return find_outside(at, false, path);
	rest += *rest == '/';
	int error = process_join(at->overlay);
	return error ? error : find_below(at, PATH_HASH_ROOT, rest, (size_t)(path + length - rest));
}

bool place_ask_cwd(struct place *at, struct base *base)
{
	int error = cwd_ask(base, path_rel(&at->path), place_room(at));
	at->cramped |= error == -ERANGE;
	path_cut(&at->path, error ? 0 : base->length);
	return !error;
}

static int find_relative(struct place *at, const char *path, size_t length)
{
	struct base base;
	if (way_keeps(at->asked_dirfd))
		return -EBADF; /* no descriptor of the program's */
	int error = place_begin(at, &base);
	if (error)
		return pass_on_unknown(at, error);
	if (!base.overlay) {
		/* Only from above merged, or by "..", does a relative path get there. */
		bool may = (at->flags & PLACE_WALK) || base.leads || spelling_climbs(path);
		if (!may || (base.guess && !place_ask_cwd(at, &base)))
			return pass_on(at);
	}
	if (!base.overlay)
		return find_outside(at, true, path);
	at->overlay = base.overlay;
	error = process_join(base.overlay);
	if (error)
		return error;
	if (base.gone) {
		at->node = (struct node){0};
		at->removed = true;
		return place_walk(at, path);
	}
	error = find_below(at, base.hash, path, length);
	at->direct &= base.layer == at->node.layer && base.overlay == at->overlay;
	return error;
}

static int find(struct place *at, int dirfd, const char *path, unsigned flags)
{
	at->asked = path;
	at->asked_dirfd = dirfd;
	at->flags = flags;
	at->links = at->looks = 0;
	at->slash = at->dots = at->self = at->removed = false;
	at->tried = at->cramped = at->crossed = false;
	at->alone = NULL;
	at->direct = at->glanced = at->unseen = false;
	at->hashed = NULL;
	path_clear(&at->path);
	pass_on(at);
	if (!process_ready())
		return 0;
	ssize_t length = pointer_string(path, PATH_MAX);
	if (length <= 0) {
		/* The kernel has the right answer to a path that cannot be read. */
		at->self = length == 0 && (flags & PLACE_EMPTY);
		return 0;
	}
	if (*path != '/') {
		int error = find_relative(at, path, (size_t)length);
		return error == -EACCES && place_by_itself(at) ? 0 : error;
	}
	int error = find_absolute(at, path, (size_t)length);
	at->direct = false;
	return error;
}

int place_find_glance(struct place *at, int dirfd, const char *path, unsigned flags,
		      struct stat *glance)
{
	at->glance = glance;
	return find(at, dirfd, path, flags);
}

int place_find(struct place *at, int dirfd, const char *path, unsigned flags)
{
	return place_find_glance(at, dirfd, path, flags, NULL);
}

bool place_fits(struct place *at, size_t length)
{
	const bool fits = length < place_room(at);
	at->cramped |= !fits;
	return fits;
}

size_t place_name_size(const struct place *at)
{
	const size_t front = at->overlay ? at->overlay->merged_length : 0, rest = at->path.length;
	const size_t slash = (at->overlay && rest) || front + rest == 0;
	return front + slash + rest + 1;
}

void place_name(const struct place *at, char *buffer)
{
	struct text t;
	text_init(&t, buffer, place_name_size(at));
	if (at->overlay)
		text_add(&t, at->overlay->merged);
	if (at->overlay && at->path.length)
		text_add(&t, "/");
	text_add(&t, at->path.bytes + PATH_ROOM);
	if (text_length(&t) == 0)
		text_add(&t, "/");
}

/* Where that is no way either, AT is what it was. */
static bool again_by_itself(struct place *at)
{
	bool alone = place_by_itself(at);
	if (!alone)
		place_find(at, at->asked_dirfd, at->asked, at->flags);
	at->tried = true;
	return alone;
}

/* True where ERROR can mean that another process changed what was remembered or just found. */
static bool may_have_changed(const struct place *at, int error)
{
	if (error == ENOTDIR) /* a directory on the way; or else it will say so once more */
		return at->looks == 0 || at->looked != ENOTDIR;
	if (error == ELOOP || error == EBADF) /* a symlink where none was; a grip that was lost */
		return at->node.type != DT_LNK;
	if (node_absent(&at->node))
		return error == EEXIST;
	return error == ENOENT ||
	       (error == ENXIO && at->node.type == DT_REG); /* open(2) of a whiteout */
}

/* Nothing is left to the call this time. */
static int find_anew(struct place *at)
{
	const unsigned flags = at->flags & ~(unsigned)(PLACE_NEW | PLACE_GOING | PLACE_UNSEEN);
	int error = place_find_glance(at, at->asked_dirfd, at->asked, flags, at->glance);
	return error ? error : 1;
}

static int look_again(struct place *at, int why)
{
	enum { LOOKS_MOST = 16 };
	const uint8_t looks = (uint8_t)(at->looks + 1);
	if (looks > LOOKS_MOST || !may_have_changed(at, why))
		return 0;
	if (why == EBADF)
		grips_give_up();
	overlay_forget(at->overlay, &at->path);
	int error = find_anew(at);
	at->looks = looks;
	at->looked = (uint8_t)why;
	return error;
}

int place_again(struct place *at, int error)
{
	if (at->tried || !process_ready())
		return 0;
	if (at->unseen)
		return find_anew(at); /* the call did not tell */
	if (error == EACCES)
		return at->overlay && again_by_itself(at);
	if (at->overlay)
		return look_again(at, error);
	at->tried = true;
	return error == ENOENT || error == ENOTDIR ? place_leads_in(at) : 0;
}
