/*
 * What loading.S calls. A library inside merged is loaded from its layer. What it needs is found by
 * the auditor where the program has one; for others it is loaded here beforehand, and ld.so then
 * knows it by its soname.
 */
#include "overlain/libc.h"
#include "overlain/library.h"

#include <link.h>
#include <string.h>

__attribute__((used)) const char *loading_name(const char *name, int flags, const void *caller);
__attribute__((used)) void *loading_dlopen(void);
__attribute__((used)) void *loading_dlmopen(void);

/*
 * Names outlive the jump: the loader copies its own before it runs anything, but may wait for its
 * lock until others have loaded any number of libraries. So each thread has a place of its own.
 */
#define NAMES 128
static BULKY char names[NAMES][PATH_ROOM + PATH_MAX];
static BULKY uintptr_t owners[NAMES];

static char *own_name(void)
{
	const uintptr_t self = sys_thread();
	const size_t start = (uint64_t)self * 0x9e3779b97f4a7c15ULL >> 57;
	for (size_t i = start; i < start + NAMES; i++) {
		uintptr_t owner = 0;
		if (__atomic_compare_exchange_n(&owners[i % NAMES], &owner, self, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
		    owner == self)
			return names[i % NAMES];
	}
	return names[start];
}

/* --- what a library needs --- */

/* Deeper than libraries need each other, and what a thread's stack bears. */
#define DEPTH_MAX 24

static bool is_asking(const struct seeker *s, const char *name)
{
	for (; s; s = s->by)
		if (text_same(s->name, name))
			return true;
	return false;
}

static void *open_next(const char *name, int flags)
{
	return NEXT(dlopen)(name, flags);
}

/* One dlopen under way. */
struct loading {
	int flags;
	char *scratch; /* PATH_MAX bytes */
};

static void load_needed(const struct loading *l, struct place *at, const struct seeker *by,
			unsigned depth);

static void load_one(const struct loading *l, const struct seeker *s, const char *name,
		     unsigned depth)
{
	struct place at;
	const char *path;
	if (text_find(name, '/') ||
	    !library_find(s, getenv("LD_LIBRARY_PATH"), name, &at, l->scratch))
		return;
	if (open_next(name, RTLD_LAZY | RTLD_NOLOAD))
		return;
	load_needed(l, &at, s, depth);
	/* It stays loaded for good, as ld.so would keep it at least as long as who needs it. */
	if (file_reach(&at, &path) == 0)
		open_next(path, l->flags);
}

/* Loads what the library AT needs from merged, the deepest first. What fails, ld.so will tell of.
 */
__attribute__((noinline)) static void load_needed(const struct loading *l, struct place *at,
						  const struct seeker *by, unsigned depth)
{
	char name[place_name_size(at)];
	const char *path;
	struct seeker s = {.name = name, .by = by};
	size_t entry = 0;
	DYNAMIC_SCOPED struct dynamic d = {0};
	place_name(at, name);
	if (depth > DEPTH_MAX || is_asking(by, name) || file_reach(at, &path))
		return;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	dynamic_open(&d, fd);
	dynamic_search(&d, &s);
	for (const char *needed; (needed = dynamic_needed(&d, &entry));)
		load_one(l, &s, needed, depth + 1);
}

__attribute__((noinline)) static void load_beforehand(struct place *at, int flags)
{
	char scratch[PATH_MAX];
	load_needed(&(struct loading){flags, scratch}, at, NULL, 0);
}

/* --- the name itself --- */

/* Who calls, and behind it the program: NAMES has PATH_MAX bytes for each. */
static bool find_caller(const void *caller, struct seeker s[2], char *both)
{
	struct link_map *map = NULL;
	Dl_info info;
	if (!NEXT(dladdr1)(caller, &info, (void **)&map, RTLD_DL_LINKMAP) || !map)
		return false;
	for (int i = 0; i < 2; i++) {
		char *name = both + i * PATH_MAX;
		const char *own = *map->l_name ? map->l_name : handover_program();
		s[i] = (struct seeker){.name = name, .by = i == 0 ? &s[1] : NULL};
		dynamic_loaded(map, &s[i]);
		strcpy(name, own);
		if (*map->l_name)
			reverse_name(name, PATH_MAX);
		if (!map->l_prev)
			s[0].by = NULL;
		while (map->l_prev)
			map = map->l_prev;
	}
	return true;
}

/* NAME is looked for along CALLER's lists, or has to do with its place. */
__attribute__((noinline)) static bool find_for(struct place *at, const char *name,
					       const void *caller)
{
	struct seeker s[2];
	char both[2 * PATH_MAX], found[PATH_MAX];
	if (!find_caller(caller, s, both))
		return false;
	if (!text_find(name, '/'))
		return library_find(s, getenv("LD_LIBRARY_PATH"), name, at, found);
	return library_expand(s, name, found) && place_find(at, AT_FDCWD, found, 0) == 0 &&
	       at->overlay;
}

/* Finds NAME inside merged as ld.so would on behalf of CALLER. */
static bool find(struct place *at, const char *name, const void *caller)
{
	if (!text_find(name, '/') || text_find(name, '$'))
		return !handover_audited() && find_for(at, name, caller);
	if (place_find(at, AT_FDCWD, name, PLACE_FOLLOW))
		return false;
	if (!at->overlay && sys_faccessat(AT_FDCWD, at->name, F_OK, 0) == -ENOENT)
		place_again(at, ENOENT);
	return at->overlay;
}

/* NAME, or the path on disk of what it means inside merged. What is wrong, the loader finds out. */
const char *loading_name(const char *name, int flags, const void *caller)
{
	struct place at;
	const char *path;
	int saved = errno;
	if (name && process_ready() && pointer_string(name, PATH_MAX) > 0 &&
	    find(&at, name, caller)) {
		if (!(flags & RTLD_NOLOAD) && !handover_audited())
			load_beforehand(&at, flags);
		char *kept = own_name();
		if (file_reach(&at, &path) == 0)
			strcpy(kept, path);
		else
			library_missing(&at, kept);
		name = kept;
	}
	errno = saved;
	return name;
}

void *loading_dlopen(void)
{
	return next_symbol(NEXT_dlopen);
}

void *loading_dlmopen(void)
{
	return next_symbol(NEXT_dlmopen);
}
