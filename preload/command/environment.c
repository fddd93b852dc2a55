/* What programs under the overlay are started with. */
#include "command.h"
#include "overlain/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *names[16];

static void set(char *assignment)
{
	size_t count = 0;
	while (names[count])
		count++;
	names[count] = format("%.*s", (int)strcspn(assignment, "="), assignment);
	putenv(assignment);
}

/*
 * LD_PRELOAD with LIBRARY in it once, and whatever else stands there kept. It comes last: the
 * others (fakeroot, sanitizers) stand on merged as they would on a file system, and know its names.
 */
static char *preload_list(const char *library)
{
	char *list = format("LD_PRELOAD=");
	char *others = format("%s", getenv("LD_PRELOAD") ? getenv("LD_PRELOAD") : "");
	for (char *one = strtok(others, " :"); one; one = strtok(NULL, " :"))
		if (strcmp(one, library) != 0)
			list = format("%s%s:", list, one);
	return format("%s%s", list, library);
}

int environment_complete(bool enforce)
{
	char line[8192];
	struct text complaint;
	struct mounts mounts;
	text_init(&complaint, line, sizeof line);
	if (mounts_read(&mounts, environ, &complaint) < 0)
		return fail("%s", line);
	if (mounts.count == 0)
		return fail("no overlay: neither -o OPTIONS MERGED nor OVERLAIN_MERGED is given");
	if (enforce && mounts_enforce(&mounts, &complaint) < 0)
		return fail("%s", line);
	const char *library = library_find();
	if (!library)
		return EXIT_OWN;
	set(preload_list(library));
	for (char *const *at = mounts_environment(&mounts); *at; at++)
		set(*at);
	return 0;
}

const char *const *environment_names(void)
{
	return names;
}
