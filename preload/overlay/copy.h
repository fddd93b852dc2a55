/* Copying one object from a layer to a half-made name. */
#ifndef OVERLAY_COPY_H
#define OVERLAY_COPY_H

#include "overlain/layer.h"

struct copied {
	uint64_t ino; /* of the object that was copied */
	bool origin;  /* the copy remembers it */
};
/*
 * Copies FROM to the new name TO: data (where WITH_DATA; shared blocks where the file system can,
 * holes kept), owner as far as allowed, mode, times, extended attributes but the overlay's own.
 * -errno leaves TO behind for the caller to discard.
 */
int copy_object(const char *from, const char *to, bool with_data, struct copied *copied);

#endif
