/* Copy-up: what comes along, what stays behind, and that nothing else changes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "rooms.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/listing.h"
#include "support/scratch.h"

TestSuite(copyup, .init = rooms_make, .fini = rooms_remove);

/* Mode, size, times to the nanosecond and attributes of one entry, in a line. */
static char *line_of(const char *name)
{
	char *text = NULL;
	size_t size;
	struct stat st = stat_of(name);
	FILE *memory = open_memstream(&text, &size);

	list_entry(memory, name, &st, LIST_AGE | LIST_XATTRS);
	fclose(memory);
	return text;
}

/* The same but for the marks that say where it came from. */
static char *unmarked_line_of(const char *name)
{
	lremovexattr(name, LAYER_XATTR "origin");
	lremovexattr(name, LAYER_XATTR "overlain.ino");
	lremovexattr(name, LAYER_XATTR "impure");
	return line_of(name);
}

Test(copyup, brings_everything_along)
{
	static const char *const objects[] = {"file", "exec", "empty", "link",        "dir",
					      "pipe", "big",  "attr",  "deep/er/file"};
	const struct overlay *ov =
		OPEN(.lower = {"file = hello\nexec = x\nexec mode 0751\nempty =\nlink -> nowhere\n"
			       "dir/\ndir mode 02770\ndir xattr user.of=dir\npipe fifo\npipe mode "
			       "0604\n"
			       "big size 300001\nattr = a\nattr xattr user.one=1\nattr xattr "
			       "user.two=2\n"
			       "deep/er/file = d\ndeep mode 0711\ndeep/er xattr user.of=er"},
		     .upper = "");
	char *before = listing("low0", LIST_EXACT | LIST_XATTRS);

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		char *lower = format("low0/%s", objects[i]), *upper = format("up/%s", objects[i]);
		char *shown_before = shown(ov, objects[i]);

		EXPECT(copy_up(ov, objects[i]), "");
		cr_expect_str_neq(shown(ov, objects[i]), shown_before, "%s did not move",
				  objects[i]);
		assert_text(unmarked_line_of(upper), line_of(lower), objects[i]);
	}
	assert_text(unmarked_line_of("up/deep"), line_of("low0/deep"), "a parent");
	assert_text(unmarked_line_of("up/deep/er"), line_of("low0/deep/er"), "a parent");
	assert_text(listing("low0", LIST_EXACT | LIST_XATTRS), before, "the lower");
	cr_expect_eq(system("cmp -s low0/big up/big"), 0);
}

Test(copyup, keeps_holes)
{
	const struct overlay *ov =
		OPEN(.lower = {"sparse hole 8000000\ndense size 100000"}, .upper = "");

	EXPECT(copy_up(ov, "sparse"), "");
	EXPECT(copy_up(ov, "dense"), "");
	cr_expect_eq(system("cmp -s low0/sparse up/sparse"), 0);
	cr_expect_leq(stat_of("up/sparse").st_blocks, stat_of("low0/sparse").st_blocks);
	cr_expect_eq(stat_of("up/sparse").st_size, stat_of("low0/sparse").st_size);
}

Test(copyup, what_is_emptied_is_left_open)
{
	int file = -1;
	const struct overlay *ov = OPEN(.lower = {"f = hello\nf mode 0640"}, .upper = "");
	struct path *p = rooms_path("f");
	struct node n;

	EXPECT(overlay_lookup(ov, p, &n), "");
	EXPECT(overlay_copy_up(ov, p, &n, &file), "");
	cr_expect_eq(stat_of("up/f").st_size, 0);
	cr_expect_eq(stat_of("up/f").st_mode, S_IFREG | 0640);
	cr_expect_str_eq(on_disk("low0/f"), "file hello");
	cr_expect_eq(write(file, "new", 3), 3);
	cr_expect_eq(stat_of("up/f").st_size, 3);
}

Test(copyup, is_no_change_of_the_parent)
{
	const struct overlay *ov = OPEN(.lower = {"d/f = 1\nf = 1"}, .upper = "d/g = 0");
	struct stat before = stat_of("up/d"), root = stat_of("up");

	EXPECT(copy_up(ov, "d/f"), "");
	EXPECT(copy_up(ov, "f"), "");
	struct stat after = stat_of("up/d"), root_after = stat_of("up");
	cr_expect_eq(memcmp(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim), 0);
	cr_expect_eq(memcmp(&root.st_mtim, &root_after.st_mtim, sizeof root.st_mtim), 0);
}

Test(copyup, marks_as_the_kernel_does)
{
	const struct overlay *ov =
		OPEN(.lower = {"d/f = 1\nd/l -> f\ne/l -> f\nlinked = 1\nother == linked"},
		     .upper = "");

	EXPECT(copy_up(ov, "d/f"), "");
	EXPECT(copy_up(ov, "linked"), "");
	EXPECT(copy_up(ov, "e/l"), "");
	cr_expect_str_eq(on_disk("up"), "dir impure=y");
	cr_expect_str_eq(on_disk("up/d"), "dir impure=y origin");
	cr_expect_str_eq(on_disk("up/d/f"), "file 1 origin");
	cr_expect_str_eq(on_disk("up/linked"), "file 1", "one of several names has no origin");
	cr_expect_str_eq(on_disk("up/e"), "dir origin", "a symlink carries no origin");
	cr_expect_str_eq(on_disk("up/other"), "nothing");
	cr_expect_str_eq(shown(ov, "other"), "file 1");
}

