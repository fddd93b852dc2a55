/* The LD_PRELOAD list with this object in it, once. Its form is that of ld.so(8). */
#include "internal.h"

#include <dlfcn.h>
#include <string.h>

/* The absolute path of this object; empty where it cannot be told or could not be listed. */
static char object[PATH_MAX];

void preload_find(void)
{
	Dl_info info;
	struct text t;
	if (!dladdr(object, &info) || !info.dli_fname)
		return;
	if (info.dli_fname[0] != '/' && sys_getcwd(object, sizeof object) < 0)
		object[0] = 0;
	size_t length = strlen(object);
	text_init(&t, object + length, sizeof object - length);
	if (info.dli_fname[0] != '/')
		text_add(&t, "/");
	text_add(&t, info.dli_fname);
	if (text_full(&t) || text_find(object, ':') || text_find(object, ' '))
		object[0] = 0;
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

/* The next element of LIST, which it moves on; elements stand between spaces and colons. */
static size_t next_element(const char **list, const char **one)
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
	while ((length = next_element(&list, &one)))
		if (is_ours(one, length))
			return true;
	return false;
}

size_t preload_size(const char *list)
{
	return strlen(list) + 1 + strlen(object);
}

void preload_add(struct text *t, const char *list)
{
	const char *one, *between = "";
	size_t length;
	bool listed = lists_us(list), done = false;
	while ((length = next_element(&list, &one))) {
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
	if (!listed && object[0]) {
		text_add(t, between);
		text_add(t, object);
	}
}
