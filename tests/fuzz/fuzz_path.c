/*
 * Where paths lead. The input is a path: the first byte says how it is to be taken, each other byte
 * stands for a component. What place_find answers for merged is what the kernel answers for a plain
 * directory that holds the same tree: the object, or the error.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fuzz.h"
#include "overlain/process.h"

/* Three layers, and what they make together. A link's text may begin with %, the tree's own place.
 */
static const char *const trees[] = {"low0", "low1", "upper", "plain"};
enum { LOW0 = 1, LOW1 = 2, UP = 4, PLAIN = 8, TREES = 4 };
static const struct {
	unsigned in;
	const char *name, *text; /* NULL: a directory; "": a file; "!": a whiteout; a link's text */
} entries[] = {
	{LOW0 | LOW1 | UP | PLAIN, "a", NULL},
	{LOW1 | PLAIN, "a/f", ""},
	{LOW0 | LOW1 | PLAIN, "a/b", NULL},
	{LOW1 | PLAIN, "a/b/f", ""},
	{LOW0 | PLAIN, "a/b/l", "../../c"},
	{LOW1, "a/gone", NULL},
	{LOW1, "a/gone/f", ""},
	{UP, "a/gone", "!"},
	{LOW1, "a/l", "nowhere"},
	{UP | PLAIN, "a/l", "b/"},
	{UP | PLAIN, "c", NULL},
	{UP | PLAIN, "c/l", "../a/b"},
	{UP | PLAIN, "c/up", ".."},
	{LOW0 | PLAIN, "f", ""},
	{LOW0 | PLAIN, "l", "a"},
	{LOW1 | PLAIN, "m", "./l/../a/l"},
	{LOW0 | PLAIN, "up", ".."},
	{LOW1 | PLAIN, "abs", "%/a/b"},
	{UP | PLAIN, "self", "%"},
	{LOW0 | PLAIN, "loop", "loop"},
	{LOW0 | PLAIN, "dangling", "c/nothing"},
	{LOW1, "gone", ""},
	{UP, "gone", "!"},
};

static const char *const components[] = {"a",    "b",        "c",       "f",    "l",     "m",
					 "up",   "abs",      "self",    "loop", ".",     "..",
					 "gone", "dangling", "nothing", "",     "merged"};
enum { COMPONENTS = sizeof components / sizeof *components, DEEPEST = 64 };

static char plain[PATH_MAX / 2], merged[PATH_MAX / 2];

static void make_entry(const char *tree, const char *name, const char *text)
{
	char path[PATH_MAX], target[PATH_MAX];
	/* In a layer a link says where merged is. */
	const char *own = strcmp(tree, "plain") == 0 ? plain : merged;

	snprintf(path, sizeof path, "%s/%s/%s", fuzz_directory(), tree, name);
	if (!text) {
		mkdir(path, 0755);
	} else if (!*text) {
		close(open(path, O_CREAT | O_WRONLY, 0644));
	} else if (*text == '!') {
		mknod(path, S_IFCHR, makedev(0, 0));
	} else {
		snprintf(target, sizeof target, "%s%s", *text == '%' ? own : "",
			 text + (*text == '%'));
		fuzz_require(symlink(target, path) == 0, "a link cannot be made");
	}
}

static void make_trees(void)
{
	char path[PATH_MAX];

	snprintf(plain, sizeof plain, "%s/plain", fuzz_directory());
	snprintf(merged, sizeof merged, "%s/merged", fuzz_directory());
	for (unsigned t = 0; t < TREES; t++) {
		snprintf(path, sizeof path, "%s/%s", fuzz_directory(), trees[t]);
		mkdir(path, 0755);
		for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
			if (entries[i].in & 1U << t)
				make_entry(trees[t], entries[i].name, entries[i].text);
	}
}

/* Before the constructor that reads the settings. */
__attribute__((constructor(101))) static void make_settings(void)
{
	char value[2 * PATH_MAX];

	make_trees();
	setenv("OVERLAIN_MERGED", merged, 1);
	snprintf(value, sizeof value, "%s/low0:%s/low1", fuzz_directory(), fuzz_directory());
	setenv("OVERLAIN_LOWERDIR", value, 1);
	snprintf(value, sizeof value, "%s/upper", fuzz_directory());
	setenv("OVERLAIN_UPPERDIR", value, 1);
}

/* --- both answers --- */

struct answer {
	int error;
	char name[PATH_MAX]; /* where it is, by a path that is free of links */
};

static void ask_kernel(int dirfd, const char *path, bool follow, struct answer *answer)
{
	char link[40];
	int fd = openat(dirfd, path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));

	answer->error = fd < 0 ? errno : 0;
	answer->name[0] = '\0';
	if (fd < 0)
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, answer->name, sizeof answer->name - 1);
	answer->name[length < 0 ? 0 : length] = '\0';
	close(fd);
}

static void ask_us(const char *path, bool follow, struct answer *answer)
{
	static struct place at;
	int error = place_find(&at, AT_FDCWD, path, follow ? PLACE_FOLLOW : 0);

	answer->name[0] = '\0';
	answer->error = -error;
	if (error)
		return;
	if (!at.overlay) {
		ask_kernel(at.dirfd, at.name, follow, answer);
		return;
	}
	if (node_absent(&at.node))
		answer->error = ENOENT;
	else if (at.slash && !node_is_dir(&at.node))
		answer->error = ENOTDIR;
	else
		place_name(&at, answer->name);
}

/* PATH below the tree ROOT, as DATA spells it. */
static void spell(char *path, const char *root, const char *own, const uint8_t *data, size_t size)
{
	strcpy(path, root);
	for (size_t i = 0; i < size; i++) {
		const char *name = components[data[i] % COMPONENTS];

		strcat(path, "/");
		strcat(path, strcmp(name, "merged") == 0 ? own : name);
	}
}

/* A walk the kernel has to begin anew counts the links it has met twice: one too many may be none.
 */
static bool in_doubt(const struct answer *theirs, const struct answer *ours)
{
	return (theirs->error == ELOOP) != (ours->error == ELOOP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct answer theirs, ours;
	char path[PATH_MAX];

	fuzz_require(process_ready(), "no overlay");
	if (size < 1 || size > DEEPEST)
		return 0;
	const bool follow = data[0] & 1;
	for (int tries = 0; tries == 0 || (tries < 1000 && in_doubt(&theirs, &ours)); tries++) {
		spell(path, plain, "plain", data + 1, size - 1);
		ask_kernel(AT_FDCWD, path, follow, &theirs);
		spell(path, merged, "merged", data + 1, size - 1);
		ask_us(path, follow, &ours);
	}
	const size_t length = strlen(plain);
	if (strncmp(theirs.name, plain, length) == 0) {
		char rest[PATH_MAX];

		strcpy(rest, theirs.name + length);
		snprintf(theirs.name, sizeof theirs.name, "%.*s%s", PATH_MAX / 2, merged, rest);
	}
	if (theirs.error != ours.error || strcmp(theirs.name, ours.name) != 0) {
		fprintf(stderr, "%s (%s)\nkernel: %s %s\nwe:     %s %s\n", path,
			follow ? "followed" : "itself", theirs.name, strerror(theirs.error),
			ours.name, strerror(ours.error));
		fuzz_require(false, "it leads elsewhere");
	}
	return 0;
}
