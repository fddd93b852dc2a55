#include "format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *format(const char *pattern, ...)
{
	char *result;
	va_list args;

	va_start(args, pattern);
	if (vasprintf(&result, pattern, args) < 0)
		abort();
	va_end(args);
	return result;
}

char *read_all(int fd)
{
	char *result = NULL, block[4096];
	size_t size;
	ssize_t got;
	off_t at = 0;
	FILE *memory = open_memstream(&result, &size);

	while ((got = pread(fd, block, sizeof block, at)) > 0) {
		for (ssize_t i = 0; i < got; i++)
			block[i] ? putc(block[i], memory) : fputs("\\0", memory);
		at += got;
	}
	fclose(memory);
	return result;
}

char *replaced(const char *in, const char *word, const char *with)
{
	char *result = NULL;
	size_t size;
	const char *hit;
	FILE *memory = open_memstream(&result, &size);

	for (; (hit = strstr(in, word)); in = hit + strlen(word))
		fprintf(memory, "%.*s%s", (int)(hit - in), in, with);
	fputs(in, memory);
	fclose(memory);
	return result;
}

bool starts_with(const char *in, const char *prefix)
{
	return strncmp(in, prefix, strlen(prefix)) == 0;
}

static int line_length(const char *line)
{
	return (int)strcspn(line, "\n");
}

char *first_difference(const char *expected, const char *actual)
{
	int line = 1;
	const char *previous = "";

	if (strcmp(expected, actual) == 0)
		return NULL;
	while (*expected && *actual) {
		int length = line_length(expected);

		if (length != line_length(actual) || strncmp(expected, actual, (size_t)length) ||
		    expected[length] != actual[length])
			break;
		previous = expected;
		expected += length + (expected[length] != '\0');
		actual += length + (actual[length] != '\0');
		line++;
	}
	return format("line %d\n    after    | %.*s\n    expected | %.*s%s\n    actual   | %.*s%s",
		      line, line_length(previous), previous, line_length(expected), expected,
		      *expected ? "" : "(end of text)", line_length(actual), actual,
		      *actual ? "" : "(end of text)");
}
