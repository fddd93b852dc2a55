/*
 * Temporary files whose directory libc chooses: P_tmpdir, or TMPDIR for tempnam. Where that lies
 * inside merged, names are tried there; see temporary.c for what makes them unique.
 */
#include "overlain/libc.h"

#include <string.h>

static bool is_inside(const char *directory)
{
	struct place at;
	return place_find(&at, AT_FDCWD, directory, PLACE_FOLLOW) == 0 && at.overlay;
}

FILE *tmpfile(void)
{
	char name[] = P_tmpdir "/tmpfXXXXXX";
	if (!is_inside(P_tmpdir))
		return NEXT(tmpfile)();
	int fd = open(P_tmpdir, O_RDWR | O_TMPFILE | O_EXCL, 0600);
	if (fd < 0 && (fd = mkstemp(name)) >= 0)
		unlink(name);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");
	if (fd >= 0 && !file)
		close(fd);
	return file;
}

/* tmpnam(3): a name in ROOM, of L_tmpnam bytes, that nothing has. */
static char *name_in(char *room)
{
	static const char template[] = P_tmpdir "/fileXXXXXX";
	_Static_assert(sizeof template <= L_tmpnam, "L_tmpnam holds it");
	memcpy(room, template, sizeof template);
	return *mktemp(room) ? room : NULL;
}

char *tmpnam(char room[L_tmpnam])
{
	static char own[L_tmpnam];
	return is_inside(P_tmpdir) ? name_in(room ? room : own) : NEXT(tmpnam)(room);
}

char *tmpnam_r(char room[L_tmpnam])
{
	if (!room)
		return NULL;
	return is_inside(P_tmpdir) ? name_in(room) : NEXT(tmpnam_r)(room);
}

static bool is_directory(const char *path)
{
	struct stat st;
	return path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* tempnam(3): the first of $TMPDIR, DIRECTORY and P_tmpdir that is one. */
char *tempnam(const char *directory, const char *prefix)
{
	char *name;
	const char *chosen = secure_getenv("TMPDIR");
	if (!process_ready())
		return NEXT(tempnam)(directory, prefix);
	if (!is_directory(chosen))
		chosen = is_directory(directory) ? directory : P_tmpdir;
	if (!is_directory(chosen))
		return edge(-ENOENT), NULL;
	if (asprintf(&name, "%s/%.5sXXXXXX", chosen, prefix && *prefix ? prefix : "file") < 0)
		return NULL;
	if (*mktemp(name))
		return name;
	free(name);
	return NULL;
}
