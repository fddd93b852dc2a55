/* Names in a directory that one layer alone has, learnt from what a call on them says. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "rooms.h"
#include "support/format.h"
#include "support/scratch.h"

TestSuite(sole, .init = rooms_make, .fini = rooms_remove);

/* What may be said of a name before it is known. */
static bool is_sole(const struct overlay *ov, const char *rel, struct sole *sole)
{
	struct path_hash hash, dir;

	hash = path_hash(PATH_HASH_ROOT, rel, strlen(rel), &dir);
	return overlay_sole(ov, hash, dir, sole);
}

/* The same after lstat of DISK, where the layer has it; NULL: the directory is no such one. */
static char *learnt(const struct overlay *ov, const char *rel, const char *disk)
{
	struct stat st;
	struct node n;
	struct sole sole;

	if (!is_sole(ov, rel, &sole))
		return "not sole";
	bool there = lstat(format("%s/%s", scratch(), disk), &st) == 0;
	if (!overlay_learn(ov, &sole, there ? &st : NULL, &n))
		return "more to ask";
	struct node known = {0};
	cr_expect(overlay_recall(ov, rooms_path(rel), &known), "%s is remembered", rel);
	cr_expect_eq(known.type, n.type, "%s", rel);
	return shown(ov, rel);
}

#define LEARNT(rel, disk, what)                                                                    \
	cr_expect_str_eq(learnt(ov, rel, disk), what, "%s: %s", rel, learnt(ov, rel, disk))

Test(sole, in_the_lowest_layer)
{
	const struct overlay *ov = OPEN(.lower = {"m/x = 1", "d/file = x\nd/empty =\nd/l -> file\n"
							     "d/w whiteout\nd/sub/f = x\nm/y = 2"},
					.upper = "m/z = 0");

	LEARNT("d/file", "low1/d/file", "not sole"); /* nothing is known of it */
	shown(ov, "d"), shown(ov, "m");
	LEARNT("d/file", "low1/d/file", "file 2");
	LEARNT("d/l", "low1/d/l", "link 2");
	LEARNT("d/w", "low1/d/w", "nothing");
	LEARNT("d/none", "low1/d/none", "nothing");
	LEARNT("d/sub", "low1/d/sub", "dir 2");
	LEARNT("d/sub/f", "low1/d/sub/f", "file 2");
	LEARNT("d/empty", "low1/d/empty", "more to ask"); /* it may be marked as a whiteout */
	LEARNT("m/y", "low1/m/y", "not sole");
	LEARNT("top", "low1/top", "not sole");
}

Test(sole, in_the_upper)
{
	const struct overlay *ov =
		OPEN(.lower = {"d/file = x\nd/other = x"},
		     .upper = "u/file = x\nu/empty =\nu/w whiteout\nu/sub/f = x");

	shown(ov, "u");
	LEARNT("u/file", "up/u/file", "file 0");
	LEARNT("u/empty", "up/u/empty", "more to ask");
	LEARNT("u/w", "up/u/w", "covered");
	LEARNT("u/none", "up/u/none", "nothing");
	LEARNT("u/sub", "up/u/sub", "more to ask"); /* its marks */
	EXPECT(copy_up(ov, "d/file"), "");
	shown(ov, "d");
	LEARNT("d/other", "low0/d/other", "not sole");
}

/* Once the directory has a second part, or the name is another's, nothing comes of the look. */
Test(sole, not_after_a_change)
{
	const struct overlay *ov = OPEN(.lower = {"d/file = x\nd/other = x"}, .upper = "");
	struct stat st = stat_of("low0/d/file");
	struct sole file, other;
	struct node n;

	shown(ov, "d");
	cr_assert(is_sole(ov, "d/file", &file) && is_sole(ov, "d/other", &other));
	EXPECT(unlink_at(ov, "d/file"), "");
	cr_expect_not(overlay_learn(ov, &file, &st, &n));
	cr_expect_not(overlay_learn(ov, &other, &st, &n));
	cr_expect_str_eq(shown(ov, "d/file"), "covered");
	cr_expect_not(is_sole(ov, "d/fresh", &file));
}
