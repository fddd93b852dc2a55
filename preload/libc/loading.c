/*
 * What loading.S calls. A library inside merged is loaded from its layer, so what it needs beside
 * itself by $ORIGIN is looked for there, and dladdr tells the layer's name.
 */
#include "overlain/libc.h"

#include <string.h>

__attribute__((used)) const char *loading_name(const char *name);
__attribute__((used)) void *loading_dlopen(void);
__attribute__((used)) void *loading_dlmopen(void);

/* Names outlive the jump: the loader copies its own before it runs anything. */
#define NAMES 16
static char names[NAMES][PATH_ROOM + PATH_MAX];
static unsigned turn;

static const char *keep(const char *path)
{
	char *name = names[__atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % NAMES];
	return strcpy(name, path);
}

/* True for what the loader takes as a path as it stands: dlopen(3), ld.so(8). */
static bool is_path(const char *name)
{
	return name && pointer_string(name, PATH_MAX) > 0 && text_find(name, '/') &&
	       !text_find(name, '$');
}

/* NAME, or the path on disk of what it means inside merged. What is wrong, the loader finds out. */
const char *loading_name(const char *name)
{
	struct place at;
	const char *path;
	int saved = errno;
	if (process_ready() && is_path(name) &&
	    place_find(&at, AT_FDCWD, name, PLACE_FOLLOW) == 0) {
		if (!at.overlay && sys_faccessat(AT_FDCWD, at.name, F_OK, 0) == -ENOENT)
			place_again(&at, ENOENT);
		if (at.overlay && file_reach(&at, &path) == 0)
			name = keep(path);
	}
	errno = saved;
	return name;
}

void *loading_dlopen(void)
{
	return next_symbol(NEXT_dlopen);
}

void *loading_dlmopen(void)
{
	return next_symbol(NEXT_dlmopen);
}
