/*
 * What ld.so asks an auditor: rtld-audit(7). It searches for libraries before any preloaded object
 * can run, so for programs that may need one from merged this object stands in: it is told each
 * name before it is opened and answers with the one on disk.
 *
 * It has no C library: an auditor lives in a namespace of its own, where that would be a second
 * copy. The rooms below it are the library's own, started anew.
 */
#include "conf.h"

#include <link.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* What is known of an object: who asked for it, and by which lists it looks for others. */
struct object {
	struct seeker seeker;
	struct object *next;
	bool gone;
};
static struct object *objects;

static const char *library_path;
static bool started; /* the program runs: objects may be unloaded from now on */

/* The last answer: its path on disk, and the name in merged that led there. */
static struct place at;
static char answer[PATH_ROOM + PATH_MAX], found[PATH_MAX];

/* Who asks; and while ld.so searches, what we found for it already and where it believes it is. */
static const struct object *asking;
static char *pending;
static char believed[PATH_MAX];

/* Memory for names and objects. Both live as long as the process, or nearly. */
static void *take(size_t size)
{
	static char *room, *end;
	size = (size + 15) & ~(size_t)15;
	if (size > (size_t)(end - room)) {
		const size_t more = size > 65536 ? size : 65536;
		room = sys_pages(more);
		end = room ? room + more : NULL;
	}
	char *taken = room;
	room = room ? room + size : NULL;
	return taken;
}

static char *copy(const char *s)
{
	const size_t size = strlen(s) + 1;
	char *to = take(size);
	return to ? memcpy(to, s, size) : NULL;
}

/* --- names --- */

static bool is_inside(const char *name)
{
	const char *rest;
	return name[0] == '/' && process_overlay(name, strlen(name), &rest);
}

/* Libraries that only go with the ld.so at hand: where the system keeps them, they are its own. */
static bool is_core(const char *path)
{
	static const char *const names[] = {
		"libc.so.",  "libm.so.",      "libmvec.so.", "libpthread.so.", "libdl.so.",
		"librt.so.", "libresolv.so.", "libutil.so.", "libanl.so.",     "ld-linux"};
	for (const char *slash; (slash = text_find(path, '/'));)
		path = slash + 1;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (text_starts(path, names[i]))
			return true;
	return false;
}

/* The path on disk of what AT stands at; NULL where nothing is. */
static char *answer_place(void)
{
	if (node_absent(&at.node))
		return NULL;
	const char *real = overlay_reach(at.overlay, &at.node, &at.path);
	return memcpy(answer, real, strlen(real) + 1);
}

/* A path that ld.so is about to open. One that merged hides must not be found on disk. */
static char *answer_path(const char *path)
{
	if (place_find(&at, AT_FDCWD, path, PLACE_FOLLOW) || !at.overlay)
		return (char *)(uintptr_t)path;
	if (!answer_place())
		library_missing(&at, answer);
	return answer;
}

/* The service that nsswitch.conf(5) is made to ask (preload/nss/) lies beside this object. */
#define SERVICE "libnss_overlain.so.2"
static char service[PATH_MAX];

/* Ours is the last of LIST, the value of LD_AUDIT. */
static void find_service(const char *list)
{
	struct text t;
	const char *own = list, *slash = NULL;
	for (const char *colon; (colon = text_find(own, ':'));)
		own = colon + 1;
	for (const char *at_slash = own; (at_slash = text_find(at_slash, '/')); at_slash++)
		slash = at_slash;
	text_init(&t, service, sizeof service);
	text_add_bytes(&t, own, slash ? (size_t)(slash + 1 - own) : 0);
	text_add(&t, SERVICE);
}

/* The program may have moved since, and the list be relative. */
static void follow_cwd(void)
{
	char name[PATH_MAX];
	if (sys_getcwd(name, sizeof name) > 0 && reverse_path(name, sizeof name) > 0)
		cwd_adopt(name);
	else
		cwd_unknown();
}

/*
 * A library's name, to be looked for. While the program starts, what was found is kept for the
 * first path that ld.so tries: so it keeps the name it was asked for, and the path can be put right
 * once the object is loaded.
 */
static char *answer_search(const char *name)
{
	if (text_same(name, SERVICE))
		return service;
	if (started && library_path)
		follow_cwd();
	if (!asking || !library_find(&asking->seeker, library_path, name, &at, found))
		return NULL;
	char *real = answer_place();
	pending = started ? NULL : real;
	return started ? real : NULL;
}

static char *answer_pending(const char *path)
{
	char *real = pending;
	struct text t;
	text_init(&t, believed, sizeof believed);
	text_add(&t, path);
	pending = NULL;
	return real;
}

