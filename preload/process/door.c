/*
 * Symlinks outside that lead into merged. The kernel, which knows nothing of merged, resolves them
 * to what lies there on disk: mostly nothing, and then the call fails and is tried again by a walk
 * of our own. But merged may exist as an empty directory, and then opening it or making a name in
 * it would succeed in the wrong place. So directories that are opened or made names in, by a path
 * that may hold symlinks, are compared with merged's own, once for each spelling.
 */
#include "overlain/process.h"

#include <string.h>

/* Trees of the system where nobody keeps links into merged, and many names are looked for in vain. */
static bool never_leads_in(const char *name)
{
	static const char *const trees[] = {"/usr", "/lib", "/lib64", "/bin", "/sbin",
					    "/etc", "/proc", "/sys",  "/dev"};
	for (unsigned i = 0; i < sizeof trees / sizeof *trees; i++)
		if (text_below(name, strlen(name), trees[i], strlen(trees[i])))
			return true;
	return false;
}

bool place_leads_in(struct place *at)
{
	unsigned flags = at->flags;
	if (at->asked[0] == '/' && never_leads_in(at->asked))
		return false;
	int error = place_find(at, at->asked_dirfd, at->asked, flags | PLACE_WALK);
	at->flags = flags;
	at->tried = true;
	return !error && at->overlay;
}

/* The directory on disk that merged covers; ino 0 when there is none. */
struct door {
	bool asked;
	dev_t dev;
	ino_t ino;
};
#define DOORS 16
static struct door doors[DOORS];
static bool doors_exist;

static bool is_door(const struct stat *st)
{
	const struct mounts *mounts = process_mounts();
	for (unsigned i = 0; i < mounts->count && i < DOORS; i++) {
		struct door *door = &doors[i];
		struct stat own;
		if (!door->asked) {
			const char *merged = mounts->at[i].merged;
			if (sys_fstatat(AT_FDCWD, *merged ? merged : "/", &own, 0) == 0) {
				door->dev = own.st_dev;
				door->ino = own.st_ino;
				doors_exist = true;
			}
			door->asked = true;
		}
		if (door->ino && door->ino == st->st_ino && door->dev == st->st_dev)
			return true;
	}
	return false;
}

/* Spellings that were compared already, by their hash. */
#define MEMORY 64
static uint64_t seen[MEMORY];

static bool compare(int dirfd, const char *name)
{
	struct stat st;
	uint64_t hash = 0xcbf29ce484222325ULL;
	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3ULL;
	uint64_t *memory = name[0] == '/' ? &seen[(hash >> 32) % MEMORY] : NULL;
	if (memory && __atomic_load_n(memory, __ATOMIC_RELAXED) == hash)
		return false;
	if (sys_fstatat(dirfd, name, &st, 0) == 0 && is_door(&st))
		return true;
	if (memory)
		__atomic_store_n(memory, hash, __ATOMIC_RELAXED);
	return false;
}

bool place_is_door(struct place *at)
{
	const char *name = at->name;
	if (at->overlay || !process_ready() || at->self || !name || !*name || never_leads_in(name))
		return false;
	return compare(at->dirfd, name) && place_leads_in(at);
}

/* A name in the directory the path starts from: the cwd may have been entered by a symlink. */
static bool starts_behind_door(struct place *at)
{
	struct base base;
	if (at->dirfd != AT_FDCWD || cwd_base(&base) || !base.guess)
		return false;
	return cwd_ask(&base) == 0 && base.overlay && place_leads_in(at);
}

bool place_is_behind_door(struct place *at)
{
	char parent[PATH_MAX];
	const char *name = at->name;
	if (at->overlay || !process_ready() || at->self || !name || never_leads_in(name))
		return false;
	size_t length = strlen(name);
	while (length > 0 && name[length - 1] == '/')
		length--;
	while (length > 0 && name[length - 1] != '/')
		length--;
	if (length == 0)
		return starts_behind_door(at);
	if (length >= sizeof parent)
		return false;
	memcpy(parent, name, length);
	parent[length] = 0;
	return compare(at->dirfd, parent) && place_leads_in(at);
}

bool place_is_link_inside(struct place *at)
{
	char target[16];
	struct stat none = {0};
	if (at->overlay || !process_ready() || at->self || !at->name || never_leads_in(at->name))
		return false;
	is_door(&none);
	if (!doors_exist || sys_readlinkat(at->dirfd, at->name, target, sizeof target) < 0)
		return false;
	return place_leads_in(at);
}

bool place_showed_door(struct place *at, const struct stat *st)
{
	if (at->overlay || at->tried || !S_ISDIR(st->st_mode) || !process_ready() || !at->name ||
	    !(at->flags & PLACE_FOLLOW) ||
	    !*at->name || never_leads_in(at->name))
		return false;
	return is_door(st) && place_leads_in(at);
}

void place_pair(struct place *from, struct place *to)
{
	if (!from->overlay && !to->overlay) {
		place_is_behind_door(from);
		place_is_behind_door(to);
	}
	if (from->overlay && !to->overlay)
		place_leads_in(to);
	else if (to->overlay && !from->overlay && !from->self)
		place_leads_in(from);
}
