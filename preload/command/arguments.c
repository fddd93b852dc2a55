/* The overlay as the command line spells it, turned into the settings that mean the same. */
#include "command.h"
#include "overlain/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_set(const char *name)
{
	const char *value = getenv(name);
	return value && *value;
}

static void append(const char *name, char separator, const char *value)
{
	if (is_set(name))
		value = format("%s%c%s", getenv(name), separator, value);
	setenv(name, value, 1);
}

/* S with blanks, line ends and backslashes as \ooo, as OVERLAIN_MOUNTS wants them. */
static char *octal(const char *s)
{
	char *all = format("%*s", (int)(4 * strlen(s)), ""), *at = all;
	for (; *s != '\0'; s++)
		at += sprintf(at, strchr(" \t\n\\", *s) ? "\\%03o" : "%c", *s);
	*at = '\0';
	return all;
}

/*
 * The first overlay takes the variables for a single one, unless the environment has used them
 * already. Without MERGED the options are for the one that is there.
 */
static void add_overlay(const char *options, const char *merged)
{
	if (merged && is_set("OVERLAIN_MERGED")) {
		append("OVERLAIN_MOUNTS", '\n', format("%s %s", octal(merged), octal(options)));
		return;
	}
	if (merged)
		setenv("OVERLAIN_MERGED", merged, 1);
	append("OVERLAIN_OPTIONS", ',', options);
}

/* The value of -o OPTIONS, -oOPTIONS, --options=OPTIONS; NULL where ARGV holds something else. */
static const char *options_value(char ***argv)
{
	const char *argument = **argv;
	const char *glued = text_after(argument, "--options=");
	if (!glued && text_starts(argument, "-o") && argument[2])
		glued = argument + 2;
	if (glued)
		return glued;
	if (strcmp(argument, "-o") != 0 && strcmp(argument, "--options") != 0)
		return NULL;
	return *++*argv;
}

/* True where the environment describes an overlay but for the place it is to be seen at. */
static bool lacks_merged(void)
{
	return !is_set("OVERLAIN_MERGED") &&
	       (is_set("OVERLAIN_LOWERDIR") || is_set("OVERLAIN_OPTIONS"));
}

char **arguments_read(const struct verb *verb, char **argv, int *status)
{
	char *options = NULL;
	for (; *argv; argv++) {
		const char *argument = *argv, *more = options_value(&argv);
		if (strcmp(argument, "--") == 0) {
			argv++;
			break;
		}
		if (more) {
			options = options ? format("%s,%s", options, more) : format("%s", more);
		} else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
			fputs(verb->help, stdout);
			*status = 0;
			return NULL;
		} else if (!*argv || (argument[0] == '-' && argument[1])) {
			*status =
				fail("%s: %s: %s (see overlain %s --help)", verb->name, argument,
				     *argv ? "unknown option" : "its value is missing", verb->name);
			return NULL;
		} else if (options || lacks_merged()) {
			add_overlay(options ? options : "", argument);
			options = NULL;
		} else {
			break;
		}
	}
	if (options)
		add_overlay(options, NULL);
	return argv;
}
