/* Copying one object from a layer to a half-made name. */
#ifndef OVERLAY_COPY_H
#define OVERLAY_COPY_H

#include "overlain/overlay.h"

struct copied {
	uint64_t ino; /* the number by which the object that was copied is known */
	bool origin;  /* the copy remembers it */
};
/*
 * Copies FROM, in LAYER, to the new name TO: data (shared blocks where the file system can, holes
 * kept; where EMPTY is not NULL none, and a regular file is left open as *EMPTY), owner as far as
 * allowed, mode, times, extended attributes but the overlay's own. Data are on disk afterwards,
 * unless volatile. -errno leaves TO behind for the caller to discard.
 */
int copy_object(const struct overlay *ov, unsigned layer, const char *from, const char *to,
		int *empty, struct copied *copied);
/* Gives TO the extended attribute NAME of FROM, where that has it and TO can. */
int copy_attribute(const char *from, const char *to, const char *name);

#endif
