/* What plant.h's words make. */
#ifndef TESTS_PLANT_WORDS_H
#define TESTS_PLANT_WORDS_H

#include <limits.h>
#include <stdbool.h>

/* One line, already split; the path is absolute. */
struct entry {
	char path[PATH_MAX];
	const char *word;
	const char *argument;
	bool over; /* laid over a plain directory, where no mark may stay */
};

struct word {
	const char *text;
	bool (*make)(const struct entry *entry);
	enum { MERGES, REPLACES, ADORNS } kind; /* does to one of that name in the layer below */
};

const struct word *find_word(const char *text);

/* Resolves every %XX in place. */
void unescape(char *text);

#endif
