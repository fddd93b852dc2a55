/*
 * text: strings for rooms that have no C library. All async-signal-safe; nothing allocates.
 */
#ifndef OVERLAIN_TEXT_H
#define OVERLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string being built in somebody's buffer: always terminated, cut off where it does not fit. */
struct text {
	char *start;
	char *at;
	char *end; /* the last byte, kept for the terminator */
};

void text_init(struct text *t, char *buffer, size_t size);
void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const char *s, size_t size);
void text_add_char(struct text *t, char c);
/* Adds S so that it stays one line: what is no character is a question mark. */
void text_add_shown(struct text *t, const char *s, size_t size);
void text_add_number(struct text *t, uint64_t n);
void text_add_hex(struct text *t, uint64_t n);
/* Adds "/proc/self/fd/FD". */
void text_add_descriptor(struct text *t, int fd);
static inline size_t text_length(const struct text *t)
{
	return (size_t)(t->at - t->start);
}
static inline bool text_full(const struct text *t)
{
	return t->at == t->end;
}

bool text_same(const char *a, const char *b);
bool text_starts(const char *s, const char *prefix);
/* The rest of S behind PREFIX, or NULL. */
const char *text_after(const char *s, const char *prefix);
/* The first C in S, or NULL. */
char *text_find(const char *s, char c);
/* The number S spells, whole and in decimal; -1 when it spells none. */
int64_t text_number(const char *s);
/* The value of NAME in ENVP, of several the first as for getenv(3); NULL when there is none. */
const char *text_setting(char *const *envp, const char *name);
/*
 * What follows "OVERLAIN_" in each variable of ENVP that begins so goes to OURS (NULL: nowhere),
 * with a NULL at the end: how many there are. A look for each of ours in all of ENVP would be most
 * of what a process's start takes.
 */
size_t text_ours(char *const *envp, char **ours);

/*
 * True when PATH (absolute, of LENGTH bytes) is DIRECTORY or lies below it; DIRECTORY "/" or ""
 * holds every path.
 */
bool text_below(const char *path, size_t length, const char *directory, size_t directory_length);

#endif
