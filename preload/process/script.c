/*
 * "#!": what fs/binfmt_script.c of the kernel does, with an interpreter and a script that merged
 * has. The interpreter is given the script by the name its caller used.
 */
#include "internal.h"

#include <string.h>

/* The kernel gives up at the sixth script that interprets a script (exec_binprm in fs/exec.c). */
#define SCRIPTS_MAX 5

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

static char *find_end(char *at, const char *end)
{
	while (at < end && *at && !is_blank(*at))
		at++;
	return at;
}

/*
 * Splits the first line in place. ARGUMENT is all that follows the interpreter's name, or NULL. A
 * line longer than the head may lose the end of its argument, but not that of the name.
 */
static int split(char *head, char **interpreter, char **argument)
{
	char *end = memchr(head, '\n', PROGRAM_HEAD);
	if (!end) {
		end = head + PROGRAM_HEAD - 1;
		char *name = skip_blanks(head + 2, end + 1);
		if (name > end || find_end(name, end + 1) > end)
			return -ENOEXEC;
	}
	while (is_blank(end[-1]))
		end--;
	*interpreter = skip_blanks(head + 2, end);
	if (*interpreter >= end)
		return -ENOEXEC;
	*end = 0;
	char *rest = find_end(*interpreter, end);
	char *more = is_blank(*rest) ? skip_blanks(rest, end) : end;
	*rest = 0;
	*argument = more < end ? more : NULL;
	return 0;
}

int script_start(struct start *s, struct place *at, struct program *p, const char *name,
		 char *const argv[])
{
	char *interpreter, *argument;
	int error = split(p->head, &interpreter, &argument);
	if (error)
		return error;
	if (!*interpreter)
		return -EACCES; /* "" leads to the working directory in there */
	if (s->closing)
		return -ENOENT; /* the interpreter would not find it */
	if (++s->depth > SCRIPTS_MAX)
		return -ELOOP;
	size_t count = exec_count(argv), n = 0;
	char *line[count + 4];
	line[n++] = interpreter;
	if (argument)
		line[n++] = argument;
	line[n++] = (char *)(uintptr_t)name;
	for (size_t i = 1; i < count; i++)
		line[n++] = argv[i];
	line[n] = NULL;
	error = place_find(at, AT_FDCWD, interpreter, PLACE_FOLLOW);
	return error ? error : exec_start(s, at, interpreter, line);
}
