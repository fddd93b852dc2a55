/* What one process changes, the next lookup of every other sees. */
#include <criterion/criterion.h>
#include <linux/fs.h>
#include <stdio.h>
#include <unistd.h>

#include "rooms.h"
#include "support/expect.h"
#include "support/format.h"

TestSuite(change, .init = rooms_make, .fini = rooms_remove);

#define LOWER "f = 1\nd/x = 1\nd/s/y = 1\ne/z = 1\nw = 1"

/* Asserts what both processes see; a second look is from memory. */
static void both_see(const struct overlay *one, const struct overlay *two, const char *rel,
		     const char *what)
{
	for (int pass = 0; pass < 2; pass++) {
		assert_text(shown(one, rel), what, format("%s, to the first", rel));
		assert_text(shown(two, rel), what, format("%s, to the second", rel));
	}
}

Test(change, of_a_name_is_seen_by_all)
{
	const struct overlay *one = OPEN(.lower = {LOWER}, .upper = "w whiteout");
	const struct overlay *two = rooms_again();

	both_see(one, two, "n", "nothing");
	EXPECT(make_file(one, "n", "new"), "");
	both_see(one, two, "n", "file 0");
	EXPECT(unlink_at(two, "n"), "");
	both_see(one, two, "n", "nothing");
	EXPECT(make_dir(two, "n"), "");
	both_see(one, two, "n", "dir 0");
	EXPECT(rmdir_at(one, "n"), "");
	both_see(one, two, "n", "nothing");
	both_see(one, two, "f", "file 1");
	EXPECT(copy_up(two, "f"), "");
	both_see(one, two, "f", "file 0");
	EXPECT(unlink_at(one, "f"), "");
	both_see(one, two, "f", "covered");
	both_see(one, two, "w", "covered");
	EXPECT(make_file(two, "w", "back"), "");
	both_see(one, two, "w", "file 0");
	EXPECT(link_at(one, "w", "w2"), "");
	both_see(one, two, "w2", "file 0");
}

Test(change, of_a_directory_is_seen_below_it)
{
	const struct overlay *one = OPEN(.lower = {LOWER}, .upper = "");
	const struct overlay *two = rooms_again();

	both_see(one, two, "d/s/y", "file 1");
	both_see(one, two, "n/s/y", "ENOENT");
	EXPECT(rename_at(one, "d", "n", 0), "");
	both_see(one, two, "d/s/y", "ENOENT");
	both_see(one, two, "d", "covered");
	both_see(one, two, "n/s/y", "file 0");
	EXPECT(rename_at(two, "n", "e", RENAME_EXCHANGE), "");
	both_see(one, two, "e/s/y", "file 0");
	both_see(one, two, "n/z", "file 0");
	both_see(one, two, "n/s", "nothing");
	EXPECT(unlink_at(one, "n/z"), "");
	EXPECT(rmdir_at(two, "n"), "");
	EXPECT(make_file(one, "n", "file"), "");
	both_see(one, two, "n", "file 0");
	both_see(one, two, "n/z", "ENOTDIR");
}

Test(change, of_where_a_parent_lies_is_seen)
{
	const struct overlay *one = OPEN(.lower = {LOWER}, .upper = "");
	const struct overlay *two = rooms_again();

	both_see(one, two, "d", "dir 1");
	both_see(one, two, "d/s", "dir 1");
	EXPECT(make_file(one, "d/s/n", "new"), "");
	both_see(one, two, "d", "dir 0 1");
	both_see(one, two, "d/s", "dir 0 1");
	assert_text(names(two, "d/s"), ". .. n y", "a listing");
	EXPECT(make_file(two, "d/s/m", "new"), "");
	assert_text(names(one, "d/s"), ". .. m n y", "a listing");
}

/* While a change is open nothing is remembered of its name: it may be either way. */
/* Who looks below a directory that is another by now must not remember what he found there. */
Test(change, is_not_hidden_by_what_was_known_of_the_parent)
{
	const struct overlay *one = OPEN(.lower = {LOWER}, .upper = "");
	const struct overlay *two = rooms_again();
	struct node before, n;

	EXPECT(overlay_lookup(one, rooms_path("d"), &before), "");
	EXPECT(rename_at(two, "d", "n", 0), "");
	EXPECT(make_dir(two, "d"), "");
	EXPECT(overlay_step(one, &before, rooms_path("d/x"), &n), "");
	both_see(one, two, "d/x", "nothing");
}

Test(change, that_is_open_is_not_remembered)
{
	const struct overlay *ov = OPEN(.lower = {LOWER}, .upper = "");
	struct path *p = rooms_path("f");
	struct node n;

	cr_expect_str_eq(shown(ov, "f"), "file 1");
	cr_expect(overlay_recall(ov, p, &n));
	{
		CHANGE(ov, p, false);
		cr_expect_not(overlay_recall(ov, p, &n));
		cr_expect_str_eq(shown(ov, "f"), "file 1");
		cr_expect_not(overlay_recall(ov, p, &n));
	}
	cr_expect_not(overlay_recall(ov, p, &n));
	cr_expect_str_eq(shown(ov, "f"), "file 1");
	cr_expect(overlay_recall(ov, p, &n));
	overlay_forget(ov, p);
	cr_expect_not(overlay_recall(ov, p, &n));
}

/* A process that died in the middle of a change: its name is never trusted again, others are. */
Test(change, that_never_ends_harms_nobody)
{
	const struct overlay *one = OPEN(.lower = {LOWER}, .upper = "");
	const struct overlay *two = rooms_again();
	struct path *f = rooms_path("f"), *x = rooms_path("d/x");
	struct node n;

	change_begin(one, f, false);
	both_see(one, two, "f", "file 1");
	both_see(one, two, "d/x", "file 1");
	cr_expect_not(overlay_recall(two, f, &n));
	cr_expect(overlay_recall(two, x, &n));
	EXPECT(unlink_at(two, "f"), "");
	both_see(one, two, "f", "covered");
}

Test(change, of_the_tree_moves_the_generation)
{
	const struct overlay *one = OPEN(.lower = {LOWER}, .upper = "u/x = 0");
	const struct overlay *two = rooms_again();
	uint64_t before = overlay_generation(two);

	EXPECT(make_file(one, "n", "new"), "");
	cr_expect_eq(overlay_generation(two), before, "no directory moved");
	EXPECT(rename_at(one, "u", "v", 0), "");
	cr_expect_neq(overlay_generation(two), before);
	cr_expect_eq(overlay_generation(two), overlay_generation(one));
}

/* More names than the table has slots. */
Test(change, is_seen_among_many_names)
{
	const struct overlay *one = OPEN(.lower = {LOWER}, .upper = "");
	const struct overlay *two = rooms_again();

	for (int i = 0; i < 6000; i++)
		shown(two, format("d/name%d", i));
	for (int i = 0; i < 6000; i += 97) {
		char *rel = format("d/name%d", i);

		EXPECT(make_file(one, rel, ""), "");
		both_see(one, two, rel, "file 0");
	}
}
