/* Which file on disk is meant by a name that ld.so is about to look for or to open. */
#include "audit.h"

#include <link.h>
#include <string.h>

static const char *library_path;
static bool started;

/* The last answer: its path on disk, and the name in merged that led there. */
static struct place at;
static char real[PATH_ROOM + PATH_MAX], found[PATH_MAX];

/* While ld.so searches: what was found for it beforehand, and the path it believes that to be. */
static bool pending;
static char believed[PATH_MAX];

void answer_started(void)
{
	started = true;
}

static char *unchanged(const char *name)
{
	return (char *)(uintptr_t)name;
}

static const char *base_of(const char *path)
{
	for (const char *slash; (slash = text_find(path, '/'));)
		path = slash + 1;
	return path;
}

static bool is_inside(const char *name)
{
	const char *rest;
	return name[0] == '/' && process_overlay(name, strlen(name), &rest);
}

/* The path on disk of what AT stands at; where nothing is, one that cannot be opened either. */
static char *answer_place(void)
{
	if (node_absent(&at.node)) {
		library_missing(&at, real);
	} else {
		const char *path = overlay_reach(at.overlay, &at.node, &at.path);
		memcpy(real, path, strlen(path) + 1);
	}
	return real;
}

/* A path that ld.so is about to open. */
static char *answer_path(const char *path)
{
	if (place_find(&at, AT_FDCWD, path, PLACE_FOLLOW) || !at.overlay)
		return unchanged(path);
	return answer_place();
}

/* --- the service that nsswitch.conf(5) is made to ask, preload/nss/: it lies beside this object
 * --- */

#define SERVICE "libnss_overlain.so.2"
static char service[PATH_MAX];

/* Ours is the last of LIST, the value of LD_AUDIT. */
static void find_service(const char *list)
{
	struct text t;
	const char *own = list;
	for (const char *colon; (colon = text_find(own, ':'));)
		own = colon + 1;
	text_init(&t, service, sizeof service);
	text_add_bytes(&t, own, (size_t)(base_of(own) - own));
	text_add(&t, SERVICE);
}

void answer_prepare(char *const *envp)
{
	for (; *envp; envp++) {
		const char *audit = text_after(*envp, "LD_AUDIT=");
		const char *path = text_after(*envp, "LD_LIBRARY_PATH=");
		if (audit)
			find_service(audit);
		library_path = path ? path : library_path;
	}
}

/* --- a name without a slash --- */

/* The program may have moved since it started, and the list be relative. */
static void follow_cwd(void)
{
	char name[PATH_MAX];
	if (sys_getcwd(name, sizeof name) > 0 && reverse_path(name, sizeof name) > 0)
		cwd_adopt(name, false);
	else
		cwd_unknown();
}

/* In a directory of ld.so.conf that merged has something else in than ld.so's cache was made of. */
static bool find_in_conf(const char *name)
{
	const struct seeker nobody = {.name = ""};
	const char *list = conf_directories();
	return *list && library_find(&nobody, list, name, &at, found);
}

/*
 * While the program starts, what was found is kept for the first path that ld.so tries: so it keeps
 * the name it was asked for, and the path can be put right once the object is loaded. Later on the
 * object's name must be one that ld.so made.
 */
static char *answer_bare(const char *name, const struct object *by)
{
	if (text_same(name, SERVICE))
		return service;
	if (started && library_path)
		follow_cwd();
	bool hit = by && library_find(&by->seeker, library_path, name, &at, found);
	if (!started) {
		pending = hit;
		return unchanged(name);
	}
	return hit || find_in_conf(name) ? answer_place() : unchanged(name);
}

static char *answer_pending(const char *path)
{
	struct text t;
	text_init(&t, believed, sizeof believed);
	text_add(&t, path);
	pending = false;
	return answer_place();
}

const char *answer_shown(const char *name)
{
	bool other = believed[0] && text_same(name, believed);
	believed[0] = 0;
	return other ? object_keep(found) : NULL;
}

/* --- paths --- */

/* Libraries that only go with the ld.so at hand: where the system keeps them, they are its own. */
static bool is_core(const char *name)
{
	static const char *const names[] = {
		"libc.so.",  "libm.so.",      "libmvec.so.", "libpthread.so.", "libdl.so.",
		"librt.so.", "libresolv.so.", "libutil.so.", "libanl.so.",     "ld-linux"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (text_starts(name, names[i]))
			return true;
	return false;
}

/* What ld.so takes from its cache or, not finding it there, tries in the system's directories. */
static char *answer_system(const char *path)
{
	const char *name = base_of(path);
	if (is_core(name))
		return unchanged(path);
	return !started && find_in_conf(name) ? answer_pending(path) : answer_path(path);
}

/* $ORIGIN of an object in merged is a directory of one layer, for ld.so. */
static char *answer_runpath(const char *path)
{
	struct text t;
	text_init(&t, found, sizeof found);
	text_add(&t, path);
	if (!is_inside(path) && reverse_name(found, sizeof found) > 0)
		return answer_path(found);
	return answer_path(path);
}

static char *answer_name(const char *name, const struct object *by)
{
	if (!text_find(name, '$'))
		return answer_path(name);
	bool expanded = by && library_expand(&by->seeker, name, found);
	return expanded && is_inside(found) ? answer_path(found) : unchanged(name);
}

char *answer(const char *name, const struct object *by, unsigned flag)
{
	if (flag != LA_SER_ORIG && pending)
		return answer_pending(name);
	pending = false;
	believed[0] = 0;
	switch (flag) {
	case LA_SER_ORIG:
		return text_find(name, '/') ? answer_name(name, by) : answer_bare(name, by);
	case LA_SER_RUNPATH:
		return answer_runpath(name);
	case LA_SER_CONFIG:
	case LA_SER_DEFAULT:
		return answer_system(name);
	default:
		return answer_path(name);
	}
}
