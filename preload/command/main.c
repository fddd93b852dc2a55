/* overlain: a union file system for the programs it starts, without privileges and mounts. */
#include "command.h"
#include "overlain/debug.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct verb *const verbs[] = {&run_verb,     &try_verb,    &diff_verb, &commit_verb,
					   &discard_verb, &export_verb, &env_verb,  &fsck_verb,
					   &convert_verb, &exec_verb};
#define VERBS (sizeof verbs / sizeof *verbs)

char *format(const char *pattern, ...)
{
	char *made;
	va_list arguments;
	va_start(arguments, pattern);
	int length = vasprintf(&made, pattern, arguments);
	va_end(arguments);
	if (length < 0) {
		complain("out of memory");
		exit(EXIT_OWN);
	}
	return made;
}

int fail(const char *format, ...)
{
	char line[8192];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	complain(line);
	return EXIT_OWN;
}

/* Those that work on layers see them as they are: not under the overlay that shows them merged. */
static bool stands_outside(const struct verb *verb)
{
	return verb->kind == VERB_LAYERS || verb->kind == VERB_TARGET;
}

static int start(const struct verb *verb, char **argv)
{
	struct arguments arguments;
	int status;
	if (stands_outside(verb) && library_loaded())
		return library_leave(argv);
	if (!arguments_read(verb, argv + 1, &arguments, &status))
		return status;
	return verb->main(verb, &arguments);
}

static int print_help(void)
{
	puts("Usage: overlain VERB [ARGUMENT]...\n"
	     "A union file system for programs: one writable directory over read-only ones, seen\n"
	     "as one tree, without privileges and without mounting.\n");
	for (size_t i = 0; i < VERBS; i++)
		if (verbs[i]->summary)
			printf("  %-8s %s\n", verbs[i]->name, verbs[i]->summary);
	puts("\n"
	     "overlain VERB --help says more; overlain --version tells the version.\n"
	     "\n"
	     "Example:\n"
	     "  overlain run -o lowerdir=low,upperdir=up merged -- ls -l merged");
	return 0;
}

static int choose(char **argv)
{
	const char *name = argv[1];
	if (!name)
		return fail("a verb is missing (see overlain --help)");
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return print_help();
	if (strcmp(name, "--version") == 0)
		return puts("overlain " OVERLAIN_VERSION), 0;
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(name, verbs[i]->name) == 0)
			return start(verbs[i], argv);
	return fail("%s: unknown verb (see overlain --help)", name);
}

int main(int argc, char **argv)
{
	int status = argc > 0 ? choose(argv) : fail("started without a name");
	if (fflush(stdout) != 0)
		return fail("standard output: %m");
	return status;
}
