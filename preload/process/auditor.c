/*
 * The auditor (preload/audit/), which finds libraries for a program while it starts: which programs
 * are given it, and its place in LD_AUDIT. Its form is that of ld.so(8).
 */
#include "internal.h"

#include "overlain/library.h"

#include <string.h>

#define AUDITOR "overlain-audit.so"

static size_t path_size(void)
{
	return strlen(preload_object()) + sizeof AUDITOR;
}

/* Its path, beside this object, in the path_size() bytes at PATH; empty where there is none. */
static const char *path_in(char *path)
{
	struct text t;
	const char *object = preload_object();
	text_init(&t, path, path_size());
	text_add_bytes(&t, object, (size_t)(exec_base_name(object) - object));
	text_add(&t, *object ? AUDITOR : "");
	return path;
}

/* One that ld.so cannot load it complains of, and goes on without. */
static bool is_there(void)
{
	static int known; /* 1: there, -1: missing */
	int now = __atomic_load_n(&known, __ATOMIC_RELAXED);
	if (!now) {
		char path[path_size()];
		now = sys_faccessat(AT_FDCWD, path_in(path), F_OK, 0) == 0 ? 1 : -1;
		__atomic_store_n(&known, now, __ATOMIC_RELAXED);
	}
	return now > 0;
}

static bool preloads_from_merged(const char *list)
{
	size_t length;
	for (const char *one; (length = preload_next(&list, &one));) {
		char name[length + 1];
		memcpy(name, one, length);
		name[length] = 0;
		if (text_find(name, '/') && library_leads(name))
			return true;
	}
	return false;
}

/* Where merged has the system's libraries or accounts, everybody may need some. */
static bool covers_system(void)
{
	static const char *const names[] = {"/lib", "/usr/lib", "/usr/local/lib", "/etc"};
	const char *rest;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (process_overlay(names[i], strlen(names[i]), &rest))
			return true;
	return false;
}

static bool needs(const struct start *s, const struct program *p)
{
	struct seeker program = {.name = s->path};
	if (covers_system() || (p && p->seeks))
		return true;
	return library_list_leads(&program, environment_value(s->envp, "LD_LIBRARY_PATH=")) ||
	       preloads_from_merged(environment_value(s->envp, "LD_PRELOAD="));
}

bool auditor_wanted(const struct start *s, const struct program *p)
{
	return !(p && p->escape) && needs(s, p) && is_there();
}

static void add_element(struct text *t, const char *list, const char *own)
{
	text_add(t, list);
	text_add(t, *list ? ":" : "");
	text_add(t, own);
}

static void remove_element(char *list, const char *own)
{
	size_t length = strlen(list), size = strlen(own);
	if (length >= size && text_same(list + length - size, own))
		list[length > size ? length - size - 1 : 0] = 0;
}

size_t auditor_size(const char *list)
{
	return strlen(list) + 1 + path_size();
}

void auditor_add(struct text *t, const char *list)
{
	char path[path_size()];
	add_element(t, list, path_in(path));
}

void auditor_remove(char *list)
{
	char path[path_size()];
	remove_element(list, path_in(path));
}

/*
 * With an auditor, ld.so lays out thread-local storage before it knows a program's libraries, and
 * what must lie in the first block (jemalloc's does) takes of a reserve that is too small for it.
 */
#define RESERVE    "glibc.rtld.optional_static_tls"
#define USUAL      RESERVE "=4096"
#define LARGE      RESERVE "=65536"
#define ROOM_USUAL 2048

/* Every thread's stack holds the reserve: it is large only where a library of P's asks for it. */
bool auditor_room_wanted(const struct start *s, const struct program *p)
{
	const char *disk = p ? p->path : s->path;
	char merged[s->program ? place_name_size(s->program) : 1];
	struct seeker own = {.name = s->program ? merged : disk};
	size_t entry = 0, room = 0;
	DYNAMIC_SCOPED struct dynamic d;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, disk, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
	if (s->program)
		place_name(s->program, merged);
	dynamic_open(&d, fd);
	dynamic_search(&d, &own);
	const char *lists[] = {own.rpath, environment_value(s->envp, "LD_LIBRARY_PATH="),
			       own.runpath};
	for (const char *name; (name = dynamic_needed(&d, &entry));) {
		CLOSE_SCOPED int library = -ENOENT;
		DYNAMIC_SCOPED struct dynamic needed;
		for (unsigned i = 0; i < sizeof lists / sizeof *lists && library < 0; i++)
			library = library_open(&own, lists[i], name);
		dynamic_open(&needed, library);
		room += dynamic_static_tls(&needed);
	}
	return room > ROOM_USUAL;
}

size_t tunables_size(const char *list)
{
	return strlen(list) + 1 + sizeof LARGE;
}

static void add_reserve(struct text *t, const char *list, const char *reserve)
{
	if (strstr(list, RESERVE))
		text_add(t, list);
	else
		add_element(t, list, reserve);
}

void tunables_add(struct text *t, const char *list)
{
	add_reserve(t, list, USUAL);
}

void tunables_add_large(struct text *t, const char *list)
{
	add_reserve(t, list, LARGE);
}

void tunables_remove(char *list)
{
	remove_element(list, USUAL);
	remove_element(list, LARGE);
}
