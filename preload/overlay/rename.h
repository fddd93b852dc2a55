/* One end of a rename, and what may keep it where it is. */
#ifndef OVERLAY_RENAME_H
#define OVERLAY_RENAME_H

#include "internal.h"

struct end {
	struct path *path;
	struct node node;
	bool below; /* a lower layer has the name too */
	struct grip grip;
};

/* A directory with a lower part cannot move by itself. */
bool rename_is_stuck(const struct overlay *ov, const struct node *n);
/* 0, or what rename(2) says of two ends whose nodes are known. */
int rename_check(const struct overlay *ov, const struct end *from, const struct end *to,
		 unsigned flags);

#endif
