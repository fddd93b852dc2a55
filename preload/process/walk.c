/* Resolving a path component by component, in and out of merged, as path_resolution(7) says. */
#include "internal.h"

#include <string.h>

#define LINKS_MAX 40
#define NO_JUMP   SIZE_MAX

/* What became of one component. */
enum { WALK_ON, WALK_LINK, WALK_ROOM };

struct component {
	const char *text;
	size_t length;
	const char *rest; /* what follows, without the slashes between */
	bool slash;       /* there was one behind it */
};

static bool next_component(const char *rest, struct component *c)
{
	while (*rest == '/')
		rest++;
	c->text = rest;
	while (*rest && *rest != '/')
		rest++;
	c->length = (size_t)(rest - c->text);
	c->slash = *rest == '/';
	while (*rest == '/')
		rest++;
	c->rest = rest;
	return c->length > 0;
}

static bool is_dots(const struct component *c, size_t count)
{
	return c->length == count && c->text[0] == '.' && c->text[count - 1] == '.';
}

/* /proc/PID/fd/N and its like lead to objects, whatever their text says: the kernel follows them.
 */
static bool is_magic(const char *name)
{
	const char *of = text_after(name, "/proc/");
	return of && text_find(of, '/');
}

/* True when the magic link NAME leads to what has no name left, in any layer: the kernel has it. */
static bool is_nameless(const char *name)
{
	struct stat st;
	return sys_fstatat(AT_FDCWD, name, &st, 0) == 0 && st.st_nlink == 0;
}

bool place_fails_again(int error)
{
	return error == -EINVAL || error == -ENOENT || error == -ENOTDIR || error == -EACCES ||
	       error == -ELOOP || error == -ENAMETOOLONG;
}

/* The text of the symlink AT stands at: its length, 0 when it is none, -errno. */
static ssize_t read_link(struct place *at, char *target, size_t size)
{
	char *name = path_rel(&at->path);
	if (at->overlay)
		return sys_readlink(overlay_reach(at->overlay, &at->node, &at->path), target, size);
	if (process_leads(name, at->path.length))
		return 0;
	const bool magic = is_magic(name);
	ssize_t length =
		magic ? proc_readlink(name, target, size) : sys_readlink(name, target, size);
	if (length > 0 && magic && target[length - 1] == ')' && is_nameless(name))
		return 0;
	return length < 0 && (magic || place_fails_again((int)length)) ? 0 : length;
}

static bool may_be_link(const struct place *at)
{
	return at->overlay ? at->node.type == DT_LNK : true;
}

/* A slash behind the last component follows it, except where a name is what the call is about. */
static bool must_follow(const struct place *at, const struct component *c)
{
	if (at->flags & PLACE_NAME)
		return false;
	return c->slash ? !(at->flags & PLACE_FILE) : at->flags & PLACE_FOLLOW;
}

/*
 * Walks REST until it is used up, or a symlink is met that must be followed. What has JUMP
 * bytes behind it is the object itself that a magic link leads to, and not followed even if it is a
 * symlink.
 */
static int walk_plainly(struct place *at, const char **rest, size_t jump)
{
	struct component c;
	while (next_component(*rest, &c)) {
		bool last = !*c.rest;
		int error = 0;
		if (last)
			at->dots_in = at->overlay;
		if (is_dots(&c, 2))
			error = step_up(at);
		else if (is_dots(&c, 1)) /* a name behind it asks for the same leave */
			error = *c.rest && *c.rest != '.' ? 0 : step_stay(at);
		else
			error = step_down(at, c.text, c.length);
		*rest = c.rest;
		if (error)
			return error;
		if (last) {
			at->slash |= c.slash;
			at->dots = is_dots(&c, 1) || is_dots(&c, 2);
		}
		if (is_dots(&c, 1) || is_dots(&c, 2))
			continue;
		if (jump != NO_JUMP && strlen(c.text + c.length) == jump)
			continue;
		if (may_be_link(at) && (!last || must_follow(at, &c)))
			return WALK_LINK;
	}
	return WALK_ON;
}

