/* A directory of the test's own, gone when the test is over. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdbool.h>

/* Fixtures: TestSuite(name, .init = scratch_make, .fini = scratch_remove). */
void scratch_make(void);
void scratch_remove(void);

/* Its absolute path, free of symbolic links. */
const char *scratch(void);

/* Whether it can hold a whiteout of the first kind, a device 0, 0; an overlay, for one, cannot. */
bool scratch_takes_devices(void);

/* Removes a tree, whatever its modes are. */
void remove_tree(const char *path);

#endif
