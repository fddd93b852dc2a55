/* New objects, on free names and over whiteouts. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "rooms.h"
#include "rooms_make.h"
#include "support/format.h"

TestSuite(create, .init = rooms_make, .fini = rooms_remove);

#define LOWER  "f = 1\nd/x = 1\nl -> f\ns/t/u/deep = 1"
#define UPPER  "own = 0\ngone whiteout\nkept/gone whiteout"
#define LOWER2 "gone/x = 2\nkept/gone = 2\nkept/there = 2"

static const struct overlay *usual(void)
{
	return OPEN(.lower = {LOWER, LOWER2}, .upper = UPPER);
}

Test(create, on_a_free_name)
{
	const struct overlay *ov = usual();

	EXPECT(make_file(ov, "n", "new"), "");
	EXPECT(make_dir(ov, "nd"), "");
	EXPECT(make_file(ov, "nd/n", "inner"), "");
	EXPECT(rooms_symlink(ov, "../any where", rooms_path("nl")), "");
	EXPECT(rooms_mkfifo(ov, rooms_path("np"), 0600), "");
	cr_expect_str_eq(on_disk("up/n"), "file new");
	cr_expect_str_eq(on_disk("up/nd"), "dir", "a plain mkdir is not opaque");
	cr_expect_str_eq(on_disk("up/nd/n"), "file inner");
	cr_expect_str_eq(on_disk("up/nl"), "link -> ../any where");
	cr_expect_str_eq(on_disk("up/np"), "fifo");
	cr_expect_str_eq(shown(ov, "nd/n"), "file 0");
	cr_expect_str_eq(shown(ov, "np"), "fifo 0");
}

Test(create, brings_parents_up)
{
	const struct overlay *ov = usual();

	EXPECT(make_file(ov, "s/t/u/n", "new"), "");
	cr_expect_str_eq(on_disk("up/s"), "dir impure=y origin");
	cr_expect_str_eq(on_disk("up/s/t/u"), "dir origin");
	cr_expect_str_eq(on_disk("up/s/t/u/deep"), "nothing");
	cr_expect_str_eq(names(ov, "s/t/u"), ". .. deep n");
}

Test(create, over_a_whiteout)
{
	static const struct {
		const char *path;
		mode_t type;
		const char *left;
	} rows[] = {
		{"gone", S_IFDIR, "dir opaque=y"}, {"kept/gone", S_IFREG, "file new"},
		{"f", S_IFLNK, "link -> x"},       {"l", S_IFDIR, "dir opaque=y"},
		{"kept/there", S_IFIFO, "fifo"},
	};
	const struct overlay *ov = usual();

	EXPECT(unlink_at(ov, "f"), "");
	EXPECT(unlink_at(ov, "l"), "");
	EXPECT(unlink_at(ov, "kept/there"), "");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path = rows[i].path;
		struct path *p = rooms_path(path);

		cr_expect_str_eq(shown(ov, path), "covered");
		switch (rows[i].type) {
		case S_IFDIR:
			EXPECT(make_dir(ov, path), "");
			break;
		case S_IFREG:
			EXPECT(make_file(ov, path, "new"), "");
			break;
		case S_IFLNK:
			EXPECT(rooms_symlink(ov, "x", p), "");
			break;
		default:
			EXPECT(rooms_mkfifo(ov, p, 0644), "");
		}
		cr_expect_str_eq(on_disk(format("up/%s", path)), rows[i].left, "%s", path);
	}
	cr_expect_str_eq(names(ov, "gone"), ". ..", "nothing comes back from below");
	cr_expect_str_eq(names(ov, "kept"), ". .. gone there");
	EXPECT(rmdir_at(ov, "gone"), "");
	cr_expect_str_eq(on_disk("up/gone"), "whiteout");
}

Test(create, inherits_the_group_over_a_whiteout)
{
	const struct overlay *ov = OPEN(.lower = {"d/a = 1\nd/b = 1\nd mode 02775"}, .upper = "");

	EXPECT(unlink_at(ov, "d/a"), "");
	EXPECT(make_dir(ov, "d/a"), "");
	EXPECT(make_dir(ov, "d/n"), "");
	cr_expect_eq(stat_of("up/d/a").st_mode, S_IFDIR | 02755);
	cr_expect_eq(stat_of("up/d/n").st_mode, S_IFDIR | 02755);
	cr_expect_eq(stat_of("up/d/a").st_gid, stat_of("up/d").st_gid);
}

Test(create, links)
{
	const struct overlay *ov = usual();

	EXPECT(link_at(ov, "f", "d/hard"), "");
	cr_expect_str_eq(on_disk("up/f"), "file 1 origin");
	cr_expect_eq(stat_of("up/f").st_ino, stat_of("up/d/hard").st_ino);
	cr_expect_eq(ino_of(ov, "f"), ino_of(ov, "d/hard"));
	cr_expect_eq(ino_of(ov, "f"), stat_of("low0/f").st_ino);
	EXPECT(link_at(ov, "own", "gone"), "");
	cr_expect_str_eq(on_disk("up/gone"), "file 0");
	EXPECT(link_at(ov, "l", "l2"), "");
	cr_expect_str_eq(on_disk("up/l2"), "link -> f");
	cr_expect_str_eq(names(ov, "d"), ". .. hard x");
}

Test(create, errors)
{
	const struct overlay *ov = usual();

	EXPECT(make_file(ov, "f", "x"), "EEXIST");
	EXPECT(make_file(ov, "own", "x"), "EEXIST");
	EXPECT(make_dir(ov, "d"), "EEXIST");
	EXPECT(make_dir(ov, ""), "EEXIST");
	EXPECT(make_file(ov, "none/x", "x"), "ENOENT");
	EXPECT(make_file(ov, "gone/x", "x"), "ENOENT");
	EXPECT(make_file(ov, "f/x", "x"), "ENOTDIR");
	EXPECT(make_file(ov, ".wh.x", "x"), "EINVAL");
	EXPECT(link_at(ov, "none", "n"), "ENOENT");
	EXPECT(link_at(ov, "gone", "n"), "ENOENT");
	EXPECT(link_at(ov, "d", "n"), "EPERM");
	EXPECT(link_at(ov, "f", "own"), "EEXIST");
	EXPECT(link_at(ov, "f", "none/n"), "ENOENT");
	cr_expect_str_eq(on_disk("up/f"), "nothing", "what fails copies nothing up");
}

Test(create, that_fails_leaves_the_whiteout)
{
	const struct overlay *ov = usual();
	struct path *p = rooms_path("gone");
	struct birth b;
	struct node n;

	EXPECT(overlay_lookup(ov, p, &n), "");
	EXPECT(overlay_birth_begin(&b, ov, p, &n, DT_REG), "");
	EXPECT(overlay_birth_end(&b, -ENOSPC), "ENOSPC");
	cr_expect_str_eq(on_disk("up/gone"), "whiteout");
	cr_expect_str_eq(shown(ov, "gone"), "covered");
}

Test(create, without_an_upper_is_refused)
{
	const struct overlay *ov = OPEN(.lower = {LOWER});

	EXPECT(make_file(ov, "n", "x"), "EROFS");
	EXPECT(make_file(ov, "f", "x"), "EEXIST");
	EXPECT(make_dir(ov, "n"), "EROFS");
	EXPECT(link_at(ov, "f", "n"), "EROFS");
	EXPECT(unlink_at(ov, "f"), "EROFS");
	EXPECT(rmdir_at(ov, "d"), "EROFS");
	EXPECT(rename_at(ov, "f", "n", 0), "EROFS");
}
