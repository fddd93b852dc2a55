/*
 * wordexp: libc splits and expands, we match. Its own glob does not see merged, so the characters
 * of patterns are kept from it, and the words that come back with marks in them go through ours: as
 * with libc, all of such a word is the pattern, whatever of it was quoted.
 */
#include "wordexp.h"

#include <string.h>

struct job {
	const char *words;
	wordexp_t *result;
	int flags;
	int answer;
};

/* ${NAME:=VALUE} sets variables in the environment that was there for the call alone. */
static void take_over(char *const *lent, char **now)
{
	for (; *now; now++) {
		char *const *known = lent;
		while (*known && *known != *now)
			known++;
		char *value = *known ? NULL : text_find(*now, '=');
		if (!value)
			continue;
		*value = 0;
		setenv(*now, value + 1, 1);
		*value = '=';
	}
}

static int expand_with(const char *shell, char *const argv[], char *const envp[], void *data)
{
	struct job *j = data;
	char **own = environ;
	(void)shell;
	(void)argv;
	environ = (char **)(uintptr_t)envp;
	j->answer = NEXT(wordexp)(j->words, j->result, j->flags);
	char **now = environ;
	environ = own;
	if (now != envp)
		take_over(envp, now);
	return 0;
}

/* libc starts the shell for $(...) with the environment there is: it gets what exec gives. */
static int expand_commands(struct job *j)
{
	struct place at;
	char *const argv[] = {(char *)(uintptr_t) "sh", NULL};
	if (place_find(&at, AT_FDCWD, "/bin/sh", PLACE_FOLLOW) ||
	    exec_place(&at, "/bin/sh", argv, environ, expand_with, j))
		j->answer = NEXT(wordexp)(j->words, j->result, j->flags);
	return j->answer;
}

/* Puts back what was hidden in WORD; false when nothing was. */
static bool reveal(char *word, const struct marks *marks)
{
	bool any = false;
	for (; *word; word++) {
		const char *mark = strchr(marks->bytes, *word);
		if (!mark)
			continue;
		*word = PATTERN_CHARACTERS[mark - marks->bytes];
		any = true;
	}
	return any;
}

struct list {
	char **at;
	size_t count, room;
};

/* Takes WORD over; false without memory. */
static bool add(struct list *l, char *word)
{
	if (word && l->count == l->room) {
		size_t room = 2 * l->room + 16;
		char **more = realloc(l->at, room * sizeof *more);
		if (more) {
			l->at = more;
			l->room = room;
		}
	}
	if (!word || l->count == l->room) {
		free(word);
		return false;
	}
	l->at[l->count++] = word;
	return true;
}

/* Where IFS is set and empty nothing is split: the matches are one word, as with libc. */
static char *join(const glob_t *found)
{
	size_t size = 1;
	for (size_t i = 0; i < found->gl_pathc; i++)
		size += strlen(found->gl_pathv[i]) + 1;
	char *all = malloc(size);
	struct text t;
	if (!all)
		return NULL;
	text_init(&t, all, size);
	for (size_t i = 0; i < found->gl_pathc; i++) {
		text_add(&t, i ? " " : "");
		text_add(&t, found->gl_pathv[i]);
	}
	return all;
}

static bool match(struct list *l, const char *pattern)
{
	glob_t found;
	const char *fields = getenv("IFS");
	if (glob(pattern, GLOB_NOCHECK, NULL, &found))
		return false;
	bool whole = true, joins = fields && !*fields;
	if (joins)
		whole = add(l, join(&found));
	for (size_t i = 0; whole && !joins && i < found.gl_pathc; i++)
		whole = add(l, strdup(found.gl_pathv[i]));
	globfree(&found);
	return whole;
}

/* Puts the words of L in place of those from FIRST on. */
static int replace(wordexp_t *w, size_t first, const struct list *l)
{
	const size_t kept = w->we_offs + first;
	char **all = realloc(w->we_wordv, (kept + l->count + 1) * sizeof *all);
	if (!all)
		return WRDE_NOSPACE;
	if (l->count)
		memcpy(all + kept, l->at, l->count * sizeof *all);
	all[kept + l->count] = NULL;
	w->we_wordv = all;
	w->we_wordc = first + l->count;
	return 0;
}

/* Every word from FIRST on is either taken over as it is, or given up for what it matches. */
static int match_all(wordexp_t *w, size_t first, const struct marks *marks)
{
	struct list l = {NULL, 0, 0};
	bool whole = true;
	for (size_t i = first; i < w->we_wordc; i++) {
		char *word = w->we_wordv[w->we_offs + i];
		bool pattern = reveal(word, marks);
		if (!whole) {
			free(word);
		} else if (!pattern) {
			whole = add(&l, word);
		} else {
			whole = match(&l, word);
			free(word);
		}
	}
	int error = replace(w, first, &l);
	free(l.at);
	return whole ? error : WRDE_NOSPACE;
}

int wordexp(const char *words, wordexp_t *result, int flags)
{
	struct marks marks;
	bool commands;
	if (!process_ready() || !words || !result)
		return NEXT(wordexp)(words, result, flags);
	services_ask(); /* for "~user" */
	char *hidden = wordexp_hide(words, &marks, &commands);
	if (!hidden)
		return WRDE_NOSPACE;
	struct job j = {hidden, result, flags, 0};
	size_t first = flags & WRDE_APPEND ? result->we_wordc : 0;
	int answer = commands && !(flags & WRDE_NOCMD) ? expand_commands(&j)
						       : NEXT(wordexp)(hidden, result, flags);
	free(hidden);
	if (answer == 0 || answer == WRDE_NOSPACE) {
		int matched = match_all(result, first, &marks);
		answer = answer ? answer : matched;
	}
	return answer;
}
