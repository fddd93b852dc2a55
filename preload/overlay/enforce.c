/*
 * The option "enforce": the kernel itself is asked to guard the lowers, by a Landlock ruleset
 * (landlock(7)) that this process and all it starts are bound to, however they were linked.
 *
 * Landlock knows only what is allowed, and what is allowed for a directory is allowed for all below
 * it. So "everything but the lowers" is said by allowing what lies beside the way to them: of each
 * directory above a lower its other entries, as they are now. Names directly in such a directory
 * can therefore be neither made nor removed. "writable" names what alone is to be allowed instead.
 */
#include "internal.h"

#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* Linux 6.2 */
#endif

#define FILE_RIGHTS (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define ALL_RIGHTS                                                                                 \
	(FILE_RIGHTS | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |            \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |                              \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                              \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                            \
	 LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)

/* The first that can forbid truncate(2); the one before allowed no rename into another directory.
 */
#define LEAST_ABI 3

/* A ruleset being made, and the path that is being looked at. */
struct ruleset {
	const struct mounts *mounts;
	int fd;
	uint64_t rights; /* what is allowed, where anything is */
	struct text path;
	char buffer[PATH_MAX];
};

enum relation { APART, ABOVE, INSIDE };

/* How PATH ("" is "/") stands to the lowers that are guarded. */
static enum relation relation(const struct ruleset *r)
{
	const char *path = r->buffer;
	const size_t length = strlen(path);
	enum relation found = APART;
	for (unsigned i = 0; i < r->mounts->count; i++) {
		const struct overlay *ov = &r->mounts->at[i];
		for (unsigned l = ov->has_upper; ov->enforce && l < ov->layer_count; l++) {
			const struct layer *layer = &ov->layers[l];
			if (layer->root_length == length && memcmp(layer->root, path, length) == 0)
				return INSIDE;
			if (text_below(layer->root, layer->root_length, path, length))
				found = ABOVE;
		}
	}
	return found;
}

static const char *path_here(const struct ruleset *r)
{
	return *r->buffer ? r->buffer : "/";
}

/* What cannot be opened is not allowed. */
static void allow(const struct ruleset *r)
{
	struct stat st;
	CLOSE_SCOPED int fd =
		sys_openat(AT_FDCWD, path_here(r), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0 || sys_fstat(fd, &st) || S_ISLNK(st.st_mode))
		return;
	const struct landlock_path_beneath_attr rule = {
		.allowed_access = r->rights & (S_ISDIR(st.st_mode) ? ALL_RIGHTS : FILE_RIGHTS),
		.parent_fd = fd,
	};
	SYS4(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static void allow_here(struct ruleset *r);

static int allow_entry(struct reading *reading, const struct dirent64 *entry, void *data)
{
	struct ruleset *r = data;
	const struct text here = r->path;
	(void)reading;
	text_add_char(&r->path, '/');
	text_add(&r->path, entry->d_name);
	if (!text_full(&r->path))
		allow_here(r);
	r->path = here;
	*r->path.at = '\0';
	return 0;
}

/* Allows what stands at the path, but for the lowers. */
static void allow_here(struct ruleset *r)
{
	switch (relation(r)) {
	case APART:
		allow(r);
		break;
	case ABOVE:
		entries_each(path_here(r), allow_entry, r);
		break;
	case INSIDE:
		break;
	}
}

static void allow_path(struct ruleset *r, const char *path, size_t length, uint64_t rights)
{
	text_init(&r->path, r->buffer, sizeof r->buffer);
	text_add_bytes(&r->path, path, length);
	r->rights = rights;
	allow_here(r);
}

/* Devices and /proc are the kernel's, whatever a lower is: all but a few programs write there. */
static void allow_kernel(struct ruleset *r, uint64_t rights)
{
	static const char *const paths[] = {"/dev", "/proc", "/sys"};
	for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
		allow_path(r, paths[i], strlen(paths[i]), rights);
}

static void fill(struct ruleset *r)
{
	bool confined = false;
	for (unsigned i = 0; i < r->mounts->count; i++) {
		const struct overlay *ov = &r->mounts->at[i];
		if (ov->writable) {
			allow_path(r, ov->layers[0].root, ov->layers[0].root_length, ALL_RIGHTS);
			allow_path(r, ov->workdir, strlen(ov->workdir), ALL_RIGHTS);
		}
		for (const char *const *path = ov->outside; path && *path; path++) {
			allow_path(r, *path, strlen(*path), ALL_RIGHTS);
			confined = true;
		}
	}
	allow_kernel(r, confined ? FILE_RIGHTS : ALL_RIGHTS);
	if (!confined)
		allow_path(r, "", 0, ALL_RIGHTS);
}

/* Without privileges one has to promise not to gain any. */
static int restrict_self(int fd)
{
	int error = (int)SYS2(SYS_landlock_restrict_self, fd, 0);
	if (error != -EPERM)
		return error;
	error = (int)SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return error ? error : (int)SYS2(SYS_landlock_restrict_self, fd, 0);
}

static int complain_of(struct text *complaint, const char *why, int error)
{
	text_add(complaint, "option enforce: ");
	text_add(complaint, why);
	return error;
}

int mounts_enforce(const struct mounts *mounts, struct text *complaint)
{
	struct ruleset r = {.mounts = mounts};
	const struct landlock_ruleset_attr handled = {.handled_access_fs = ALL_RIGHTS};
	if (!mounts->enforce)
		return 0;
	int abi = (int)SYS3(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0)
		return complain_of(complaint, "this kernel has no Landlock", abi);
	if (abi < LEAST_ABI)
		return complain_of(complaint, "this kernel's Landlock is too old", -EOPNOTSUPP);
	CLOSE_SCOPED int fd = (int)SYS3(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
	if (fd < 0)
		return complain_of(complaint, "Landlock makes no ruleset", fd);
	r.fd = fd;
	fill(&r);
	int error = restrict_self(fd);
	return error ? complain_of(complaint, "Landlock refuses the ruleset", error) : 0;
}
