/* One layer and the marks in it, on disk byte for byte. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "overlain/layer.h"
#include "rooms.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"

TestSuite(layer_marks, .init = rooms_make, .fini = rooms_remove);

static struct layer planted(const char *description)
{
	struct layer layer = {0};

	plant("low", description, 0);
	cr_assert_eq(layer_open(&layer, format("%s/low/", scratch())), 0);
	return layer;
}

Test(layer_marks, are_read)
{
	static const struct {
		const char *path;
		unsigned type, marks;
	} rows[] = {
		{"none", DT_UNKNOWN, 0},
		{"file/x", DT_UNKNOWN, 0},
		{"file", DT_REG, 0},
		{"link", DT_LNK, 0},
		{"dev", DT_WHT, 0},
		{"marked", DT_WHT, 0},
		{"full", DT_REG, 0},
		{"plain", DT_DIR, MARK_OPEN},
		{"opaque", DT_DIR, MARK_OPEN | MARK_OPAQUE},
		{"oci", DT_DIR, MARK_OPEN | MARK_OPAQUE},
		{"fuse", DT_DIR, MARK_OPEN | MARK_OPAQUE},
		{"x/w", DT_WHT, 0},
		{"plain/w", DT_WHT, 0},
		{"x", DT_DIR, MARK_OPEN | MARK_XWHITE},
		{"odd", DT_DIR, MARK_OPEN},
		{"impure", DT_DIR, MARK_OPEN | MARK_IMPURE},
		{"all", DT_DIR, MARK_OPEN | MARK_IMPURE | MARK_OPAQUE},
		{"", DT_DIR, MARK_OPEN},
		{"shut", DT_DIR, 0},
		{"sticky", DT_DIR, MARK_OPEN | MARK_STICKY},
		{"moved", DT_DIR, MARK_OPEN | MARK_ELSEWHERE},
		{"bare", DT_REG, MARK_ELSEWHERE},
		{"holes", DT_REG, 0},
	};
	struct layer layer = planted(
		"file = x\nlink -> file\ndev whiteout\nmarked whiteout-xattr\nfull = x\n"
		"full xattr user.overlay.whiteout=y\nplain/\nopaque/ opaque\noci/ opaque-file\n"
		"fuse/\nfuse xattr user.fuseoverlayfs.opaque=y\nx/w whiteout-xattr\n"
		"plain/w whiteout-xattr\nx xattr user.overlay.opaque=x\nodd/\nodd xattr "
		"user.overlay.opaque=no\n"
		"impure/\nimpure xattr user.overlay.impure=y\nall/ opaque\n"
		"all xattr user.overlay.impure=y\nall xattr user.other=1\nshut/\nshut mode 0710\n"
		"sticky/\nsticky mode 01755\nmoved/\nmoved xattr user.overlay.redirect=x\n"
		"bare hole 9000\nbare xattr user.overlay.metacopy=\nholes hole 9000");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct look look;

		EXPECT(layer_look(&layer, rooms_path(rows[i].path), true, &look, NULL), "");
		cr_expect_eq(look.type, rows[i].type, "%s: type %u", rows[i].path, look.type);
		cr_expect_eq(look.marks, rows[i].marks, "%s: marks %u", rows[i].path, look.marks);
	}
}

Test(layer_marks, are_left_alone_when_not_asked_for)
{
	struct layer layer = planted("d/ opaque");
	struct look look;

	EXPECT(layer_look(&layer, rooms_path("d"), false, &look, NULL), "");
	cr_expect_eq(look.marks, MARK_OPEN | MARK_UNREAD);
}

Test(layer_marks, among_more_attributes_than_fit)
{
	char *text = format("d/ opaque\nd xattr user.overlay.impure=y");

	for (int i = 0; i < 30; i++)
		text = format("%s\nd xattr user.a_rather_long_attribute_name_to_fill_the_list_%d=1",
			      text, i);
	struct layer layer = planted(text);
	struct look look;

	EXPECT(layer_look(&layer, rooms_path("d"), true, &look, NULL), "");
	cr_expect_eq(look.marks, MARK_OPEN | MARK_OPAQUE | MARK_IMPURE);
}

Test(layer_marks, beside_a_name_hide_it)
{
	struct layer layer = planted("d/a whiteout-file\nd/b = 1");

	cr_expect(layer_hides(&layer, rooms_path("d/a")));
	cr_expect_not(layer_hides(&layer, rooms_path("d/b")));
	cr_expect_not(layer_hides(&layer, rooms_path(format("d/%0255d", 1))));
	cr_expect(layer_is_mark(".wh.a") && layer_is_mark(".wh..wh..opq"));
	cr_expect_not(layer_is_mark(".wha") || layer_is_mark("wh.a"));
}

Test(layer_marks, whiteouts_are_made_in_every_form)
{
	struct stat st;
	char value[4];

	if (scratch_takes_devices()) {
		EXPECT(layer_make_whiteout(AT_FDCWD, "dev", WHITEOUT_DEVICE), "");
		st = stat_of("dev");
		cr_expect(S_ISCHR(st.st_mode) && st.st_rdev == 0 && !(st.st_mode & 0777));
	} else {
		fprintf(stderr, "skipped: %s takes no device 0, 0\n", scratch());
	}
	EXPECT(layer_make_whiteout(AT_FDCWD, "attr", WHITEOUT_XATTR), "");
	cr_expect_eq(stat_of("attr").st_size, 0);
	cr_expect_eq(getxattr("attr", "user.overlay.whiteout", value, sizeof value), 1);
	EXPECT(layer_make_whiteout(AT_FDCWD, "file", WHITEOUT_FILE), "");
	st = stat_of("file");
	cr_expect(S_ISREG(st.st_mode) && st.st_size == 0);
	EXPECT(layer_make_whiteout(AT_FDCWD, "attr", WHITEOUT_XATTR), "EEXIST");
	EXPECT(layer_make_whiteout(AT_FDCWD, "none/file", WHITEOUT_FILE), "ENOENT");
}

Test(layer_marks, origins_are_the_kernels)
{
	struct {
		struct file_handle head;
		unsigned char body[MAX_HANDLE_SZ];
	} h = {.head.handle_bytes = MAX_HANDLE_SZ};
	struct {
		unsigned char length, uuid[16];
	} fs = {0};
	unsigned char origin[256], header[21] = {0x00, 0xfb};
	int mount;

	struct layer layer = planted("from = 1\nto = 1\nnone = 1");
	cr_expect(layer_write_origin(&layer, "low/from", stat_of("low/from").st_ino, false,
				     "low/to"));
	struct origin read;
	cr_expect_eq(layer_read_origin("low/to", &read), 0);
	cr_expect_eq(read.ino, stat_of("low/from").st_ino);
	cr_expect(layer_may_have(&layer, read.uuid));
	cr_expect_eq(layer_read_origin("low/none", &read), -ENODATA);
	if (name_to_handle_at(AT_FDCWD, "low/from", &h.head, &mount, 0)) {
		fprintf(stderr, "skipped: %s has no file handles\n", scratch());
		return;
	}
	header[2] = (unsigned char)(sizeof header + h.head.handle_bytes);
	header[3] = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	header[4] = (unsigned char)h.head.handle_type;
	cr_expect_eq(getxattr("low/to", "user.overlay.origin", origin, sizeof origin), header[2]);
	int low = open("low", O_RDONLY | O_DIRECTORY);
	if (ioctl(low, _IOR(0x15, 0, fs), &fs) == 0)
		memcpy(header + 5, fs.uuid, sizeof fs.uuid);
	else
		memcpy(header + 5, origin + 5, sizeof fs.uuid); /* an older kernel's secret */
	close(low);
	cr_expect_eq(memcmp(origin, header, sizeof header), 0);
	cr_expect_eq(memcmp(origin + sizeof header, h.head.f_handle, h.head.handle_bytes), 0);
}