Test(copyup, keeps_numbers)
{
	static const char *const moved[] = {"f", "d", "d/g", "m"};
	const struct overlay *ov =
		OPEN(.lower = {"f = 1\nd/g = 1\nm/x = 1", "m/y = 2"}, .upper = "");

	for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
		uint64_t before = ino_of(ov, moved[i]);

		EXPECT(copy_up(ov, moved[i]), "");
		cr_expect_eq(ino_of(ov, moved[i]), before, "%s", moved[i]);
		cr_expect_eq(ino_of(rooms_again(), moved[i]), before, "%s, anew", moved[i]);
	}
	cr_expect_str_neq(on_disk("up/d/g"), "nothing");
	cr_expect_str_eq(names(ov, ""), ". .. d f m");
}

Test(copyup, leaves_private_attributes_below)
{
	const struct overlay *ov = OPEN(.lower = {"f = 1\nf xattr user.overlay.stray=1\nf xattr "
						  "user.overlay.overlay.own=2\n"
						  "d/\nd xattr user.overlay.opaque=y"},
					.upper = "");

	EXPECT(copy_up(ov, "f"), "");
	EXPECT(copy_up(ov, "d"), "");
	cr_expect_lt(getxattr("up/f", "user.overlay.stray", NULL, 0), 0);
	cr_expect_eq(getxattr("up/f", "user.overlay.overlay.own", NULL, 0), 1);
	cr_expect_str_eq(on_disk("up/d"), "dir origin");
}

Test(copyup, of_a_tree_cuts_it_off)
{
	const struct overlay *ov =
		OPEN(.lower = {"d/a = 1\nd/s/x = 1\nd/gone = 1", "d/b = 2\nd/s/y = 2\nd/w = 2"},
		     .upper = "d/gone whiteout\nd/w whiteout\nd/c = 0");
	struct path *p = rooms_path("d");
	struct node n;

	EXPECT(overlay_lookup(ov, p, &n), "");
	EXPECT(overlay_copy_up_tree(ov, p, &n), "");
	cr_expect_str_eq(shown(ov, "d"), "dir 0");
	cr_expect_str_eq(names(ov, "d"), ". .. a b c s");
	cr_expect_str_eq(names(ov, "d/s"), ". .. x y");
	cr_expect_str_eq(on_disk("up/d/gone"), "nothing", "it hides nothing any more");
	cr_expect_str_eq(on_disk("up/d/s"), "dir opaque=y impure=y origin");
	cr_expect_str_eq(shown(rooms_again(), "d/gone"), "nothing");
}

Test(copyup, errors)
{
	const struct overlay *ov = OPEN(.lower = {"f = 1\nd/g = 1"}, .upper = "d/up = 0");

	EXPECT(copy_up(ov, "none"), "ENOENT");
	EXPECT(copy_up(ov, "none/none"), "ENOENT");
	EXPECT(copy_up(ov, "f/none"), "ENOTDIR");
	EXPECT(copy_up(ov, "d/up"), "");
	EXPECT(copy_up(ov, ""), "");
	cr_expect_str_eq(on_disk("up/f"), "nothing");
}

Test(copyup, without_an_upper_is_refused)
{
	const struct overlay *ov = OPEN(.lower = {"f = 1"});

	EXPECT(copy_up(ov, "f"), "EROFS");
	EXPECT(copy_up(ov, "none"), "ENOENT");
}

/* Writes the origin of NAME with BYTE of it another, and answers the number merged shows then. */
static uint64_t ino_with_other(const char *name, const char *rel, size_t byte)
{
	unsigned char origin[256];
	ssize_t size = lgetxattr(name, LAYER_XATTR "origin", origin, sizeof origin);

	cr_assert_gt(size, (ssize_t)byte);
	origin[byte] ^= 1;
	cr_assert_eq(lsetxattr(name, LAYER_XATTR "origin", origin, (size_t)size, 0), 0);
	return ino_of(rooms_again(), rel);
}

/* Trees are copied with their marks to where the numbers are other objects'. */
Test(copyup, origins_of_other_file_systems_tell_nothing)
{
	enum { FLAGS = 3, UUID = 5 };
	unsigned char origin[256];
	const struct overlay *ov = OPEN(.lower = {"f = 1\ng = 1"}, .upper = "");

	EXPECT(copy_up(ov, "f"), "");
	EXPECT(copy_up(ov, "g"), "");
	if (lgetxattr("up/f", LAYER_XATTR "origin", origin, sizeof origin) <= 0) {
		fprintf(stderr, "skipped: %s has no file handles\n", scratch());
		return;
	}
	cr_expect_eq(ino_of(rooms_again(), "f"), stat_of("low0/f").st_ino);
	cr_expect_eq(ino_with_other("up/f", "f", FLAGS), stat_of("up/f").st_ino,
		     "of a foreign machine");
	cr_expect_eq(ino_with_other("up/f", "f", FLAGS), stat_of("low0/f").st_ino, "as it was");
	cr_expect_eq(ino_with_other("up/g", "g", UUID), stat_of("up/g").st_ino);
	cr_expect_eq(ino_with_other("up/g", "g", UUID), stat_of("low0/g").st_ino, "as it was");
}
