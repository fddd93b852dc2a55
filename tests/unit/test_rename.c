/* rename: everything that moves moves whole, and leaves what hides the old place. */
#include <criterion/criterion.h>
#include <linux/fs.h>
#include <string.h>
#include <unistd.h>

#include "rooms.h"
#include "support/expect.h"
#include "support/format.h"

TestSuite(rename, .init = rooms_make, .fini = rooms_remove);

#define LOWER "f = 1\nother = 1\nd/x = 1\nd/s/y = 1\nempty/\nhides/x = 1\nl -> f\nm/a = 1\nwas = 1"
#define UPPER "own = 0\nm/b = 0\nhides/x whiteout\nud/z = 0\nwas whiteout"

static const struct overlay *usual(void)
{
	return OPEN(.lower = {LOWER, "d/t = 2\nm/c = 2"}, .upper = UPPER);
}

/* One rename by itself, and what the upper then holds at both names. */
struct row {
	const char *from, *to;
	unsigned flags;
	const char *error, *old, *new;
};

static void check(const struct row *row, const struct overlay *ov)
{
	char *call = format("%s %s %u", row->from, row->to, row->flags);

	assert_text(rooms_error(rename_at(ov, row->from, row->to, row->flags)), row->error, call);
	assert_text(on_disk(format("up/%s", row->from)), row->old, format("%s: old", call));
	assert_text(on_disk(format("up/%s", row->to)), row->new, format("%s: new", call));
	assert_text(shown(rooms_again(), row->from), shown(ov, row->from), call);
	assert_text(shown(rooms_again(), row->to), shown(ov, row->to), call);
}

