/*
 * Where does this path lead? Most paths are answered without a system call: outside merged they
 * are passed on as they came, inside they are found by one look into what is remembered. Only what
 * is left is walked component by component (walk.c).
 */
#include "internal.h"

#include <string.h>

/* True when AT, whose path was just spelled out, is remembered and needs no walk. */
static bool recall(struct place *at)
{
	return overlay_recall(at->overlay, &at->path, &at->node) &&
	       !(at->node.type == DT_LNK && (at->flags & PLACE_FOLLOW));
}

/* REST below the directory AT stands at, all of it inside one overlay. */
static int find_below(struct place *at, const char *rest)
{
	while (*rest == '/')
		rest++;
	const size_t length = at->path.length, more = strlen(rest);
	if (process_mounts()->count == 1 && length + 1 + more < PATH_MAX && spelling_plain(rest)) {
		char *end = path_rel(&at->path) + length;
		if (length)
			*end++ = '/';
		memcpy(end, rest, more + 1);
		at->path.length = (uint16_t)(end + more - path_rel(&at->path));
		if (recall(at))
			return 0;
		path_cut(&at->path, length);
	}
	int error = overlay_lookup(at->overlay, &at->path, &at->node);
	if (error)
		return error;
	at->removed = node_absent(&at->node);
	return place_walk(at, rest);
}

static int pass_on(struct place *at)
{
	at->overlay = NULL;
	at->dirfd = at->asked_dirfd;
	at->name = at->asked;
	return 0;
}

/* Names that may lead into merged by way of what this process has open. */
static bool is_magic(const char *path)
{
	static const char *const names[] = {"/proc/self/cwd", "/proc/self/fd/",
					    "/proc/thread-self/", "/dev/fd/", "/dev/std"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (text_starts(path, names[i]))
			return true;
	return false;
}

/* Walks the whole of PATH from BASE, or from the root, as the kernel would. */
static int walk_from(struct place *at, const struct base *base, const char *path)
{
	at->overlay = NULL;
	path_clear(&at->path);
	int error = base ? path_set(&at->path, base->path, base->length) : 0;
	return error ? error : place_walk(at, path);
}

/*
 * From outside merged. The text tells whether the path can lead inside; where it has "..", the text
 * may be wrong about symlinks, and the path is walked. Everything else goes on as it came.
 */
static int find_outside(struct place *at, const struct base *base, const char *path)
{
	const char *rest;
	if ((at->flags & PLACE_WALK) || (!base && is_magic(path)))
		return walk_from(at, base, path);
	if (!place_spell(at, base, path))
		return pass_on(at);
	const char *name = path_rel(&at->path);
	const struct overlay *ov = process_overlay(name, at->path.length, &rest);
	bool leads = !ov && process_leads(name, at->path.length);
	if (!ov && !leads) {
		at->slash = false;
		return pass_on(at);
	}
	if (spelling_climbs(path))
		return walk_from(at, base, path);
	if (!ov) {
		at->dirfd = AT_FDCWD;
		at->name = at->path.length ? name : "/";
		return 0;
	}
	rest += *rest == '/';
	path_set(&at->path, rest, strlen(rest));
	at->overlay = ov;
	if (!at->slash && recall(at))
		return 0;
	at->slash = false;
	return walk_from(at, base, path);
}

static int find_absolute(struct place *at, const char *path, size_t length)
{
	const char *rest;
	at->overlay = process_overlay(path, length, &rest);
	if (!at->overlay)
		return find_outside(at, NULL, path);
	path_clear(&at->path);
	return find_below(at, rest);
}

__attribute__((noinline)) static int find_relative(struct place *at, const char *path)
{
	struct base base;
	if (at->asked_dirfd == AT_FDCWD) {
		if (cwd_base(&base))
			return pass_on(at);
	} else if (!descriptor_base(at->asked_dirfd, &base)) {
		return pass_on(at);
	}
	if (!base.overlay) {
		/* Only from above merged, or by "..", does a relative path get there. */
		bool may = (at->flags & PLACE_WALK) || base.leads || spelling_climbs(path);
		if (!may || (base.guess && cwd_ask(&base)))
			return pass_on(at);
	}
	if (!base.overlay)
		return find_outside(at, &base, path);
	at->overlay = base.overlay;
	int error = path_set(&at->path, base.path, base.length);
	return error ? error : find_below(at, path);
}

int place_find(struct place *at, int dirfd, const char *path, unsigned flags)
{
	at->asked = path;
	at->asked_dirfd = dirfd;
	at->flags = flags;
	at->links = 0;
	at->slash = at->self = at->removed = false;
	at->tried = false;
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
	if (*path == '/')
		return find_absolute(at, path, (size_t)length);
	return find_relative(at, path);
}

int place_set(struct place *at, const char *absolute)
{
	return place_find(at, AT_FDCWD, absolute, 0);
}

int place_name(const struct place *at, char *buffer)
{
	struct text t;
	text_init(&t, buffer, PATH_MAX);
	if (at->overlay)
		text_add(&t, at->overlay->merged);
	if (at->overlay && at->path.length)
		text_add(&t, "/");
	text_add(&t, at->path.bytes + PATH_ROOM);
	if (text_length(&t) == 0)
		text_add(&t, "/");
	return text_full(&t) ? -ENAMETOOLONG : 0;
}

bool place_again(struct place *at, int error)
{
	if (at->tried || (error != ENOENT && error != ENOTDIR) || !process_ready())
		return false;
	at->tried = true;
	if (at->overlay) {
		if (node_absent(&at->node))
			return false;
		overlay_forget(at->overlay, &at->path);
		error = place_find(at, at->asked_dirfd, at->asked, at->flags);
		at->tried = true;
		return !error;
	}
	return place_leads_in(at);
}
