/*
 * glob: libc's own, looking through our functions. A caller that brings its own (GLOB_ALTDIRFUNC)
 * knows what it does.
 */
#include "overlain/libc.h"

static void *open_directory(const char *path)
{
	return opendir(path);
}

static struct dirent *read_directory(void *dir)
{
	return readdir(dir);
}

static void close_directory(void *dir)
{
	closedir(dir);
}

int glob(const char *pattern, int flags, int (*complain)(const char *path, int error),
	 glob_t *result)
{
	if (!process_ready() || !result || (flags & GLOB_ALTDIRFUNC))
		return NEXT(glob)(pattern, flags, complain, result);
	if (flags & (GLOB_TILDE | GLOB_TILDE_CHECK))
		services_ask();
	const glob_t theirs = *result;
	result->gl_opendir = open_directory;
	result->gl_readdir = read_directory;
	result->gl_closedir = close_directory;
	result->gl_stat = stat;
	result->gl_lstat = lstat;
	int answer = NEXT(glob)(pattern, flags | GLOB_ALTDIRFUNC, complain, result);
	result->gl_opendir = theirs.gl_opendir;
	result->gl_readdir = theirs.gl_readdir;
	result->gl_closedir = theirs.gl_closedir;
	result->gl_stat = theirs.gl_stat;
	result->gl_lstat = theirs.gl_lstat;
	result->gl_flags &= ~GLOB_ALTDIRFUNC;
	return answer;
}
