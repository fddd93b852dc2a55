/*
 * debug: what OVERLAIN_DEBUG asks to be told, and complaints nobody has to ask for.
 *
 * Each message is one write(2) of one line, to descriptor 2 or appended to OVERLAIN_DEBUG_OUTPUT,
 * which is opened for that line alone: no descriptor is kept that a program could close or inherit.
 */
#ifndef OVERLAIN_DEBUG_H
#define OVERLAIN_DEBUG_H

#include "overlain/text.h"

enum {
	DEBUG_PATHS = 1,
	DEBUG_COPYUP = 2,
	DEBUG_EXEC = 4,
	DEBUG_ESCAPE = 8,
	DEBUG_PROGRESS = 16,
};

extern unsigned debug_mask;

static inline bool debug_on(unsigned subject)
{
	return __builtin_expect((debug_mask & subject) != 0, false);
}

/*
 * Reads OVERLAIN_DEBUG and OVERLAIN_DEBUG_OUTPUT in OURS (text_ours); "help" explains the words on
 * stderr. 0, or -errno with one line in COMPLAINT that names the variable and the value.
 */
int debug_read(char *const *ours, struct text *complaint);

/* The file messages go to, absolute, with %p unexpanded; NULL for descriptor 2. */
const char *debug_output(void);

/* Adds what OVERLAIN_DEBUG says, but for "help": it is printed by the first who reads it. */
void debug_words(struct text *t);

/* Writes "overlain[pid]: " and the strings, up to a NULL, as one line. Ask debug_on() first. */
void debug_say(const char *first, ...) __attribute__((sentinel, cold));

/* Writes "overlain: LINE" to descriptor 2, whatever is asked for. */
void complain(const char *line) __attribute__((cold));

#endif
