/* Memory the configuration lives in, for as long as the process does. */
#include "config.h"
#include "overlain/debug.h"

#include <string.h>

/* The cache's beginning lies here, too. */
#define LEAST_PAGES 163840

/* What the first to come begins with: a mapping of its own would be a system call for every start.
 */
static BULKY _Alignas(4096) char first[LEAST_PAGES];

static char *take_first(size_t size)
{
	static bool taken;
	return size <= LEAST_PAGES && !__atomic_exchange_n(&taken, true, __ATOMIC_RELAXED) ? first
											   : NULL;
}

static void more(struct arena *arena, size_t size)
{
	size_t pages = size > LEAST_PAGES ? size : LEAST_PAGES;
	arena->at = take_first(size);
	if (!arena->at)
		arena->at = sys_pages(pages);
	if (!arena->at) {
		complain("out of memory");
		sys_exit(125);
	}
	arena->end = arena->at + pages;
}

void *arena_take(struct arena *arena, size_t size)
{
	size = (size + 15) & ~(size_t)15;
	if (!arena->at || size > (size_t)(arena->end - arena->at))
		more(arena, size);
	void *taken = arena->at;
	arena->at += size;
	return taken;
}

char *arena_copy(struct arena *arena, const char *s, size_t length)
{
	char *copy = arena_take(arena, length + 1);
	return memcpy(copy, s, length);
}

const char *arena_root(struct arena *arena, const char *directory)
{
	size_t length = strlen(directory);
	char *root = arena_copy(arena, directory, length + 1);
	root[length] = '/';
	return root;
}

struct text arena_text(struct arena *arena, size_t size)
{
	struct text text;
	text_init(&text, arena_take(arena, size + 1), size + 1);
	return text;
}

char *arena_end(struct arena *arena, struct text *text)
{
	size_t used = (text_length(text) + 1 + 15) & ~(size_t)15;
	arena->at = text->start + used;
	return text->start;
}
