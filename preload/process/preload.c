/* The LD_PRELOAD list with this object in it, once. Its form is that of ld.so(8). */
#include "internal.h"

#include <link.h>
#include <string.h>

/* The absolute path of this object; empty where it cannot be told or could not be listed. */
static const char *object;

/* As ld.so knows it, on disk; programs that ask with dladdr are told another one. */
static const char *loaded_name(void)
{
	for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next)
		if (map->l_ld == _DYNAMIC)
			return map->l_name;
	return NULL;
}

/* NULL where that is too long or cannot be told. */
static const char *made_absolute(const char *name)
{
	static BULKY char absolute[PATH_MAX];
	struct text t;
	if (sys_getcwd(absolute, sizeof absolute) < 0)
		return NULL;
	const size_t length = strlen(absolute);
	text_init(&t, absolute + length, sizeof absolute - length);
	text_add(&t, "/");
	text_add(&t, name);
	return text_full(&t) ? NULL : absolute;
}

void preload_find(void)
{
	const char *name = loaded_name();
	object = name && name[0] != '/' ? made_absolute(name) : name;
	if (!object || text_find(object, ':') || text_find(object, ' '))
		object = "";
}

const char *preload_object(void)
{
	return object;
}

static size_t name_start(const char *path, size_t length)
{
	while (length > 0 && path[length - 1] != '/')
		length--;
	return length;
}

/* Another build of this library, listed on purpose, stands in for this one. */
static bool is_ours(const char *one, size_t length)
{
	size_t size = strlen(object);
	size_t own = name_start(object, size), other = name_start(one, length);
	return size > own && length - other == size - own &&
	       memcmp(one + other, object + own, size - own) == 0;
}

size_t preload_next(const char **list, const char **one)
{
	while (**list == ' ' || **list == ':')
		++*list;
	*one = *list;
	while (**list && **list != ' ' && **list != ':')
		++*list;
	return (size_t)(*list - *one);
}

static bool lists_us(const char *list)
{
	const char *one;
	size_t length;
	while ((length = preload_next(&list, &one)))
		if (is_ours(one, length))
			return true;
	return false;
}

size_t preload_size(const char *list)
{
	return strlen(list) + 1 + strlen(object);
}

static void add(struct text *t, const char *list, bool with_us)
{
	const char *one, *between = "";
	size_t length;
	bool listed = lists_us(list), done = !with_us;
	while ((length = preload_next(&list, &one))) {
		bool ours = is_ours(one, length);
		if (ours && done)
			continue;
		done |= ours;
		text_add(t, between);
		if (ours && one[0] != '/')
			text_add(t, object);
		else
			text_add_bytes(t, one, length);
		between = ":";
	}
	/* Last: the others stand on merged as they would on a file system, and know its names. */
	if (!listed && !done && object[0]) {
		text_add(t, between);
		text_add(t, object);
	}
}

void preload_add(struct text *t, const char *list)
{
	add(t, list, true);
}

void preload_without(struct text *t, const char *list)
{
	add(t, list, false);
}
