/* Questions on the terminal. */
#include "command.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

char ask_one(const char *question, const char *answers)
{
	char line[256];
	if (!isatty(STDIN_FILENO))
		return '\0';
	fprintf(stderr, "overlain: %s? ", question);
	if (!fgets(line, sizeof line, stdin))
		return '\0';
	char answer = (char)tolower((unsigned char)line[strspn(line, " \t")]);
	return answer && strchr(answers, answer) ? answer : '\0';
}

bool ask(const char *question)
{
	if (!isatty(STDIN_FILENO))
		return fail("%s? There is no terminal to ask: -y says yes", question), false;
	return ask_one(format("%s [y/N]", question), "y") == 'y';
}
