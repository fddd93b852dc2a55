/*
 * The parts of the fuzzer of marks: fuzz_marks.c compares what merged shows with what the rules
 * say; marks_layers.c makes layers of an input, marks_rules.c knows the rules, and marks_memory.c
 * stands between the rooms and the kernel for the memory they map.
 */
#ifndef TESTS_FUZZ_MARKS_H
#define TESTS_FUZZ_MARKS_H

#include <stdint.h>

/* Of the names the first are what merged may show; the others mean something to who reads them. */
enum { LAYERS = 3, NAMES = 7, SHOWN = 3 };
extern const char *const layer_names[LAYERS]; /* the upper first */
extern const char *const entry_names[NAMES];

/* The input, read byte by byte; zeroes behind its end. */
struct input {
	const uint8_t *at, *end;
};
static inline uint8_t take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* --- marks_layers.c --- */

/* Goes to a directory of this process's own where all layers are empty. */
void layers_start_over(void);
/* An entry one or two levels deep in one of them, or a mark on what stands there. */
void layers_add(struct input *in);
/* A number that tells of any change in a lower. */
uint64_t layers_lower_state(void);

/* --- marks_rules.c --- */

/* LISTED is a whiteout that only its own attribute tells of: it hides as any, and has a name. */
enum kind { NOTHING, HIDDEN, LISTED, OBJECT, DIRECTORY, REFUSED };

/* Directories are told by the number of their name; this one is merged itself. */
enum { ROOT = SHOWN, DIRECTORIES };
const char *rules_directory(unsigned directory);
/* What is said from now on goes by this layer as it stands. */
void rules_read(unsigned layer);
/* A name in merged's DIRECTORY, whose parts are a bit for each layer; its own parts in *OF. */
enum kind rules_say(unsigned directory, unsigned parts, unsigned name, unsigned *of);

/* --- marks_memory.c --- */

/* Takes back what the rooms mapped for good. */
void memory_take_back(void);

#endif
