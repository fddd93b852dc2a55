/*
 * wordexp: libc starts a shell for "$(...)" by itself, in the environment of this process. That one
 * is what exec would give the shell, for as long as it takes. How words are split only libc knows,
 * so patterns among them are matched by its own glob, which sees the topmost part of a directory.
 */
#include "overlain/libc.h"

struct request {
	const char *words;
	wordexp_t *result;
	int flags;
};

static int expand(const char *path, char *const argv[], char *const envp[], void *data)
{
	const struct request *r = data;
	char **own = environ;
	(void)path;
	(void)argv;
	environ = (char **)(uintptr_t)envp;
	int error = NEXT(wordexp)(r->words, r->result, r->flags);
	environ = own;
	return error;
}

int wordexp(const char *words, wordexp_t *result, int flags)
{
	static const char shell[] = "/bin/sh";
	char *const argv[] = {(char *)(uintptr_t)shell, NULL};
	struct request r = {words, result, flags};
	struct place at;
	if (!process_ready() || (!text_find(words, '`') && !text_find(words, '(')) ||
	    place_find(&at, AT_FDCWD, shell, PLACE_FOLLOW))
		return NEXT(wordexp)(words, result, flags);
	int error = exec_place(&at, shell, argv, environ, expand, &r);
	return error < 0 ? NEXT(wordexp)(words, result, flags) : error;
}
