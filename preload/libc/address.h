/* Names of AF_UNIX sockets inside merged, on their way to the kernel and back. */
#ifndef LIBC_ADDRESS_H
#define LIBC_ADDRESS_H

#include "overlain/libc.h"

#define SUN_PATH_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

/* The arguments of the socket calls are unions of every kind of name. */
#define NAME_OF(argument) ((argument).__sockaddr__)

/* The path a program gave as a name, and where it leads. */
struct target {
	struct place at; /* overlay NULL: the kernel is to have the name as it is */
	char path[SUN_PATH_SIZE + 1];
};
/* 0, or -errno as place_find gives it. Names that are no paths are answered without a look. */
int target_find(struct target *t, const void *name, socklen_t size, unsigned flags);

/* A path on disk in a form the kernel takes: 108 bytes at most. */
struct address {
	struct sockaddr_un name;
	socklen_t size;
	int fd; /* the name goes by it, or -1 */
};
static inline void address_drop(const struct address *a)
{
	sys_close_scoped(&a->fd);
}
#define ADDRESS_SCOPED __attribute__((cleanup(address_drop)))

/* Makes A name the object PATH, or with BIRTH what is about to be made there. */
int address_set(struct address *a, const char *path, bool birth);
/* The same for T, outside, where it leads by a way only merged has: 1; 0 where its name will do. */
int address_outside(struct address *a, const struct target *t, bool birth);
/* The socket bound to A was given the name PATH by the program. */
void address_remember(const struct address *a, const char *path);
/*
 * Puts the program's terms for what the kernel wrote: NAME has ROOM bytes, *SIZE says how many are
 * needed.
 */
void address_reveal(void *name, socklen_t room, socklen_t *size);

#endif
