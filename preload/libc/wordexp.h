/* wordexp_hide: patterns kept from libc, which would match them outside the overlay. */
#ifndef LIBC_WORDEXP_H
#define LIBC_WORDEXP_H

#include "overlain/libc.h"

#include <wordexp.h>

/* The characters that make a word a pattern, and the bytes that stand for them meanwhile. */
#define PATTERN_CHARACTERS "*?["
struct marks {
	char bytes[sizeof PATTERN_CHARACTERS];
};
/*
 * WORDS with a mark in place of each character that libc would take for a pattern's, in memory of
 * malloc; NULL without it. *COMMANDS: they may hold a command substitution.
 */
char *wordexp_hide(const char *words, struct marks *marks, bool *commands);

#endif
