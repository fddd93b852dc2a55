#include "plant.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "format.h"
#include "plant_words.h"
#include "scratch.h"

void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '%' && isxdigit(text[1]) && isxdigit(text[2])) {
			*to++ = (char)strtoul((char[]){text[1], text[2], '\0'}, NULL, 16);
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static bool in_the_way(const char *path, const struct word *word)
{
	struct stat st;

	return word->kind != ADORNS && lstat(path, &st) == 0 &&
	       !(word->kind == MERGES && S_ISDIR(st.st_mode));
}

/* Applies `visit` to every directory between the root and the entry, the root first. */
static void each_parent(const char *root, struct entry *entry,
			void (*visit)(const char *path, int age), int age)
{
	for (char *slash = entry->path + strlen(root); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		visit(entry->path, age);
		*slash = '/';
	}
}

static void need_directory(const char *path, int age)
{
	(void)age;
	cr_assert(mkdir(path, 0755) == 0 || errno == EEXIST, "%s: %m", path);
}

static void stamp(const char *path, int age)
{
	const struct timespec when = {.tv_sec = 981173106 + age * 10000000,
				      .tv_nsec = 123456700 + age};

	utimensat(AT_FDCWD, path, (struct timespec[]){when, when}, AT_SYMLINK_NOFOLLOW);
}

/* Splits "path word argument"; a path that ends in a slash needs no word. */
static struct entry parse(const char *root, char *line, bool over)
{
	struct entry entry = {.word = "", .argument = "", .over = over};
	char *path = strtok_r(line, " \n", &line), *word = strtok_r(NULL, " \n", &line);

	unescape(path);
	if (path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	snprintf(entry.path, sizeof entry.path, "%s/%s", root, path);
	if (word)
		entry.word = word;
	if (*line)
		entry.argument = line;
	return entry;
}

static void apply(const char *root, struct entry *entry)
{
	const struct word *word = find_word(entry->word);

	cr_assert(word, "plant: %s: unknown word \"%s\"", entry->path, entry->word);
	each_parent(root, entry, need_directory, 0);
	if (entry->over && in_the_way(entry->path, word))
		remove_tree(entry->path);
	cr_assert(word->make(entry), "plant: %s %s %s: %m", entry->path, entry->word,
		  entry->argument);
}

/* Times last: making an entry changes its parent's. */
static void plant_lines(const char *root, const char *description, int age, bool over)
{
	need_directory(root, 0);
	for (int pass = 0; pass < 2; pass++) {
		char *rest = format("%s", description), *line;

		while ((line = strtok_r(rest, "\n", &rest))) {
			struct entry entry = parse(root, line, over);

			if (pass == 0)
				apply(root, &entry);
			stamp(entry.path, age);
			each_parent(root, &entry, stamp, age);
		}
	}
	stamp(root, age);
}

void plant(const char *root, const char *description, int age)
{
	plant_lines(root, description, age, false);
}

void plant_over(const char *root, const char *description, int age)
{
	plant_lines(root, description, age, true);
}
