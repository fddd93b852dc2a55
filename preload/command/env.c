/* overlain env: the assignments that put programs under the overlay without the command. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that mean nothing to a shell anywhere in a word. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_-+=:,./@%";

static void print_quoted(const char *value)
{
	if (value[strspn(value, plain)] == '\0') {
		fputs(value, stdout);
		return;
	}
	putchar('\'');
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	}
	putchar('\'');
}

static bool export;
static const struct choice choices[] = {{"export", 0, &export, NULL}, {0}};

static int print(const struct verb *verb, const struct arguments *arguments)
{
	(void)verb;
	if (*arguments->rest)
		return fail("env: %s: unexpected argument (see overlain env --help)",
			    *arguments->rest);
	int status = environment_complete(false);
	if (status != 0)
		return status;
	for (const char *const *name = environment_names(); *name; name++) {
		/* Whoever takes the others up has yet to do it. */
		if (strcmp(*name, "OVERLAIN_ENFORCED") == 0)
			continue;
		printf("%s%s=", export ? "export " : "", *name);
		print_quoted(getenv(*name));
		putchar('\n');
	}
	return 0;
}

const struct verb env_verb = {
	.name = "env",
	.summary = "prints the assignments that do the same as run",
	.help = "Usage: overlain env [--export] [-o OPTIONS] [MERGED]\n"
		"Prints the environment variables that put a program under the overlay, one to a\n"
		"line, quoted for a shell where they need it. OPTIONS and MERGED are as for\n"
		"overlain run.\n"
		"\n"
		"      --export   puts \"export \" before each\n"
		"      --help     prints this\n"
		"\n"
		"Examples:\n"
		"  eval \"$(overlain env --export -o lowerdir=low,upperdir=up merged)\"; ls "
		"merged\n"
		"  env $(overlain env -o lowerdir=low,upperdir=up merged) ls merged\n"
		"The second is for names that need no quotes, and for one overlay.\n",
	.choices = choices,
	.kind = VERB_OVERLAYS,
	.main = print,
};
