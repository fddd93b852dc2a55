/*
 * Names of files that libc opens by itself: it is given the object's path on disk. What is written
 * there is in the upper first.
 */
#include "overlain/libc.h"

/* PATH, or the path on disk of what it means inside merged, in AT; NULL and errno. */
static const char *real_name(struct place *at, const char *path, bool writes)
{
	const char *real = path;
	int error = path ? place_find(at, AT_FDCWD, path, PLACE_FOLLOW) : 0;
	if (!error && path && at->overlay)
		error = writes ? file_raise(at) : 0;
	if (!error && path && at->overlay)
		error = file_reach(at, &real);
	if (!error)
		return real;
	edge(error);
	return NULL;
}

/* Message catalogues are looked for below the directory's topmost part. */
char *bindtextdomain(const char *domain, const char *directory)
{
	struct place at;
	const char *real = directory ? real_name(&at, directory, false) : NULL;
	return NEXT(bindtextdomain)(domain, real ? real : directory);
}

/* Without a slash it is looked for along NLSPATH: catopen(3). */
nl_catd catopen(const char *name, int flag)
{
	struct place at;
	const char *real = text_find(name, '/') ? real_name(&at, name, false) : name;
	return real ? NEXT(catopen)(real, flag) : (nl_catd)-1;
}

/* Only the name is kept: whether it is there is seen later, and so is where. */
int utmpname(const char *path)
{
	struct place at;
	const char *real = real_name(&at, path, true);
	return NEXT(utmpname)(real ? real : path);
}

int utmpxname(const char *path)
{
	return utmpname(path);
}

/* It is opened here, so that nobody leads libc astray. */
static void add_entry(const char *path, const struct utmp *entry)
{
	char name[32];
	struct text t;
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	text_init(&t, name, sizeof name);
	text_add_descriptor(&t, fd);
	NEXT(updwtmp)(name, entry);
	close(fd);
}

void updwtmp(const char *path, const struct utmp *entry)
{
	struct place at;
	int error = path ? place_find(&at, AT_FDCWD, path, PLACE_FOLLOW) : 0;
	if (error)
		edge(error);
	else if (path && at.overlay)
		add_entry(path, entry);
	else
		NEXT(updwtmp)(path, entry);
}

void updwtmpx(const char *path, const struct utmpx *entry)
{
	updwtmp(path, (const struct utmp *)(const void *)entry);
}