/* Where the text of a link begins: the root, or the directory the link lies in. */
static int stand_for_link(struct place *at, bool absolute)
{
	at->glanced = false;
	at->hashed = NULL;
	if (absolute) {
		at->overlay = NULL;
		path_clear(&at->path);
		step_enter(at);
		return 0;
	}
	path_pop(&at->path);
	return at->overlay ? overlay_lookup(at->overlay, &at->path, &at->node) : 0;
}

/*
 * Puts the target of the link AT stands at in front of what is left: both in TEXT, where REST may
 * lie already. WALK_ROOM where SIZE bytes are too few for them.
 */
static int follow(struct place *at, char *text, size_t size, const char **rest, size_t *jump)
{
	const bool magic = !at->overlay && is_magic(path_rel(&at->path));
	size_t left = strlen(*rest) + 1;
	if (left + 1 >= size)
		return WALK_ROOM;
	int error = at->overlay && left == 1 ? overlay_may_follow(at->overlay, &at->path, &at->node)
					     : 0;
	if (error)
		return error;
	char *kept = text + size - left;
	memmove(kept, *rest, left);
	*rest = kept;
	ssize_t length = read_link(at, text, (size_t)(kept - text - 1));
	if (length <= 0)
		return (int)length;
	if (text + length + 1 >= kept)
		return WALK_ROOM;
	if (++at->links > LINKS_MAX)
		return -ELOOP;
	text[length] = left > 1 || at->slash ? '/' : 0;
	memmove(text + length + 1, kept, left);
	*rest = text;
	if (magic)
		*jump = strlen(text + length);
	return stand_for_link(at, text[0] == '/');
}

static int walk_links(struct place *at, char *text, size_t size, const char **rest)
{
	size_t jump = NO_JUMP;
	int what;
	do {
		what = follow(at, text, size, rest, &jump);
		if (what == WALK_ON)
			what = walk_plainly(at, rest, jump);
	} while (what == WALK_LINK);
	return what;
}

__attribute__((noinline)) static int walk_long_links(struct place *at, const char *rest)
{
	char text[PATH_MAX];
	int what = walk_links(at, text, sizeof text, &rest);
	return what == WALK_ROOM ? -ENAMETOOLONG : what;
}

/* Targets are short: the room for long ones is taken where one turns up. */
__attribute__((noinline)) static int walk_short_links(struct place *at, const char *rest)
{
	char text[NAME_SHORT];
	int what = walk_links(at, text, sizeof text, &rest);
	return what == WALK_ROOM ? walk_long_links(at, rest) : what;
}

/* A directory that was removed while it is open or the cwd: the kernel still has its remains. */
static int stay(struct place *at)
{
	struct stat st;
	int error = sys_fstatat(at->asked_dirfd, ".", &st, 0);
	if (!error && st.st_nlink > 0) /* a lower's, which was never removed itself */
		error = at->asked_dirfd == AT_FDCWD ? cwd_bury(at->overlay) : -ENOENT;
	if (error)
		return error;
	at->overlay = NULL;
	at->dirfd = at->asked_dirfd;
	at->name = ".";
	return 0;
}

/*
 * Outside, where the name goes to the kernel, behind the path: what it ended in decides whether
 * only a directory will do, and whether it names something that can be made or moved. Above merged
 * there are directories.
 */
static void keep_ending(struct place *at)
{
	char *end = path_rel(&at->path) + at->path.length;
	bool matters = at->path.length && (at->slash || at->dots) &&
		       ((at->flags & PLACE_NAME) || !process_leads(at->name, at->path.length));
	if (matters && at->path.length + sizeof "/." <= place_room(at))
		memcpy(end, at->dots ? "/." : "/", at->dots ? sizeof "/." : sizeof "/");
}

int place_walk(struct place *at, const char *rest)
{
	int what = walk_plainly(at, &rest, NO_JUMP);
	if (what == WALK_LINK)
		what = walk_short_links(at, rest);
	if (what < 0)
		return what;
	if (at->overlay && at->removed)
		return stay(at);
	if (at->overlay)
		return 0;
	at->dirfd = AT_FDCWD;
	at->name = at->path.length ? path_rel(&at->path) : "/";
	keep_ending(at);
	return 0;
}
