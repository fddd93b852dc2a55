/* The overlay as the command line spells it, turned into the settings that mean the same. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

static bool is_set(const char *name)
{
	const char *value = getenv(name);
	return value && *value;
}

void setting_append(const char *name, char separator, const char *value)
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

void settings_add(const char *options, const char *merged)
{
	if (merged && is_set("OVERLAIN_MERGED")) {
		setting_append("OVERLAIN_MOUNTS", '\n',
			       format("%s %s", octal(merged), octal(options)));
		return;
	}
	if (merged)
		setenv("OVERLAIN_MERGED", merged, 1);
	setting_append("OVERLAIN_OPTIONS", ',', options);
}

bool settings_lack_merged(void)
{
	return !is_set("OVERLAIN_MERGED") &&
	       (is_set("OVERLAIN_LOWERDIR") || is_set("OVERLAIN_OPTIONS"));
}

void settings_replace(const char *options, const char *merged)
{
	static const char *const others[] = {"OVERLAIN_LOWERDIR", "OVERLAIN_UPPERDIR",
					     "OVERLAIN_WORKDIR", "OVERLAIN_MOUNTS",
					     "OVERLAIN_MERGED"};
	for (size_t i = 0; options && i < sizeof others / sizeof *others; i++)
		unsetenv(others[i]);
	if (options)
		setenv("OVERLAIN_OPTIONS", options, 1);
	if (options || settings_lack_merged())
		setenv("OVERLAIN_MERGED", merged ? merged : "/", 1);
}

char *one_directory(const char *name)
{
	char *all = format("%*s", (int)(2 * strlen(name)), ""), *at = all;
	for (; *name; name++) {
		if (strchr(":\\", *name))
			*at++ = '\\';
		*at++ = *name;
	}
	*at = '\0';
	return all;
}
