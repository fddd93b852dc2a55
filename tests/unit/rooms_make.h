/* New objects by the rooms alone: what a front end does around a call of libc's. 0 or -errno. */
#ifndef TESTS_ROOMS_MAKE_H
#define TESTS_ROOMS_MAKE_H

#include "overlain/overlay.h"

int rooms_mkdir(const struct overlay *ov, struct path *p, mode_t mode);
int rooms_symlink(const struct overlay *ov, const char *target, struct path *p);
int rooms_mkfifo(const struct overlay *ov, struct path *p, mode_t mode);

#endif