static void each(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		check(&rows[i], usual());
		rooms_remove();
		rooms_make();
	}
}
#define EACH(...)                                                                                  \
	each((const struct row[]){__VA_ARGS__},                                                    \
	     sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

Test(rename, files)
{
	EACH({"f", "n", 0, "", "whiteout", "file 1 origin"},
	     {"f", "other", 0, "", "whiteout", "file 1 origin"},
	     {"f", "own", 0, "", "whiteout", "file 1 origin"},
	     {"f", "was", 0, "", "whiteout", "file 1 origin"},
	     {"own", "n", 0, "", "nothing", "file 0"}, {"own", "f", 0, "", "nothing", "file 0"},
	     {"own", "was", 0, "", "nothing", "file 0"}, {"own", "d/n", 0, "", "nothing", "file 0"},
	     {"l", "n", 0, "", "whiteout", "link -> f"}, {"l", "f", 0, "", "whiteout", "link -> f"},
	     {"m/a", "d/x", 0, "", "whiteout", "file 1 origin"},
	     {"m/b", "m/n", 0, "", "nothing", "file 0"}, {"f", "f", 0, "", "nothing", "nothing"});
}

Test(rename, directories)
{
	EACH({"ud", "n", 0, "", "nothing", "dir opaque=y"},
	     {"ud", "was", 0, "", "nothing", "dir opaque=y"},
	     {"ud", "empty", 0, "", "nothing", "dir opaque=y"},
	     {"ud", "hides", 0, "", "nothing", "dir opaque=y"},
	     {"d", "n", 0, "", "whiteout", "dir opaque=y impure=y origin"},
	     {"d", "was", 0, "", "whiteout", "dir opaque=y impure=y origin"},
	     {"d", "empty", 0, "", "whiteout", "dir opaque=y impure=y origin"},
	     {"d", "ud/n", 0, "", "whiteout", "dir opaque=y impure=y origin"},
	     {"d/s", "n", 0, "", "whiteout", "dir opaque=y impure=y origin"},
	     {"m", "n", 0, "", "whiteout", "dir opaque=y impure=y origin"},
	     {"empty", "n", 0, "", "whiteout", "dir opaque=y origin"});
}

Test(rename, of_a_lower_directory_takes_all_along)
{
	const struct overlay *ov = usual();

	EXPECT(rename_at(ov, "d", "ud/moved", 0), "");
	EXPECT(rename_at(ov, "m", "d", 0), "");
	for (int pass = 0; pass < 2; pass++, ov = rooms_again()) {
		assert_text(names(ov, "ud/moved"), ". .. s t x", "moved");
		assert_text(names(ov, "ud/moved/s"), ". .. y", "moved/s");
		assert_text(names(ov, "d"), ". .. a b c", "d, which was m");
		assert_text(names(ov, ""), ". .. d empty f hides l other own ud", "root");
	}
	cr_expect_str_eq(on_disk("low0/d/s/y"), "file 1");
}

Test(rename, noreplace)
{
	EACH({"f", "n", RENAME_NOREPLACE, "", "whiteout", "file 1 origin"},
	     {"own", "was", RENAME_NOREPLACE, "", "nothing", "file 0"},
	     {"f", "was", RENAME_NOREPLACE, "", "whiteout", "file 1 origin"},
	     {"own", "f", RENAME_NOREPLACE, "EEXIST", "file 0", "nothing"},
	     {"f", "own", RENAME_NOREPLACE, "EEXIST", "nothing", "file 0"},
	     {"ud", "empty", RENAME_NOREPLACE, "EEXIST", "dir", "nothing"},
	     {"f", "f", RENAME_NOREPLACE, "EEXIST", "nothing", "nothing"},
	     {"none", "f", RENAME_NOREPLACE, "ENOENT", "nothing", "nothing"});
}

Test(rename, exchange)
{
	EACH({"f", "other", RENAME_EXCHANGE, "", "file 1 origin", "file 1 origin"},
	     {"own", "f", RENAME_EXCHANGE, "", "file 1 origin", "file 0"},
	     {"own", "ud", RENAME_EXCHANGE, "", "dir opaque=y", "file 0"},
	     {"f", "d", RENAME_EXCHANGE, "", "dir opaque=y impure=y origin", "file 1 origin"},
	     {"l", "own", RENAME_EXCHANGE, "", "file 0", "link -> f"},
	     {"f", "none", RENAME_EXCHANGE, "ENOENT", "nothing", "nothing"},
	     {"f", "was", RENAME_EXCHANGE, "ENOENT", "nothing", "whiteout"},
	     {"d", "d/s", RENAME_EXCHANGE, "EINVAL", "nothing", "nothing"},
	     {"d/s", "d", RENAME_EXCHANGE, "EINVAL", "nothing", "nothing"});
}

Test(rename, exchange_keeps_both_whole)
{
	const struct overlay *ov = usual();

	EXPECT(rename_at(ov, "d", "m", RENAME_EXCHANGE), "");
	for (int pass = 0; pass < 2; pass++, ov = rooms_again()) {
		assert_text(names(ov, "m"), ". .. s t x", "m, which was d");
		assert_text(names(ov, "d"), ". .. a b c", "d, which was m");
	}
}

Test(rename, errors)
{
	EACH({"none", "n", 0, "ENOENT", "nothing", "nothing"},
	     {"was", "n", 0, "ENOENT", "whiteout", "nothing"},
	     {"f", "none/n", 0, "ENOENT", "nothing", "nothing"},
	     {"f", "other/n", 0, "ENOTDIR", "nothing", "nothing"},
	     {"f/x", "n", 0, "ENOTDIR", "nothing", "nothing"},
	     {"f", "d", 0, "EISDIR", "nothing", "nothing"},
	     {"d", "f", 0, "ENOTDIR", "nothing", "nothing"},
	     {"ud", "d", 0, "ENOTEMPTY", "dir", "nothing"},
	     {"d", "ud", 0, "ENOTEMPTY", "nothing", "dir"},
	     {"d", "d/s/n", 0, "EINVAL", "nothing", "nothing"},
	     {"d/s", "d", 0, "ENOTEMPTY", "nothing", "nothing"},
	     {"f", "n", RENAME_WHITEOUT, "EINVAL", "nothing", "nothing"},
	     {"f", "own", RENAME_NOREPLACE | RENAME_EXCHANGE, "EINVAL", "nothing", "file 0"},
	     {"f", "own", 64, "EINVAL", "nothing", "file 0"},
	     {"f", ".wh.f", 0, "EINVAL", "nothing", "nothing"});
	EXPECT(rename_at(usual(), "", "n", 0), "EBUSY");
}

Test(rename, of_lower_directories_can_be_off)
{
	const struct overlay *ov =
		OPEN(.lower = {LOWER}, .upper = UPPER, .options = "redirect_dir=off");

	check(&(struct row){"d", "n", 0, "EXDEV", "nothing", "nothing"}, ov);
	check(&(struct row){"m", "n", 0, "EXDEV", "dir", "nothing"}, ov);
	check(&(struct row){"f", "d", RENAME_EXCHANGE, "EXDEV", "nothing", "nothing"}, ov);
	check(&(struct row){"ud", "n", 0, "", "nothing", "dir opaque=y"}, ov);
	check(&(struct row){"f", "n2", 0, "", "whiteout", "file 1 origin"}, ov);
}

Test(rename, keeps_numbers)
{
	const struct overlay *ov = usual();
	uint64_t file = ino_of(ov, "f"), inner = ino_of(ov, "d/x"), dir = ino_of(ov, "d");
	uint64_t merged = ino_of(ov, "m");

	EXPECT(rename_at(ov, "m", "ud/m", 0), "");
	EXPECT(rename_at(ov, "f", "ud/g", 0), "");
	EXPECT(rename_at(ov, "d", "n", 0), "");
	for (int pass = 0; pass < 2; pass++, ov = rooms_again()) {
		cr_expect_eq(ino_of(ov, "ud/g"), file);
		cr_expect_eq(ino_of(ov, "n/x"), inner);
		cr_expect_eq(ino_of(ov, "n"), dir);
		cr_expect_eq(ino_of(ov, "ud/m"), merged);
		names(ov, "ud");
		names(ov, "n");
	}
}
