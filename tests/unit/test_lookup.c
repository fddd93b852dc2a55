/* What stands at a path: the rules by which one layer hides another. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "rooms.h"
#include "support/format.h"

TestSuite(lookup, .init = rooms_make, .fini = rooms_remove);

struct row {
	const char *path, *what;
};

static void check(const struct overlay *ov, const struct row *rows)
{
	/* Twice: from disk, then from what was learnt. */
	for (int pass = 0; pass < 2; pass++)
		for (const struct row *row = rows; row->path; row++)
			cr_expect_str_eq(shown(ov, row->path), row->what, "%s: %s, expected %s",
					 row->path, shown(ov, row->path), row->what);
}
#define SHOWS(ov, ...) check(ov, (const struct row[]){__VA_ARGS__, {NULL, NULL}})

Test(lookup, takes_the_topmost)
{
	SHOWS(OPEN(.lower = {"a = 1\nb = 1\nd/x = 1", "a = 2\nb = 2\nc = 2\nd/y = 2\nf fifo"},
		   .upper = "a = 0\nl -> nowhere"),
	      {"", "dir 0 1 2"}, {"a", "file 0"}, {"b", "file 1"}, {"c", "file 2"},
	      {"d", "dir 1 2"}, {"d/x", "file 1"}, {"d/y", "file 2"}, {"d/z", "nothing"},
	      {"l", "link 0"}, {"f", "fifo 2"}, {"z", "nothing"}, {"z/z", "ENOENT"},
	      {"a/z", "ENOTDIR"}, {"l/z", "ENOTDIR"});
}

Test(lookup, a_whiteout_hides_in_every_layer_and_form)
{
	SHOWS(OPEN(.lower = {"b whiteout\nd/b whiteout\nd/e whiteout-file\nv whiteout-file",
			     "a = 2\nb = 2\nc = 2\nd/b = 2\nd/e/f = 2\nd/g = 2\nv = 2\nw = 2"},
		   .upper = "a whiteout\nw whiteout-file\nonly whiteout"),
	      {"a", "covered"}, {"b", "nothing"}, {"c", "file 2"}, {"d", "dir 1 2"},
	      {"d/b", "nothing"}, {"d/e", "nothing"}, {"d/e/f", "ENOENT"}, {"d/g", "file 2"},
	      {"v", "nothing"}, {"w", "covered"}, {"only", "covered"}, {".wh.w", "nothing"},
	      {".wh.v", "nothing"});
}

Test(lookup, an_empty_file_is_a_whiteout_where_its_attribute_says_so)
{
	SHOWS(OPEN(.lower = {"d/x whiteout-xattr\nd xattr user.overlay.opaque=x\n"
			     "e/x whiteout-xattr\nd/full = data\n"
			     "d/full xattr user.overlay.whiteout=y",
			     "d/x = 2\nd/y = 2\ne/x = 2\nu/x = 2"},
		   .upper = "u/x whiteout-xattr\nu/y whiteout-xattr"),
	      {"d", "dir 1 2"}, {"d/x", "nothing"}, {"d/y", "file 2"}, {"d/full", "file 1"},
	      {"e/x", "nothing"}, {"u/x", "covered"}, {"u/y", "covered"});
}

/*
 * It is not followed, and what is there is not all there is: only of the last layer it is. What is
 * hidden is nothing, wherever it is held.
 */
Test(lookup, what_is_held_elsewhere_is_refused)
{
	SHOWS(OPEN(.lower = {"d/\nd xattr user.overlay.redirect=/e\nf hole 9000\n"
			     "f xattr user.overlay.metacopy=\ne/x = 1\nh/\n"
			     "h xattr user.overlay.redirect=/e\nw/\n"
			     "w xattr user.overlay.redirect=/e",
			     "d/\ne/\ne xattr user.overlay.redirect=e\nl/\n"
			     "l xattr user.overlay.redirect=e\nf = 2\ng hole 9000\n"
			     "g xattr user.overlay.metacopy="},
		   .upper = "u/\nu xattr user.overlay.redirect=/e\nh whiteout-file\nw whiteout"),
	      {"h", "covered"}, {"w", "covered"}, {"d", "EPERM"}, {"d/x", "EPERM"}, {"f", "EPERM"},
	      {"e", "dir 1 2"}, {"l", "dir 2"}, {"g", "EPERM"}, {"u", "EPERM"});
}

Test(lookup, an_opaque_directory_hides_what_is_below)
{
	SHOWS(OPEN(.lower =
			   {"d/x = 1\nd/ opaque\ne/ opaque-file\nf/\nf xattr user.overlay.opaque=n",
			    "d/y = 2\ne/y = 2\nf/y = 2\ng/y = 2\nh/i/y = 2"},
		   .upper = "g/ opaque\nh/ opaque-file\nh/z = 0"),
	      {"d", "dir 1"}, {"d/x", "file 1"}, {"d/y", "nothing"}, {"e", "dir 1"},
	      {"e/y", "nothing"}, {"e/.wh..wh..opq", "nothing"}, {"f", "dir 1 2"},
	      {"f/y", "file 2"}, {"g", "dir 0"}, {"g/y", "nothing"}, {"h", "dir 0"},
	      {"h/i", "nothing"}, {"h/z", "file 0"});
}

