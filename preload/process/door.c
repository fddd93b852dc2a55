/*
 * Symlinks outside that lead into merged. The kernel, which knows nothing of merged, resolves them
 * to what lies there on disk: mostly nothing, and then the call fails and is tried again by a walk
 * of our own. But merged may exist as an empty directory, and then opening it or making a name in
 * it would succeed in the wrong place. So directories that are opened or made names in, by a path
 * that may hold symlinks, are compared with merged's own, once for each spelling.
 */
#include "internal.h"

#include <string.h>

/* Trees of the system where nobody keeps links into merged, and many names are looked for in vain.
 */
bool place_never_leads_in(const char *name)
{
	static const char *const trees[] = {"/usr", "/lib",  "/lib64", "/bin", "/sbin",
					    "/etc", "/proc", "/sys",   "/dev"};
	for (unsigned i = 0; i < sizeof trees / sizeof *trees; i++)
		if (text_below(name, strlen(name), trees[i], strlen(trees[i])))
			return true;
	return false;
}

/* Spellings that were looked at already, by their hash; what is forgotten is looked at again. */
#define MEMORY 256
static BULKY uint64_t seen[MEMORY];

static uint64_t hash_name(const char *name, size_t length, uint64_t hash)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3ULL;
	return hash;
}

static bool was_seen(uint64_t hash)
{
	return __atomic_load_n(&seen[(hash >> 32) % MEMORY], __ATOMIC_RELAXED) == hash;
}

static void remember(uint64_t hash)
{
	__atomic_store_n(&seen[(hash >> 32) % MEMORY], hash, __ATOMIC_RELAXED);
}

/*
 * Moved on when this process made a link or started a process that may have: names that were not
 * there may be links by now.
 */
static uint64_t epoch;

void place_links_made(void)
{
	__atomic_fetch_add(&epoch, 0x9e3779b97f4a7c15ULL, __ATOMIC_RELAXED);
}

/* What a path's last component lies in, as it is spelled from the root. */
static uint64_t hash_parent(const struct path *p)
{
	return hash_name(p->bytes + PATH_ROOM, path_last(p), 0x84222325cbf29ce4ULL);
}

/* Makes at->path what was asked for, from the root, where the text alone tells. */
static bool spell_out(struct place *at)
{
	struct base base;
	path_clear(&at->path);
	if (spelling_climbs(at->asked))
		return false;
	if (at->asked[0] != '/' &&
	    (at->asked_dirfd != AT_FDCWD || place_begin(at, &base) || base.overlay || base.guess))
		return false;
	return place_spell(at, at->asked);
}

/* Nobody keeps a link to merged there, or no link was met, here or on the way, before. */
static bool is_no_link(struct place *at)
{
	char target[16];
	if (!spell_out(at))
		return false;
	if (place_never_leads_in(path_rel(&at->path)))
		return true;
	const uint64_t now = __atomic_load_n(&epoch, __ATOMIC_RELAXED);
	const uint64_t missing =
		hash_name(path_rel(&at->path), at->path.length, 0x2325cbf29ce48422ULL ^ now);
	if (was_seen(missing))
		return true;
	/* Where none is on the way only the name itself can be one, whatever slash is behind it. */
	if (!was_seen(hash_parent(&at->path)) ||
	    sys_readlink(path_rel(&at->path), target, sizeof target) >= 0)
		return false;
	remember(missing);
	return true;
}

int place_leads_in(struct place *at)
{
	unsigned flags = at->flags;
	if (at->alone || at->crossed || pointer_string(at->asked, PATH_MAX) <= 0)
		return 0;
	if ((at->asked[0] == '/' && place_never_leads_in(at->asked)) || is_no_link(at))
		return 0;
	int error =
		place_find_glance(at, at->asked_dirfd, at->asked, flags | PLACE_WALK, at->glance);
	at->flags = flags;
	at->tried = true;
	if (!error && (at->overlay || at->crossed))
		return 1;
	if (!error && at->links == 0)
		remember(hash_parent(&at->path));
	at->overlay = NULL;
	at->dirfd = at->asked_dirfd;
	at->name = at->asked;
	return error && (at->crossed || !place_fails_again(error)) ? error : 0;
}

/* The directory on disk that merged covers; ino 0 when there is none. */
struct door {
	bool asked; /* until then there may be one, and anything may be it */
	dev_t dev;
	ino_t ino;
};
#define DOORS 16
static struct door doors[DOORS];

