/*
 * What ld.so asks an auditor: rtld-audit(7). It searches for libraries before any preloaded object
 * can run, so for programs that may need one from merged this object stands in: it is told each
 * name before it is opened and answers with the one on disk.
 *
 * It has no C library: an auditor lives in a namespace of its own, where that would be a second
 * copy. The rooms below it are the library's own, started anew. ld.so holds its lock meanwhile.
 */
#include "audit.h"

#include <link.h>

#define EXPORT __attribute__((visibility("default")))

static const struct object *asking; /* the last that did: what is loaded next, is loaded for it */

EXPORT unsigned la_version(unsigned version)
{
	if (!process_ready())
		return 0;
	answer_prepare(process_environment());
	return version;
}

EXPORT char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag)
{
	asking = (const struct object *)*cookie;
	return answer(name, asking, flag);
}

EXPORT unsigned la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie)
{
	const char *shown = answer_shown(map->l_name);
	(void)namespace;
	/* ldd, debuggers and the program read it here. */
	if (shown)
		map->l_name = (char *)(uintptr_t)shown;
	*cookie = (uintptr_t)object_add(map, asking);
	return 0; /* calls between objects are none of our business */
}

EXPORT void la_preinit(uintptr_t *cookie)
{
	(void)cookie;
	answer_started();
	process_leave_all(); /* most programs load nothing more */
}

EXPORT unsigned la_objclose(uintptr_t *cookie)
{
	if (*cookie)
		object_remove((struct object *)*cookie);
	return 0;
}
