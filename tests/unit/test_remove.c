/* unlink and rmdir: a whiteout where a lower has the name, and nowhere else. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "rooms.h"
#include "support/format.h"

TestSuite(remove, .init = rooms_make, .fini = rooms_remove);

/* What is removed, how that ends, and what the upper holds in its place. */
struct row {
	int (*remove)(const struct overlay *ov, const char *rel);
	const char *path, *error, *left;
};

static void check(const struct overlay *ov, const struct row *rows)
{
	for (const struct row *row = rows; row->path; row++) {
		const char *left = format("up/%s", row->path);

		cr_expect_str_eq(rooms_error(row->remove(ov, row->path)), row->error, "%s",
				 row->path);
		cr_expect_str_eq(on_disk(left), row->left, "%s: %s, expected %s", left,
				 on_disk(left), row->left);
		if (*row->error)
			continue;
		bool covered = strcmp(row->left, "whiteout") == 0;
		const char *gone = covered ? "covered" : "nothing";
		cr_expect_str_eq(shown(ov, row->path), gone, "%s", row->path);
		cr_expect_str_eq(shown(rooms_again(), row->path), gone, "%s, anew", row->path);
	}
}
#define REMOVE(ov, ...) check(ov, (const struct row[]){__VA_ARGS__, {NULL, NULL, NULL, NULL}})

Test(remove, files)
{
	REMOVE(OPEN(.lower = {"low = 1\nboth = 1\nd/low = 1\nl -> low\np fifo\nhid whiteout",
			      "hid = 2\nd/deep = 2"},
		    .upper = "up = 0\nboth = 0\nhid = 0\nd/up = 0\nopq/ opaque\nopq/x = 0"),
	       {unlink_at, "low", "", "whiteout"}, {unlink_at, "both", "", "whiteout"},
	       {unlink_at, "up", "", "nothing"}, {unlink_at, "l", "", "whiteout"},
	       {unlink_at, "p", "", "whiteout"}, {unlink_at, "d/low", "", "whiteout"},
	       {unlink_at, "d/deep", "", "whiteout"}, {unlink_at, "d/up", "", "nothing"},
	       {unlink_at, "opq/x", "", "nothing"}, {unlink_at, "hid", "", "nothing"});
}

Test(remove, directories)
{
	REMOVE(OPEN(.lower = {"low/\nboth/\nhidden/x = 1\ncut/x = 1\nover = 1\nin/low/"},
		    .upper = "up/\nboth/\nhidden/x whiteout\ncut/ opaque\nover/\npure/w whiteout"),
	       {rmdir_at, "low", "", "whiteout"}, {rmdir_at, "both", "", "whiteout"},
	       {rmdir_at, "up", "", "nothing"}, {rmdir_at, "hidden", "", "whiteout"},
	       {rmdir_at, "cut", "", "whiteout"}, {rmdir_at, "over", "", "whiteout"},
	       {rmdir_at, "pure", "", "nothing"}, {rmdir_at, "in/low", "", "whiteout"},
	       {rmdir_at, "in", "", "whiteout"});
}

Test(remove, errors)
{
	REMOVE(OPEN(.lower = {"f = 1\nd/x = 1\nm/a = 1\nl -> d"},
		    .upper = "u/y = 0\nm/b = 0\nw whiteout"),
	       {unlink_at, "none", "ENOENT", "nothing"}, {rmdir_at, "none", "ENOENT", "nothing"},
	       {unlink_at, "w", "ENOENT", "whiteout"}, {rmdir_at, "w", "ENOENT", "whiteout"},
	       {unlink_at, "d", "EISDIR", "nothing"}, {rmdir_at, "f", "ENOTDIR", "nothing"},
	       {rmdir_at, "l", "ENOTDIR", "nothing"}, {rmdir_at, "d", "ENOTEMPTY", "nothing"},
	       {rmdir_at, "u", "ENOTEMPTY", "dir"}, {rmdir_at, "m", "ENOTEMPTY", "dir"},
	       {unlink_at, "f/x", "ENOTDIR", "nothing"}, {unlink_at, "none/x", "ENOENT", "nothing"},
	       {rmdir_at, "", "EBUSY", "dir"});
}

Test(remove, and_make_again_many_times)
{
	const struct overlay *ov = OPEN(.lower = {"d/f = 1\nf = 1"}, .upper = "");

	for (int i = 0; i < 50; i++) {
		EXPECT(unlink_at(ov, "d/f"), "");
		EXPECT(rmdir_at(ov, "d"), "");
		cr_expect_str_eq(on_disk("up/d"), "whiteout");
		EXPECT(make_dir(ov, "d"), "");
		cr_expect_str_eq(names(ov, "d"), ". ..");
		EXPECT(make_file(ov, "d/f", "again"), "");
	}
	cr_expect_str_eq(on_disk("up/d"), "dir opaque=y");
	cr_expect_str_eq(names(ov, ""), ". .. d f");
}

Test(remove, leaves_the_lower_alone)
{
	const struct overlay *ov = OPEN(.lower = {"d/f = 1\nf = 1"}, .upper = "");

	EXPECT(unlink_at(ov, "d/f"), "");
	EXPECT(rmdir_at(ov, "d"), "");
	EXPECT(unlink_at(ov, "f"), "");
	cr_expect_str_eq(on_disk("low0/d/f"), "file 1");
	cr_expect_str_eq(on_disk("low0/f"), "file 1");
	cr_expect_str_eq(names(ov, ""), ". ..");
}