/* The door of the overlay at INDEX: it is looked at once. */
static const struct door *door_of(unsigned index)
{
	struct door *door = &doors[index];
	struct stat own;
	if (door->asked)
		return door;
	const char *merged = process_mounts()->at[index].merged;
	int error = sys_fstatat(AT_FDCWD, *merged ? merged : "/", &own, 0);
	if (!error) {
		door->dev = own.st_dev;
		door->ino = own.st_ino;
	}
	door->asked = !error || error == -ENOENT || error == -ENOTDIR || error == -EACCES;
	return door;
}

static unsigned door_count(void)
{
	return process_mounts()->count < DOORS ? process_mounts()->count : DOORS;
}

static bool is_door(const struct stat *st)
{
	for (unsigned i = 0; i < door_count(); i++) {
		const struct door *door = door_of(i);
		if (!door->asked ||
		    (door->ino && door->ino == st->st_ino && door->dev == st->st_dev))
			return true;
	}
	return false;
}

static bool doors_exist(void)
{
	for (unsigned i = 0; i < door_count(); i++)
		if (door_of(i)->ino || !doors[i].asked)
			return true;
	return false;
}

/* NAME as it is spelled from the root, by its hash; 0 where that is not known. */
static uint64_t hash_spelling(struct place *at, const char *name)
{
	struct base base;
	if (name[0] == '/')
		return hash_name(name, strlen(name), 0xcbf29ce484222325ULL);
	if (at->dirfd != AT_FDCWD || cwd_base(&base, path_rel(&at->path), place_room(at)) ||
	    base.overlay || base.guess)
		return 0;
	uint64_t hash = hash_name(base.path, base.length, 0xcbf29ce484222325ULL);
	return hash_name(name, strlen(name), hash_name("/", 1, hash));
}

static bool compare(struct place *at, const char *name)
{
	struct stat st;
	if (!doors_exist())
		return false;
	uint64_t hash = hash_spelling(at, name);
	if (hash && was_seen(hash))
		return false;
	int error = sys_fstatat(at->dirfd, name, &st, 0);
	if (error == -ENOENT || error == -ENOTDIR || error == -ELOOP)
		return false;
	/* What cannot be told in passing, a walk tells. */
	if (error || is_door(&st))
		return true;
	if (hash)
		remember(hash);
	return false;
}

/* Inside already, walked to, unreadable, or where nothing leads inside. */
static bool is_settled(const struct place *at)
{
	return at->overlay || at->alone || at->crossed || !process_ready() || at->self ||
	       pointer_string(at->name, PATH_MAX) < 0 || place_never_leads_in(at->name);
}

int place_is_door(struct place *at)
{
	if (is_settled(at) || !*at->name)
		return 0;
	return compare(at, at->name) ? place_leads_in(at) : 0;
}

/* A name in the directory the path starts from: the cwd may have been entered by a symlink. */
static int starts_behind_door(struct place *at)
{
	struct base base;
	if (at->dirfd != AT_FDCWD || cwd_base(&base, path_rel(&at->path), place_room(at)) ||
	    !base.guess)
		return 0;
	return place_ask_cwd(at, &base) && base.overlay ? place_leads_in(at) : 0;
}

int place_is_behind_door(struct place *at)
{
	if (is_settled(at))
		return 0;
	size_t length = place_parent_length(at->name, strlen(at->name));
	if (length == 0)
		return starts_behind_door(at);
	char parent[length + 1];
	memcpy(parent, at->name, length);
	parent[length] = 0;
	return compare(at, parent) ? place_leads_in(at) : 0;
}

int place_is_link_inside(struct place *at)
{
	char target[16];
	if (is_settled(at) || !doors_exist())
		return 0;
	ssize_t length = sys_readlinkat(at->dirfd, at->name, target, sizeof target);
	if (length < 0)
		return place_fails_again((int)length) ? 0 : (int)length;
	return place_leads_in(at);
}

bool place_showed_door(struct place *at, const struct stat *st)
{
	if (at->overlay || at->tried || !S_ISDIR(st->st_mode) || !process_ready() || !at->name ||
	    !(at->flags & PLACE_FOLLOW) || !*at->name || place_never_leads_in(at->name))
		return false;
	return is_door(st) && place_leads_in(at) > 0;
}

int place_pair(struct place *from, struct place *to)
{
	int error = 0;
	if (!from->overlay && !to->overlay) {
		error = place_is_behind_door(from);
		if (error >= 0)
			error = place_is_behind_door(to);
	}
	if (error < 0)
		return error;
	if (from->overlay && !to->overlay)
		error = place_leads_in(to);
	else if (to->overlay && !from->overlay && !from->self)
		error = place_leads_in(from);
	return error < 0 ? error : 0;
}
