/* What ld.so has loaded: for each object its name in merged, and where it looks for others. */
#include "audit.h"

#include <link.h>
#include <string.h>

static struct object *objects;

/* Memory for names and objects, both of which live as long as the process. */
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

char *object_keep(const char *s)
{
	const size_t size = strlen(s) + 1;
	char *to = take(size);
	return to ? memcpy(to, s, size) : NULL;
}

/* What comes again gets the place it had: so the list is as long as names are many. */
static struct object *find_place(const char *name)
{
	for (struct object *o = objects; o; o = o->next)
		if (o->gone && text_same(o->seeker.name, name))
			return o;
	struct object *o = take(sizeof *o);
	const char *kept = o ? object_keep(name) : NULL;
	if (!kept)
		return NULL;
	*o = (struct object){.seeker = {.name = kept}, .next = objects};
	objects = o;
	return o;
}

/* The name in merged of the object that ld.so calls NAME, in SHOWN (PATH_MAX bytes). */
static void find_name(const char *name, char *shown)
{
	const char *rest;
	struct text t;
	bool inside = *name || handover_inside();
	text_init(&t, shown, PATH_MAX);
	text_add(&t, *name ? name : handover_program());
	if (!*shown) { /* the program, where nobody told */
		ssize_t length = sys_readlink("/proc/self/exe", shown, PATH_MAX - 1);
		shown[length > 0 ? length : 0] = 0;
	}
	if (inside && *shown == '/' && !process_overlay(shown, strlen(shown), &rest))
		reverse_name(shown, PATH_MAX);
}

struct object *object_add(const struct link_map *map, const struct object *by)
{
	char name[PATH_MAX];
	find_name(map->l_name, name);
	struct object *o = find_place(name);
	if (!o)
		return NULL;
	o->gone = false;
	o->seeker.by = by ? &by->seeker : NULL;
	dynamic_loaded(map, &o->seeker);
	return o;
}

/* Its search lists were mapped with it. */
void object_remove(struct object *gone)
{
	gone->gone = true;
	gone->seeker.rpath = gone->seeker.runpath = NULL;
	for (struct object *o = objects; o; o = o->next)
		if (o->seeker.by == &gone->seeker)
			o->seeker.by = NULL;
}
