#include "expect.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "format.h"

char *content_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *result;

	cr_assert(fd >= 0, "%s: %m", path);
	result = read_all(fd);
	close(fd);
	return result;
}

void assert_text(const char *actual, const char *expected, const char *what)
{
	char *difference = first_difference(expected, actual);

	cr_assert(!difference, "%s differs at %s", what, difference);
}

void assert_holds(const char *in, const char *word)
{
	cr_assert(strstr(in, word), "\"%s\" is not in \"%s\"", word, in);
}
