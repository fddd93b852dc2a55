/* What the files of the auditor share: rtld-audit(7) calls audit.c, which stands on the others. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "overlain/library.h"

/* --- object.c: what ld.so has loaded --- */

struct object {
	struct seeker seeker; /* its name in merged, its search lists, who asked for it */
	struct object *next;
	bool gone;
};
/* The object MAP, which BY (or NULL) asked for; NULL when there is no memory. */
struct object *object_add(const struct link_map *map, const struct object *by);
void object_remove(struct object *gone);
/* A copy of S that stays; NULL when there is no memory. */
char *object_keep(const char *s);

/* --- conf.c --- */

/* The directories of merged's ld.so.conf as a search list; "" where none lies inside merged. */
const char *conf_directories(void);

/* --- answer.c: which file a name means --- */

/* Reads what it must know of the environment. */
void answer_prepare(char *const *envp);
/* From now on objects come and go, and their names are ld.so's to give back. */
void answer_started(void);
/* What ld.so is to take for NAME, which BY asks for, at the stage FLAG (LA_SER_*) of its search. */
char *answer(const char *name, const struct object *by, unsigned flag);
/*
 * The name to show for an object just loaded that ld.so calls NAME, where that is another than it
 * was led to; or NULL.
 */
const char *answer_shown(const char *name);

#endif
