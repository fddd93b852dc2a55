/* Temporary names: unlike any that merged shows, whichever layer has it. */
#include "overlain/libc.h"

#include <sys/random.h>

#define ATTEMPTS 238328 /* as glibc: 62 to the third */

/* Replaces the six X before the last SUFFIX bytes of TEMPLATE; false when they are not there. */
static char *find_letters(char *template, int suffix)
{
	size_t length = strlen(template);
	if (suffix < 0 || length < 6 + (size_t)suffix)
		return NULL;
	char *letters = template + length - 6 - (size_t)suffix;
	return memcmp(letters, "XXXXXX", 6) ? NULL : letters;
}

static void fill_letters(char *letters)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	uint64_t bits;
	struct timespec now = {0};
	if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits) {
		SYS2(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
		bits = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15ULL ^ (uintptr_t)&bits;
	}
	for (int i = 0; i < 6; i++, bits /= 62)
		letters[i] = set[bits % 62];
}

/* Tries MAKE on one name after another until one is free. */
static int try_names(char *template, int suffix, int (*make)(const char *name, int flags),
		     int flags)
{
	char *letters = find_letters(template, suffix);
	int saved = errno;
	if (!letters)
		return (int)edge(-EINVAL);
	for (int i = 0; i < ATTEMPTS; i++) {
		fill_letters(letters);
		int result = make(template, flags);
		if (result >= 0) {
			errno = saved;
			return result;
		}
		if (errno != EEXIST)
			return result;
	}
	return (int)edge(-EEXIST);
}

static int make_file(const char *name, int flags)
{
	return open(name, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int make_directory(const char *name, int flags)
{
	(void)flags;
	return mkdir(name, 0700);
}

static int make_nothing(const char *name, int flags)
{
	struct stat st;
	(void)flags;
	if (lstat(name, &st) == 0)
		return (int)edge(-EEXIST);
	return errno == ENOENT ? 0 : -1;
}

int mkostemps(char *template, int suffix, int flags)
{
	return try_names(template, suffix, make_file, flags);
}

int mkostemp(char *template, int flags)
{
	return mkostemps(template, 0, flags);
}

int mkstemps(char *template, int suffix)
{
	return mkostemps(template, suffix, 0);
}

int mkstemp(char *template)
{
	return mkostemps(template, 0, 0);
}

char *mkdtemp(char *template)
{
	return try_names(template, 0, make_directory, 0) < 0 ? NULL : template;
}

char *mktemp(char *template)
{
	if (try_names(template, 0, make_nothing, 0) < 0)
		template[0] = 0;
	return template;
}
