/* What the ways to read a directory share. */
#ifndef LIBC_DIRECTORY_H
#define LIBC_DIRECTORY_H

#include "overlain/libc.h"

/*
 * False for an entry of the directory FD that its only layer holds and merged does not show: a
 * whiteout, or a mark.
 */
bool directory_shows(int fd, uint8_t type, const char *name);

#endif
