/* A configuration that cannot be meant: one clear line, exit 125 before main, and nothing touched.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/listing.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/format.h"
#include "support/world.h"

static char *area;

static void make_area(void)
{
	scratch_make();
	area = format("%s/area", scratch());
	plant(area,
	      "low/a = below\nlow2/b = below\nup/c = above\nwork/\nfile = not a directory\n"
	      "merged/\n",
	      0);
}

TestSuite(bad_configuration, .init = make_area, .fini = scratch_remove);

#define SETTINGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define PRELOAD       "LD_PRELOAD=" LIBRARY
#define TOUCH         "touch merged/proof proof"

/* One line, naming the variable (or the option) and its value; the program itself never ran. */
static void assert_refused(struct outcome outcome, const char *before, const char *name,
			   const char *value)
{
	size_t length = strlen(outcome.err);

	cr_assert(outcome.status == 125, "%s=%s: status %d: %s", name, value, outcome.status,
		  outcome.err);
	assert_text(outcome.out, "", "stdout");
	assert_holds(outcome.err, name);
	assert_holds(outcome.err, value);
	cr_assert(starts_with(outcome.err, "overlain"), "who says \"%s\"?", outcome.err);
	cr_assert(strchr(outcome.err, '\n') == outcome.err + length - 1, "not one line: \"%s\"",
		  outcome.err);
	assert_text(listing(area, LIST_EXACT | LIST_XATTRS), before,
		    "what a refused configuration touched:");
}

static void refuses(const char *const *settings, const char *name, const char *value)
{
	char *before = listing(area, LIST_EXACT | LIST_XATTRS);

	assert_refused(program(area, settings, ARGV("touch", "merged/proof", "proof")), before,
		       name, value);
}

static void run_refuses(const char *arguments, const char *name, const char *value)
{
	char *before = listing(area, LIST_EXACT | LIST_XATTRS);

	assert_refused(shell(area, NULL, format(OVERLAIN " run %s", arguments)), before, name,
		       value);
}

Test(bad_configuration, lowerdir)
{
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged"), "OVERLAIN_LOWERDIR", "");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR="),
		"OVERLAIN_LOWERDIR", "");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=nowhere"),
		"OVERLAIN_LOWERDIR", "nowhere");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low:nowhere"),
		"OVERLAIN_LOWERDIR", "nowhere");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=file"),
		"OVERLAIN_LOWERDIR", "file");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low:low2:low"),
		"OVERLAIN_LOWERDIR", "low");
}

Test(bad_configuration, merged)
{
	refuses(SETTINGS(PRELOAD, "OVERLAIN_LOWERDIR=low"), "OVERLAIN_MERGED", "");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=", "OVERLAIN_LOWERDIR=low"), "OVERLAIN_MERGED",
		"");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=file", "OVERLAIN_LOWERDIR=low"),
		"OVERLAIN_MERGED", "file");
}

Test(bad_configuration, merged_relative_to_a_vanished_directory)
{
	char *before = listing(area, LIST_EXACT | LIST_XATTRS);
	const char *script =
		format("mkdir %s/gone && cd %s/gone && rmdir %s/gone && exec env " PRELOAD
		       " OVERLAIN_MERGED=merged OVERLAIN_LOWERDIR=%s/low " TOUCH,
		       scratch(), scratch(), scratch(), area);

	assert_refused(shell("/", NULL, script), before, "OVERLAIN_MERGED", "merged");
}

Test(bad_configuration, upperdir)
{
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_UPPERDIR=file", "OVERLAIN_WORKDIR=work"),
		"OVERLAIN_UPPERDIR", "file");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_UPPERDIR=nowhere"),
		"OVERLAIN_UPPERDIR", "nowhere");
}

Test(bad_configuration, workdir)
{
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_UPPERDIR=up", "OVERLAIN_WORKDIR=file"),
		"OVERLAIN_WORKDIR", "file");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_UPPERDIR=up", "OVERLAIN_WORKDIR=nowhere"),
		"OVERLAIN_WORKDIR", "nowhere");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_UPPERDIR=up", "OVERLAIN_WORKDIR=up"),
		"OVERLAIN_WORKDIR", "up");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_WORKDIR=work"),
		"OVERLAIN_WORKDIR", "work");
}

Test(bad_configuration, workdir_on_another_file_system)
{
	struct stat here, there;

	if (stat("/dev/shm", &there) || stat(area, &here) || here.st_dev == there.st_dev) {
		fprintf(stderr, "skipped: /dev/shm is no other file system than %s\n", area);
		cr_skip_test();
	}
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_UPPERDIR=up", "OVERLAIN_WORKDIR=/dev/shm"),
		"OVERLAIN_WORKDIR", "/dev/shm");
}

Test(bad_configuration, options)
{
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_OPTIONS=colour=blue"),
		"OVERLAIN_OPTIONS", "colour=blue");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_OPTIONS=ro,speed"),
		"OVERLAIN_OPTIONS", "speed");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			 "OVERLAIN_OPTIONS=redirect_dir=perhaps"),
		"OVERLAIN_OPTIONS", "redirect_dir=perhaps");
}

Test(bad_configuration, mounts)
{
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MOUNTS=merged"), "OVERLAIN_MOUNTS", "lowerdir");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MOUNTS=merged lowerdir=low\nother lowerdir=nowhere"),
		"OVERLAIN_MOUNTS", "nowhere");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MOUNTS=merged lowerdir=low,colour=blue"),
		"OVERLAIN_MOUNTS", "colour=blue");
	refuses(SETTINGS(PRELOAD, "OVERLAIN_MOUNTS=merged lowerdir=low\nmerged lowerdir=low2"),
		"OVERLAIN_MOUNTS", "merged");
}

Test(bad_configuration, of_the_command)
{
	run_refuses("-o lowerdir=nowhere,upperdir=up,workdir=work merged -- " TOUCH, "lowerdir",
		    "nowhere");
	run_refuses("-o lowerdir=low,upperdir=file,workdir=work merged -- " TOUCH, "upperdir",
		    "file");
	run_refuses("-o lowerdir=low,upperdir=up,workdir=file merged -- " TOUCH, "workdir", "file");
	run_refuses("-o lowerdir=low,upperdir=up,workdir=work,colour=blue merged -- " TOUCH,
		    "colour", "blue");
	run_refuses("-o lowerdir=low merged --", "command", "");
	run_refuses("--colour " TOUCH, "--colour", "");
}

Test(bad_configuration, every_program_of_a_script_is_refused)
{
	struct outcome outcome =
		shell(area, NULL,
		      "export " PRELOAD " OVERLAIN_MERGED=merged OVERLAIN_LOWERDIR=nowhere; " TOUCH
		      "; cat file; echo $?");

	assert_text(outcome.out, "125\n", "stdout");
	cr_assert(shell("/", NULL, format("test -e %s/proof", area)).status == 1);
}

/* ld.so splits LD_PRELOAD at spaces and colons, and then runs programs without the library. */
static void refuses_library_in(const char *directory)
{
	char *place = format("%s/%s", scratch(), directory), *before;

	shell_text("/", format("mkdir '%s' && cp " OVERLAIN " " LIBRARY " '%s'", place, place));
	before = listing(area, LIST_EXACT | LIST_XATTRS);
	assert_refused(program(area, NULL,
			       ARGV(format("%s/overlain", place), "run", "-o", "lowerdir=low",
				    "merged", "--", "touch", "merged/proof", "proof")),
		       before, "cannot be preloaded", place);
}

Test(bad_configuration, a_library_path_that_cannot_be_preloaded)
{
	refuses_library_in("with a space");
	refuses_library_in("with:colon");
}
