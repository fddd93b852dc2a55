/* Doing what a journal lists. Every step may have been done before. */
#include "command.h"
#include "journal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct step {
	const struct journal *journal;
	char *thing; /* what was made ready for it, or where what was there goes */
	char *path;  /* absolute */
};

/* 1: PATH is there; 0: nothing is; -1: nobody knows, and so it is not known what has been done. */
static int exists(const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

/* Makes the directory PATH one that its owner can change; it is dressed at the end. */
static void loosen(const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		(void)!chmod(path, st.st_mode | S_IRWXU);
}

static void loosen_parent(const char *path)
{
	char *parent = format("%.*s", (int)(strrchr(path, '/') - path), path);
	loosen(parent);
	free(parent);
}

static int move(const char *from, const char *to, const char *inside)
{
	if (rename(from, to) == 0)
		return 0;
	if (errno == EACCES) {
		loosen(from);
		loosen_parent(inside);
		return rename(from, to);
	}
	return -1;
}

static int put(const struct step *s)
{
	int there = exists(s->thing);
	return there > 0 ? move(s->thing, s->path, s->path) : there;
}

/* What was there is kept to the end: that it lies here says that this has been done. */
static int take_away(const struct step *s)
{
	int there = exists(s->thing);
	if (there != 0)
		return there > 0 ? 0 : -1;
	if (move(s->path, s->thing, s->path) == 0)
		return 0;
	return errno == ENOENT ? mkdir(s->thing, 0700) : -1;
}

static int make_directory(const struct step *s)
{
	if (mkdir(s->path, 0700) == 0)
		return 0;
	if (errno == EACCES) {
		loosen_parent(s->path);
		return mkdir(s->path, 0700);
	}
	return errno == EEXIST ? 0 : -1;
}

/* Times follow even where the rest is as it should be; of somebody else's they cannot. */
static int dress(const struct step *s)
{
	struct stat is, should;
	if (lstat(s->path, &is) < 0 || lstat(s->thing, &should) < 0)
		return -1;
	int error = same_attributes(s->thing, &should, s->path, &is);
	if (error > 0) {
		const struct timespec times[] = {should.st_atim, should.st_mtim};
		const int result = utimensat(AT_FDCWD, s->path, times, AT_SYMLINK_NOFOLLOW);
		return result < 0 && errno != EPERM ? -1 : 0;
	}
	if (error == 0)
		error = drop_attributes(s->path, false);
	errno = -(error ? error : object_dress(s->thing, s->path));
	return errno ? -1 : 0;
}

static const struct verb_of_step {
	const char *name;
	int (*act)(const struct step *step);
	bool last; /* in the second pass, from the leaves to the root */
} verbs[] = {
	{"put", put, false},
	{"remove", take_away, false},
	{"mkdir", make_directory, false},
	{"dress", dress, true},
};

static int perform(const struct journal *j, const char *line, bool last)
{
	char name[8];
	unsigned place, number;
	int length;
	const struct verb_of_step *verb = verbs;
	if (sscanf(line, "%7s %u %u %n", name, &place, &number, &length) != 3 ||
	    place >= j->place_count)
		return fail("%s/manifest: damaged", j->home);
	while (strcmp(verb->name, name) != 0)
		if (++verb == verbs + sizeof verbs / sizeof *verbs)
			return fail("%s/manifest: damaged", j->home);
	if (verb->last != last)
		return 0;
	struct step step = {j, journal_thing(j, place, number),
			    format("%s/%s", j->target, line + length)};
	int status = verb->act(&step) == 0 ? 0 : fail("%s: %m", step.path);
	free(step.thing);
	free(step.path);
	return status;
}

static int perform_all(const struct journal *j, const char *list, size_t size)
{
	int status = 0;
	for (size_t at = 0; status == 0 && at < size; at += strlen(list + at) + 1)
		status = perform(j, list + at, false);
	for (size_t end = size; status == 0 && end > 0;) {
		size_t at = end - 1;
		while (at > 0 && list[at - 1])
			at--;
		status = perform(j, list + at, true);
		end = at;
	}
	return status;
}

int journal_redo(const struct journal *j)
{
	struct stat st;
	char *path = format("%s/manifest", j->home);
	CLOSE_SCOPED int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail("%s: %m", path);
	if (st.st_size == 0)
		return 0;
	char *list = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (list == MAP_FAILED)
		return fail("%s: %m", path);
	int status = list[st.st_size - 1] ? fail("%s: damaged", path)
					  : perform_all(j, list, (size_t)st.st_size);
	munmap(list, (size_t)st.st_size);
	return status;
}
