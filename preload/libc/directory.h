/* What the ways to read a directory share. */
#ifndef LIBC_DIRECTORY_H
#define LIBC_DIRECTORY_H

#include "overlain/libc.h"

/* In a directory of one layer whiteouts and marks are all there is to leave out; few entries are
 * like one. */
static inline bool directory_is_odd(uint8_t type, const char *name)
{
	return type == DT_CHR || layer_is_mark(name);
}
/* Such an entry of the directory FD: false where merged does not show it. */
bool directory_shows(int fd, const char *name);
/* How libc opens a directory to be read. */
#define DIRECTORY_FLAGS (O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC)
/* DIR, a stream made of FD; where that failed, FD is closed and errno kept. */
DIR *directory_or_close(int fd, DIR *dir);

/* directory_stand.c: the stream that stands in for libc's DIR, or NULL. */
struct stream *directory_stand(const DIR *dir);
/* DIR, open on FD, is rewound: puts a stream in its place where it takes one; false: it does not.
 */
bool directory_stand_in(const DIR *dir, int fd);
void directory_stand_end(const DIR *dir);

#endif
