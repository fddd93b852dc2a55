/*
 * The same union, shown in four ways. A script run in any of them stands just above a directory
 * called `merged`, so its text is the same everywhere.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <stdbool.h>

#include "program.h"

enum world {
	PLAIN,    /* no union: a directory that holds what the union should show */
	KERNEL,   /* the kernel's overlay, mounted for the script alone */
	SHIM_ENV, /* the library preloaded, everything said by environment variables in absolute
		     paths */
	SHIM_RUN, /* `overlain run -o … merged -- sh`, in relative paths */
	WORLDS,
};

/* Directories relative to the area, lowerdir a colon list; without an upperdir the union is
 * read-only. */
struct layers {
	const char *lowerdir;
	const char *upperdir;
	const char *workdir;
};

/* What a test is built from. */
#define OVERLAIN     BUILD_DIR "/overlain"
#define LIBRARY      BUILD_DIR "/liboverlain.so"
#define HELPER(name) BUILD_DIR "/tests/programs/" name

const char *world_name(enum world world);

/*
 * Whether this machine has that world; says so aloud when it has not. TEST_WORLDS="plain kernel"
 * leaves the others out, to see what a script does before the library is asked.
 */
bool world_exists(enum world world);

/* `layers` are of no interest to PLAIN. */
struct outcome world_shell(enum world world, const char *area, const struct layers *layers,
			   const char *script);

/* The layers as mount(8)'s option text, every directory prefixed. */
char *layers_options(const struct layers *layers, const char *prefix);

/* The environment by which the library alone shows them as AREA/merged. */
const char *const *layers_settings(const struct layers *layers, const char *area);

/* The merged tree as a lister within that world sees it. */
char *world_listing(enum world world, const char *area, const struct layers *layers);

#endif
