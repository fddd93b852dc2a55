/* Where a configuration lies: merged by its several names, file systems, long and many layers. */
#include "overlain/overlay.h"
#include "support/scratch.h"
#include "support/format.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static char complaint[1024];
static struct mounts mounts;

static void read_settings(char *const *envp)
{
	struct text t;
	text_init(&t, complaint, sizeof complaint);
	cr_assert_eq(mounts_read(&mounts, envp, &t), 0, "%s", complaint);
}
#define READ(...) read_settings((char *[]){__VA_ARGS__, NULL})

static const char *at(const char *name)
{
	return format("%s/%s", scratch(), name);
}

static void make(void)
{
	scratch_make();
	cr_assert_eq(chdir(scratch()), 0);
	static const char *const directories[] = {"a", "b", "up", "real", "real/m"};
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		cr_assert_eq(mkdir(directories[i], 0755), 0);
	cr_assert_eq(symlink("real", "link"), 0);
	cr_assert_eq(symlink("real/m", "deep"), 0);
}
TestSuite(config_places, .init = make, .fini = scratch_remove);

Test(config_places, merged_is_canonical_and_its_spelling_is_kept)
{
	static const struct {
		const char *given, *merged, *alias;
	} rows[] = {
		{"real/m", "real/m", NULL},
		{"./real//m/", "real/m", NULL},
		{"real/../real/m", "real/m", NULL},
		{"link/m", "real/m", "link/m"},
		{"link/none/m", "real/none/m", "link/none/m"},
		{"none/m", "none/m", NULL},
		{"none/../m/.", "m", NULL},
		{"link/../m", "m", NULL},
		/* By its text "deep/.." would be the scratch directory itself. */
		{"deep/../m", "real/m", NULL},
		{"a", "a", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		READ(format("OVERLAIN_MERGED=%s", rows[i].given), "OVERLAIN_LOWERDIR=a");
		cr_expect_str_eq(mounts.at->merged, at(rows[i].merged), "%s", rows[i].given);
		if (rows[i].alias) {
			cr_assert_not_null(mounts.at->alias, "%s", rows[i].given);
			cr_expect_str_eq(mounts.at->alias, at(rows[i].alias));
			cr_expect_eq(mounts.at->alias_length, strlen(mounts.at->alias));
		} else {
			cr_expect_null(mounts.at->alias, "%s", rows[i].given);
		}
	}
}

Test(config_places, merged_may_be_the_root)
{
	static char *const spelled[] = {"/", "//", "/.", "/..", "/usr/.."};
	for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
		READ(format("OVERLAIN_MERGED=%s", spelled[i]), "OVERLAIN_LOWERDIR=/",
		     "OVERLAIN_UPPERDIR=up");
		cr_expect_str_eq(mounts.at->merged, "", "%s", spelled[i]);
		cr_expect_null(mounts.at->alias, "%s", spelled[i]);
	}
}

Test(config_places, an_upper_inside_a_lower_is_fine)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=real", "OVERLAIN_UPPERDIR=real/m");
	cr_assert_str_eq(mounts.at->layers[0].root, at("real/m/"));
}

Test(config_places, layers_know_their_file_system)
{
	struct stat here, proc, sys;
	stat("a", &here);
	stat("/proc", &proc);
	stat("/sys", &sys);
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=/proc:a:/sys:/proc/sys:b",
	     "OVERLAIN_UPPERDIR=up");
	static const uint16_t expected[] = {0, 1, 0, 2, 1, 0};
	for (unsigned i = 0; i < mounts.at->layer_count; i++)
		cr_expect_eq(mounts.at->layers[i].fs, expected[i], "layer %u", i);
	cr_assert_eq(mounts.at->layers[0].dev, here.st_dev);
	cr_assert_eq(mounts.at->layers[1].dev, proc.st_dev);
	cr_assert_eq(mounts.at->layers[3].dev, sys.st_dev);
	cr_assert_eq(mounts.at->work.dev, here.st_dev);
}

Test(config_places, an_overlay_has_a_device_number_of_its_own)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", "OVERLAIN_UPPERDIR=up");
	dev_t first = mounts.at->dev;
	cr_assert_eq(major(first), 0);
	cr_assert(minor(first) >= 0xf0000 && minor(first) <= 0xfffff);
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=b", "OVERLAIN_UPPERDIR=up");
	cr_assert_eq(mounts.at->dev, first, "the same merged and upper");
	READ("OVERLAIN_MERGED=n", "OVERLAIN_LOWERDIR=a", "OVERLAIN_UPPERDIR=up");
	cr_assert_neq(mounts.at->dev, first);
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a");
	cr_assert_neq(mounts.at->dev, first);
}

Test(config_places, there_may_be_hundreds_of_layers)
{
	static const struct {
		unsigned layers, shift;
	} rows[] = {{1, 0}, {64, 0}, {65, 1}, {128, 1}, {129, 2}, {600, 4}};
	char *list = "";
	for (unsigned made = 0, i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (; made < rows[i].layers; made++) {
			cr_assert_eq(mkdir(format("layer%u", made), 0755), 0);
			list = format("%s%slayer%u", list, made > 0 ? ":" : "", made);
		}
		READ("OVERLAIN_MERGED=m", format("OVERLAIN_LOWERDIR=%s", list));
		cr_expect_eq(mounts.at->layer_count, rows[i].layers);
		cr_expect_eq(mounts.at->part_shift, rows[i].shift, "%u layers", rows[i].layers);
		cr_expect_str_eq(mounts.at->layers[made - 1].root,
				 at(format("layer%u/", made - 1)));
	}
}

Test(config_places, a_layer_may_be_long)
{
	struct stat direct, reached;
	char name[200];
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	const char *path = format("%s/%s", name, name);
	cr_assert(mkdir(name, 0755) == 0 && mkdir(path, 0755) == 0);
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", format("OVERLAIN_UPPERDIR=%s", path));
	const struct layer *upper = &mounts.at->layers[0], *work = &mounts.at->work;
	cr_assert_lt(upper->reach_length, PATH_ROOM);
	cr_assert(stat(path, &direct) == 0 && stat(upper->reach, &reached) == 0);
	cr_assert_eq(direct.st_ino, reached.st_ino);
	cr_assert_eq(upper->reach[upper->reach_length - 1], '/');
	cr_assert(stat(format("%s.work/work", path), &direct) == 0 &&
		  stat(work->reach, &reached) == 0);
	cr_assert_eq(direct.st_ino, reached.st_ino);
}