static char *answer_name(const char *name)
{
	if (!text_find(name, '$'))
		return answer_path(name);
	bool expanded = asking && library_expand(&asking->seeker, name, found);
	return expanded && is_inside(found) ? answer_path(found) : (char *)(uintptr_t)name;
}

/*
 * What ld.so takes from its cache or, not finding it there, tries in the system's directories may
 * stand in a directory of ld.so.conf that merged has something else in.
 */
static char *answer_cached(const char *path)
{
	const struct seeker nobody = {.name = ""};
	const char *name = path;
	if (is_core(path))
		return (char *)(uintptr_t)path;
	for (const char *slash; (slash = text_find(name, '/'));)
		name = slash + 1;
	if (!*conf_directories() || !library_find(&nobody, conf_directories(), name, &at, found))
		return answer_path(path);
	pending = answer_place();
	return answer_pending(path);
}

/* What is tried along a search list: $ORIGIN of an object in merged stands in one layer alone. */
static char *answer_candidate(const char *path, unsigned flag)
{
	struct text t;
	text_init(&t, found, sizeof found);
	text_add(&t, path);
	if (flag == LA_SER_RUNPATH && !is_inside(path) && reverse_name(found, sizeof found) > 0)
		return answer_path(found);
	if (flag == LA_SER_CONFIG || flag == LA_SER_DEFAULT)
		return answer_cached(path);
	return answer_path(path);
}

EXPORT char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag)
{
	char *real = NULL;
	asking = (const struct object *)*cookie;
	if (!process_ready())
		return (char *)(uintptr_t)name;
	if (flag == LA_SER_ORIG)
		pending = NULL;
	if (pending)
		return answer_pending(name);
	found[0] = believed[0] = 0;
	if (flag != LA_SER_ORIG)
		real = answer_candidate(name, flag);
	else
		real = text_find(name, '/') ? answer_name(name) : answer_search(name);
	return real ? real : (char *)(uintptr_t)name;
}

/* --- objects --- */

static struct object *new_object(void)
{
	for (struct object *o = objects; o; o = o->next)
		if (o->gone)
			return o;
	struct object *o = take(sizeof *o);
	if (o) {
		o->next = objects;
		objects = o;
	}
	return o;
}

/* The name in merged of the object that ld.so calls NAME; the program itself has none there. */
static const char *name_of(const char *name)
{
	char real[PATH_MAX];
	struct text t;
	if (!*name && *handover_program())
		return handover_program();
	text_init(&t, real, sizeof real);
	text_add(&t, name);
	if (!*name) {
		ssize_t length = sys_readlink("/proc/self/exe", real, sizeof real - 1);
		real[length > 0 ? length : 0] = 0;
	}
	if ((*name || handover_inside()) && !is_inside(real))
		reverse_name(real, sizeof real);
	return copy(real);
}

/*
 * What was found by our search gets the name ld.so would have found it by: ldd, debuggers and the
 * program read it here. Objects loaded later are not renamed: their names are ld.so's to give back.
 */
static void show_name(struct link_map *map)
{
	char *shown = believed[0] && text_same(map->l_name, believed) ? copy(found) : NULL;
	if (shown)
		map->l_name = shown;
	believed[0] = 0;
}

EXPORT unsigned la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie)
{
	(void)namespace;
	struct object *o = process_ready() ? new_object() : NULL;
	*cookie = (uintptr_t)o;
	if (!o)
		return 0;
	show_name(map);
	const char *name = name_of(map->l_name);
	o->gone = false;
	o->seeker = (struct seeker){.name = name ? name : ""};
	o->seeker.by = asking ? &asking->seeker : NULL;
	dynamic_loaded(map, &o->seeker);
	return 0; /* calls between objects are none of our business */
}

EXPORT unsigned la_objclose(uintptr_t *cookie)
{
	struct object *gone = (struct object *)*cookie;
	for (struct object *o = objects; gone && o; o = o->next)
		if (o->seeker.by == &gone->seeker)
			o->seeker.by = NULL;
	if (gone)
		gone->gone = true;
	return 0;
}

EXPORT void la_preinit(uintptr_t *cookie)
{
	(void)cookie;
	started = true;
}

EXPORT unsigned la_version(unsigned version)
{
	if (!process_ready())
		return 0;
	for (char **entry = process_environment(); *entry; entry++) {
		const char *audit = text_after(*entry, "LD_AUDIT=");
		const char *path = text_after(*entry, "LD_LIBRARY_PATH=");
		if (audit)
			find_service(audit);
		library_path = path ? path : library_path;
	}
	return version;
}
