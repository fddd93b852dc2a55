/* Where the library lies that programs are to preload, and whether it is there once they have. */
#include "command.h"
#include "overlain/sys.h"
#include "overlain/text.h"

#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "liboverlain.so"

/* The directory this program lies in; "." where that cannot be told. */
static const char *own_directory(void)
{
	static char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	char *slash = length > 0 ? strrchr(path, '/') : NULL;
	if (!slash)
		return ".";
	*slash = '\0';
	return path;
}

const char *library_find(void)
{
	const char *own = own_directory();
	char *const candidates[] = {
		format("%s/" LIBRARY, own),
		format("%s/../lib/overlain/" LIBRARY, own),
		format(OVERLAIN_LIBDIR "/" LIBRARY),
	};
	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		const char *found = realpath(candidates[i], NULL);
		if (!found)
			continue;
		if (strpbrk(found, " :")) {
			fail("%s: a library whose path holds a space or a colon "
			     "cannot be preloaded",
			     found);
			return NULL;
		}
		return found;
	}
	fail(LIBRARY ": not found beside this program (%s), nor in %s", own, OVERLAIN_LIBDIR);
	return NULL;
}

/* LD_PRELOAD without the library. */
static void strip_preload(void)
{
	char *kept = NULL, *all = getenv("LD_PRELOAD");
	for (char *one = all ? strtok(format("%s", all), " :") : NULL; one;
	     one = strtok(NULL, " :")) {
		const char *slash = strrchr(one, '/');
		if (!text_same(slash ? slash + 1 : one, LIBRARY))
			kept = kept ? format("%s:%s", kept, one) : one;
	}
	if (kept)
		setenv("LD_PRELOAD", kept, 1);
	else
		unsetenv("LD_PRELOAD");
}

int library_leave(char **argv)
{
	strip_preload();
	/* The library's own execve would hand the overlay over. */
	long error = SYS3(SYS_execve, "/proc/self/exe", argv, environ);
	return fail("/proc/self/exe: %s", strerror((int)-error));
}

static int is_library(struct dl_phdr_info *object, size_t size, void *data)
{
	(void)size, (void)data;
	const char *slash = strrchr(object->dlpi_name, '/');
	return slash && text_same(slash + 1, LIBRARY);
}

bool library_loaded(void)
{
	return dl_iterate_phdr(is_library, NULL) != 0;
}
