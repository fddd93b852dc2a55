/* commit: what an upper changes, done to the tree below it. */
#ifndef OVERLAIN_COMMIT_H
#define OVERLAIN_COMMIT_H

#include "overlain/overlay.h"

struct commit {
	const struct overlay *overlay; /* programs under it hear of the change */
	const struct layer *upper;
	struct overlay below; /* the target, as one layer */
	char **only;          /* paths, or none */
	bool sure;            /* nobody is asked */
};
/* 0, or EXIT_OWN after saying why. */
int commit_upper(const struct commit *c);

#endif
