#include "fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/dev/shm/overlain-fuzz.XXXXXX";
static pid_t maker;

void fuzz_require(bool holds, const char *otherwise)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: %s\n", otherwise);
	abort();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void remove_directory(void)
{
	if (getpid() == maker)
		nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_directory(void)
{
	if (!maker) {
		maker = getpid();
		fuzz_require(mkdtemp(directory), "no directory");
		atexit(remove_directory);
	}
	return directory;
}
