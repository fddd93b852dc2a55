/*
 * library: where ld.so(8) would find a shared library if it saw merged, and what an object's
 * dynamic section asks for. Part of the process room: freestanding, nothing allocates, all of it
 * async-signal-safe. The auditor stands on this while a program starts, dlopen afterwards.
 */
#ifndef OVERLAIN_LIBRARY_H
#define OVERLAIN_LIBRARY_H

#include "overlain/process.h"

struct link_map;

/* An object on whose behalf a library is looked for. */
struct seeker {
	const char *name;        /* absolute, as merged has it; "" where it is not known */
	const char *rpath;       /* DT_RPATH or NULL */
	const char *runpath;     /* DT_RUNPATH or NULL */
	const struct seeker *by; /* the object that asked for this one, or NULL */
};

/*
 * True when ld.so, searching NAME (without a slash) for S and with SEARCH as LD_LIBRARY_PATH (or
 * NULL), would come upon a file inside merged before any other: AT is that file, FOUND (PATH_MAX
 * bytes) the name it would have been opened by. Caches and default directories are not looked at.
 */
bool library_find(const struct seeker *s, const char *search, const char *name, struct place *at,
		  char *found);
/* TEXT with $ORIGIN replaced as for S, in BUFFER of PATH_MAX bytes; false where it cannot be. */
bool library_expand(const struct seeker *s, const char *text, char *buffer);
/*
 * A name in BUFFER (PATH_MAX + 1 bytes) for AT, which merged has not got, that the kernel does not
 * find either: a layer may have it where the working directory is on disk, or merged hide it.
 */
void library_missing(struct place *at, char *buffer);
/* True when NAME may lead into merged: asked in passing, with little stack. */
bool library_leads(const char *name);
/*
 * A descriptor on the library NAME (without a slash), found in a directory of LIST (NULL: none), a
 * search list of S; -ENOENT.
 */
int library_open(const struct seeker *s, const char *list, const char *name);
/* True when an element of LIST, a search list of S, lies inside merged. */
bool library_list_leads(const struct seeker *s, const char *list);

/* --- dynamic.c --- */

/* The dynamic section of a file, mapped whole. */
struct dynamic {
	const char *file;
	size_t size;
	const char *strings; /* NULL: there is none */
	size_t strings_size;
	const void *entries;
	size_t count;
};
/* Maps what FD is open on; a file that is no ELF object with a dynamic section has no entries. */
void dynamic_open(struct dynamic *d, int fd);
void dynamic_close(const struct dynamic *d);
#define DYNAMIC_SCOPED __attribute__((cleanup(dynamic_close)))
/* The next DT_NEEDED from entry *AT on, which it moves on; or NULL. */
const char *dynamic_needed(const struct dynamic *d, size_t *at);
/* What D must have of the block of thread-local storage that is there from the start, in bytes. */
size_t dynamic_static_tls(const struct dynamic *d);
/* Takes rpath and runpath into S, valid while D is open. */
void dynamic_search(const struct dynamic *d, struct seeker *s);
/* The same of an object that is loaded, valid while it is. */
void dynamic_loaded(const struct link_map *map, struct seeker *s);

#endif