Test(lookup, merging_stops_at_what_is_no_directory)
{
	SHOWS(OPEN(.lower = {"d/a = 1\ne = 1", "d = 2\ne/x = 2\nf/x = 2",
			     "d/b = 3\ne/y = 3\nf/y = 3"},
		   .upper = "f -> d"),
	      {"d", "dir 1"}, {"d/a", "file 1"}, {"d/b", "nothing"}, {"e", "file 1"},
	      {"e/x", "ENOTDIR"}, {"f", "link 0"}, {"f/x", "ENOTDIR"});
}

Test(lookup, a_whiteout_ends_the_merging_of_a_directory)
{
	SHOWS(OPEN(.lower = {"d/a = 1\ne/a = 1", "d whiteout\ne whiteout-file", "d/b = 3\ne/b = 3"},
		   .upper = ""),
	      {"d", "dir 1"}, {"d/b", "nothing"}, {"e", "dir 1"}, {"e/b", "nothing"});
}

Test(lookup, passes_over_layers_that_lack_the_parent)
{
	SHOWS(OPEN(.lower = {"z = 1", "d/a = 2", "z = 3", "d/e/b = 4\nd/a = 4"}, .upper = ""),
	      {"d", "dir 2 4"}, {"d/e", "dir 4"}, {"d/e/b", "file 4"}, {"d/a", "file 2"});
}

/* With more layers than a node has bits, a bit stands for several. */
Test(lookup, of_seventy_layers)
{
	struct plan plan = {.upper = ""};

	for (int i = 0; i < 70; i++)
		plan.lower[i] = format("d/own%d = %d\nd/all = %d\nd%d/x = %d", i, i, i, i % 7, i);
	plan.lower[40] = "own40 = 40\nd/own1 whiteout\nd/own41 whiteout\nd/own42 whiteout-file";
	const struct overlay *ov = rooms_open(&plan);

	cr_assert_gt(ov->part_shift, 0);
	for (int i = 0; i < 70; i++)
		cr_expect_str_eq(shown(ov, format("d/own%d", i)),
				 i == 40 || i == 41 || i == 42 ? "nothing"
							       : format("file %d", i + 1),
				 "own%d", i);
	SHOWS(ov, {"d/all", "file 1"}, {"own40", "file 41"}, {"d3/x", "file 4"},
	      {"d3/y", "nothing"});
	EXPECT(unlink_at(ov, "d/all"), "");
	EXPECT(copy_up(ov, "d/own69"), "");
	SHOWS(ov, {"d/all", "covered"}, {"d/own69", "file 0"}, {"d/own68", "file 69"});
}

Test(lookup, of_long_and_deep_names)
{
	char *deep = "d", *longest = format("%0255d", 7);
	struct path p;
	struct node n;

	for (int i = 0; i < 40; i++)
		deep = format("%s/d", deep);
	const struct overlay *ov =
		OPEN(.lower = {format("%s = 1\n%s/x = 1", longest, deep)}, .upper = "");

	SHOWS(ov, {longest, "file 1"}, {deep, "dir 1"}, {format("%s/x", deep), "file 1"});
	EXPECT(unlink_at(ov, longest), "");
	SHOWS(ov, {longest, "covered"});
	path_clear(&p);
	EXPECT(path_push(&p, format("%0256d", 7), 256), "ENAMETOOLONG");
	EXPECT(overlay_lookup(ov, &p, &n), "");
}

Test(lookup, gives_one_device_and_the_number_of_the_topmost_lower)
{
	const struct overlay *ov =
		OPEN(.lower = {"d/a = 1\nf = 1", "d/b = 2"}, .upper = "d/c = 0\nu/x = 0");
	struct stat st;

	cr_expect_eq(ino_of(ov, "f"), stat_of("low0/f").st_ino);
	cr_expect_eq(ino_of(ov, "d"), stat_of("low0/d").st_ino);
	cr_expect_eq(ino_of(ov, "d/c"), stat_of("up/d/c").st_ino);
	EXPECT(overlay_stat(ov, rooms_path("d"), &st), "");
	cr_expect_eq(st.st_nlink, 1, "a merged directory");
	EXPECT(overlay_stat(ov, rooms_path("u"), &st), "");
	cr_expect_eq(st.st_nlink, 2, "one of its own");
	EXPECT(overlay_stat(ov, rooms_path("none"), &st), "ENOENT");
}
