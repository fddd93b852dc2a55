/* Where things are made ready: on the mount they will be moved within. */
#include "command.h"
#include "journal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What statx(2) tells that lstat does not: the mount, and what forbids a change. */
static bool look(const char *path, struct statx *sx)
{
	return statx(AT_FDCWD, *path ? path : "/", AT_SYMLINK_NOFOLLOW,
		     STATX_BASIC_STATS | STATX_MNT_ID, sx) == 0;
}

static uint64_t mount_of(const struct statx *sx)
{
	return sx->stx_mask & STATX_MNT_ID ? sx->stx_mnt_id
					   : (uint64_t)sx->stx_dev_major << 32 | sx->stx_dev_minor;
}

uint64_t journal_mount(const char *path)
{
	struct statx sx;
	return look(path, &sx) ? mount_of(&sx) : 0;
}

static void cut(char *path)
{
	char *slash = strrchr(path, '/');
	*(slash ? slash : path) = '\0';
}

static bool writable(const char *directory)
{
	return faccessat(AT_FDCWD, *directory ? directory : "/", W_OK | X_OK, AT_EACCESS) == 0;
}

char *journal_thing(const struct journal *j, unsigned place, unsigned number)
{
	return format("%s/%u", j->places[place].path, number);
}

/* Notes the place first, so that whatever becomes of us it can be found and removed. */
static int add_place(struct journal *j, const char *directory, uint64_t mount)
{
	struct stat st;
	struct place *place = &j->places[j->place_count];
	if (j->place_count == PLACES)
		return fail("%s: the changes reach more than %d mounts", directory, PLACES);
	if (fstat(j->lock, &st) < 0)
		return fail("%s: %m", j->home);
	*place = (struct place){format("%s/.overlain-commit.%lu", directory, (long)st.st_ino),
				mount};
	FILE *list = fopen(format("%s/places", j->home), "ae");
	if (!list || fwrite(place->path, strlen(place->path) + 1, 1, list) != 1 || fclose(list))
		return fail("%s/places: %m", j->home);
	if (mkdir(place->path, 0700) < 0)
		return fail("%s: %m", place->path);
	j->place_count++;
	return 0;
}

/* The highest directory on the mount that we may write to, so that it stands least in the way. */
static char *highest(const struct journal *j, const char *from, uint64_t mount)
{
	char *best = format("%s", from), *at = format("%s", from);
	while (strlen(at) > strlen(j->target)) {
		cut(at);
		if (journal_mount(at) != mount)
			break;
		if (writable(at))
			best = format("%s", at);
	}
	free(at);
	return best;
}

static int find_place(struct journal *j, const char *directory, uint64_t mount, unsigned *place)
{
	for (*place = 0; *place < j->place_count; ++*place)
		if (j->places[*place].mount == mount)
			return 0;
	return add_place(j, highest(j, directory, mount), mount);
}

/* Sees to it that names may be changed in the directory of the latest change. */
static int check_spot(struct journal *j, char *directory)
{
	struct statx sx;
	while (!look(directory, &sx) || !S_ISDIR(sx.stx_mode)) {
		if (strlen(directory) <= strlen(j->target))
			return fail("%s: %m", j->target);
		cut(directory);
	}
	if (!writable(directory) && (errno == EROFS || sx.stx_uid != geteuid()))
		return fail("%s/: %m", directory);
	if (sx.stx_attributes & STATX_ATTR_IMMUTABLE)
		return fail("%s/: immutable", directory);
	j->spot.sticky = (sx.stx_mode & S_ISVTX) && sx.stx_uid != geteuid() && geteuid() != 0;
	return find_place(j, directory, mount_of(&sx), &j->spot.place);
}

/* Sees to it that what stands at PATH may go. */
static int check_object(const struct journal *j, const char *path)
{
	struct statx sx;
	char *whole = format("%s/%s", j->target, path);
	int status = 0;
	if (look(whole, &sx)) {
		bool own = sx.stx_uid == geteuid() || geteuid() == 0;
		if (j->spot.sticky && !own)
			status = fail("%s: in a directory with the sticky bit, and not yours",
				      whole);
		else if (sx.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND))
			status = fail("%s: immutable, or append-only", whole);
		else if (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT)
			status = fail("%s: something is mounted there", whole);
		else if (S_ISDIR(sx.stx_mode) && !own && !writable(whole))
			status = fail("%s: %m", whole);
	}
	free(whole);
	return status;
}

int journal_place(struct journal *j, const char *path, bool replaces, unsigned *place)
{
	const char *slash = strrchr(path, '/');
	int length = slash ? (int)(slash - path) : 0;
	char *directory = format("%s%s%.*s", j->target, slash ? "/" : "", length, path);
	int status = 0;
	if (!j->spot.path || strcmp(j->spot.path, directory) != 0) {
		free(j->spot.path);
		j->spot.path = format("%s", directory);
		status = check_spot(j, directory);
	}
	free(directory);
	*place = j->spot.place;
	return status == 0 && replaces ? check_object(j, path) : status;
}

int journal_may_dress(const struct journal *j, const char *path)
{
	struct stat st;
	char *whole = format("%s/%s", j->target, path);
	int status = 0;
	if (lstat(whole, &st) == 0 && geteuid() != 0 && st.st_uid != geteuid())
		status = fail("%s/: not yours", whole);
	free(whole);
	return status;
}
