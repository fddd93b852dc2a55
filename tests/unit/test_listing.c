/* Directories as programs read them: each name once, nothing that is hidden, the numbers of stat.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "rooms.h"
#include "support/expect.h"
#include "support/format.h"

TestSuite(listing, .init = rooms_make, .fini = rooms_remove);

static void lists(const struct overlay *ov, const char *rel, const char *expected)
{
	assert_text(names(ov, rel), *expected ? format(". .. %s", expected) : ". ..", rel);
}

Test(listing, holds_each_name_once)
{
	const struct overlay *ov =
		OPEN(.lower = {"a = 1\nb = 1\nd/x = 1", "b = 2\nc = 2\nd/x = 2\nd/y = 2"},
		     .upper = "a = 0\ne -> a\nd/z fifo");

	lists(ov, "", "a b c d e");
	lists(ov, "d", "x y z");
}

Test(listing, leaves_out_what_is_hidden)
{
	const struct overlay *ov =
		OPEN(.lower = {"a = 1\nd/m whiteout\nd/k = 1\nx/\nx xattr user.overlay.opaque=x\n"
			       "x/v whiteout-xattr\nx/s = 1\no/ opaque-file\no/t = 1\nw/a "
			       "whiteout-file",
			       "a = 2\nb = 2\nc = 2\nd/m = 2\nd/l = 2\nx/v = 2\nx/u = 2\no/r = 2\n"
			       "w/a = 2\nw/b = 2"},
		     .upper = "b whiteout\nc whiteout-file\nlonely whiteout");

	lists(ov, "", "a d o w x");
	lists(ov, "d", "k l");
	lists(ov, "x", "s u");
	lists(ov, "o", "t");
	lists(ov, "w", "b");
}

Test(listing, leaves_out_whiteouts_of_a_lone_lower)
{
	lists(OPEN(.lower = {"d/a whiteout\nd/b = 1"}, .upper = ""), "d", "b");
}

Test(listing, without_an_upper)
{
	const struct overlay *ov = OPEN(.lower = {"d/a = 1\nd/b whiteout", "d/b = 2\nd/c = 2"});

	lists(ov, "d", "a c");
	EXPECT(make_file(ov, "d/n", "x"), "EROFS");
}

Test(listing, follows_every_change)
{
	const struct overlay *ov = OPEN(.lower = {"d/a = 1\nd/b = 1\nd/s/x = 1"}, .upper = "");

	EXPECT(copy_up(ov, "d/a"), "");
	lists(ov, "d", "a b s");
	EXPECT(unlink_at(ov, "d/b"), "");
	EXPECT(make_file(ov, "d/n", "new"), "");
	lists(ov, "d", "a n s");
	EXPECT(rename_at(ov, "d/a", "d/m", 0), "");
	EXPECT(make_file(ov, "d/b", "again"), "");
	EXPECT(rename_at(ov, "d/s", "t", 0), "");
	lists(ov, "d", "b m n");
	lists(ov, "t", "x");
	lists(ov, "", "d t");
}

/* More than a buffer of getdents and the first table hold. */
Test(listing, of_many_names)
{
	char *low = format("%s", ""), *up = format("%s", ""), *expected = format("%s", "");

	for (int i = 1000; i < 2200; i++) {
		low = format("%sd/a_rather_long_name_%d =\n", low, i);
		if (i % 3 == 0)
			up = format("%sd/a_rather_long_name_%d whiteout-file\n", up, i);
		else
			expected = format("%s a_rather_long_name_%d", expected, i);
	}
	lists(OPEN(.lower = {low}, .upper = up), "d", expected + 1);
}

Test(listing, is_plain_where_one_layer_has_the_directory)
{
	static const struct {
		const char *path;
		bool plain;
	} rows[] = {{"low", true}, {"up", true}, {"both", false}, {"opaque", true}, {"", false}};
	const struct overlay *ov =
		OPEN(.lower = {"low/a = 1\nboth/a = 1\nopaque/a = 1"},
		     .upper = "up/b = 0\nboth/b = 0\nopaque/ opaque\nopaque/b = 0");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct node n;

		EXPECT(overlay_lookup(ov, rooms_path(rows[i].path), &n), "");
		cr_expect_eq(overlay_lists_plainly(ov, &n), rows[i].plain, "%s", rows[i].path);
	}
}

Test(listing, tells_an_empty_directory)
{
	static const struct {
		const char *path, *error;
	} rows[] = {{"e", ""}, {"w", ""}, {"f", "ENOTEMPTY"}, {"m", "ENOTEMPTY"}, {"o", ""}};
	const struct overlay *ov =
		OPEN(.lower = {"e/\nw/a = 1\nf/a = 1\nm/a = 1\no/a = 1"},
		     .upper = "w/a whiteout\nm/b = 0\nm/a whiteout\no/ opaque-file");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct path *p = rooms_path(rows[i].path);
		struct node n;

		EXPECT(overlay_lookup(ov, p, &n), "");
		EXPECT(overlay_is_empty(ov, p, &n), rows[i].error);
	}
}
