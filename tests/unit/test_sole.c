/* Names that one layer alone can have, learnt from what a call on them says. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "rooms.h"
#include "support/format.h"

TestSuite(sole, .init = rooms_make, .fini = rooms_remove);

/* What may be said of a name before it is known. */
static bool is_sole(const struct overlay *ov, const char *rel, struct sole *sole)
{
	struct path_hash hash, dir;

	const char *slash = strrchr(rel, '/');

	hash = path_hash(PATH_HASH_ROOT, rel, strlen(rel), &dir);
	return overlay_sole(ov, hash, dir, slash ? slash + 1 : rel, sole);
}

/* The same after lstat of it in that layer, as a call would ask. */
static char *learnt(const struct overlay *ov, const char *rel)
{
	struct stat st;
	struct node n, known = {0};
	struct sole sole;

	if (!is_sole(ov, rel, &sole))
		return "not sole";
	bool there = lstat(layer_path(&ov->layers[sole.layer], rooms_path(rel)), &st) == 0;
	if (!overlay_learn(ov, &sole, there ? &st : NULL, &n))
		return "more to ask";
	cr_expect(overlay_recall(ov, rooms_path(rel), &known), "%s is remembered", rel);
	cr_expect_eq(known.type, n.type, "%s", rel);
	return shown(ov, rel);
}

#define LEARNT(rel, what)                                                                          \
	do {                                                                                       \
		const char *said = learnt(ov, rel);                                                \
		cr_expect_str_eq(said, what, "%s: %s", rel, said);                                 \
	} while (0)

Test(sole, in_the_lowest_layer)
{
	const struct overlay *ov = OPEN(.lower = {"m/x = 1", "d/file = x\nd/empty =\nd/l -> file\n"
							     "d/w whiteout\nd/sub/f = x\nm/y = 2"},
					.upper = "m/z = 0");

	LEARNT("d/file", "not sole"); /* nothing is known of it */
	shown(ov, "d"), shown(ov, "m");
	LEARNT("d/file", "file 2");
	LEARNT("d/l", "link 2");
	LEARNT("d/w", "nothing");
	LEARNT("d/none", "nothing");
	LEARNT("d/sub", "dir 2");
	LEARNT("d/sub/f", "file 2");
	LEARNT("d/empty", "more to ask"); /* it may be marked as a whiteout */
	LEARNT("m/y", "not sole");
	LEARNT("top", "not sole");
}

Test(sole, in_the_upper)
{
	const struct overlay *ov =
		OPEN(.lower = {"d/file = x\nd/other = x"},
		     .upper = "u/file = x\nu/empty =\nu/w whiteout\nu/sub/f = x");

	shown(ov, "u");
	LEARNT("u/file", "file 0");
	LEARNT("u/empty", "more to ask");
	LEARNT("u/w", "covered");
	LEARNT("u/none", "nothing");
	LEARNT("u/sub", "more to ask"); /* its marks */
	EXPECT(copy_up(ov, "d/file"), "");
	shown(ov, "d");
	LEARNT("d/other", "not sole");
}

/* Enough looks in vain, and its parts but the last are listed. */
Test(sole, in_a_directory_of_several_layers_that_is_listed)
{
	const struct overlay *ov =
		OPEN(.lower = {"d/a = 1\nd/sub/x = 1\nd/w whiteout\nd/h whiteout-file",
			       "d/b = 2\nd/a = 2\nd/sub/y = 2\nd/w = 2\nd/h = 2",
			       "d/c = 3\nd/a = 3\nd/dir/x = 3\nd/b = 3\nd/h = 3\nd/empty ="},
		     .upper = "");

	shown(ov, "d");
	LEARNT("d/c", "not sole");
	for (int i = 0; i < 100; i++)
		cr_expect_str_eq(shown(ov, format("d/none%d", i)), "nothing");
	LEARNT("d/a", "file 1");
	LEARNT("d/b", "file 2");
	LEARNT("d/c", "file 3");
	LEARNT("d/w", "nothing");
	LEARNT("d/none", "nothing");
	LEARNT("d/dir", "dir 3");
	LEARNT("d/sub", "more to ask"); /* there may be another part */
	LEARNT("d/more", "nothing");
	LEARNT("d/empty", "more to ask");
	LEARNT("d/h", "more to ask"); /* where its whiteout is, the list says, or it is */
	cr_expect_str_eq(shown(ov, "d/h"), "nothing");
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
