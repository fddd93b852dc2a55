/*
 * Bad days: a full disk, limits, an upper that turned read-only. Programs are told what the
 * kernel's overlay tells them, and what it leaves is what is left here.
 */
#include <unistd.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(bad_days, .init = scratch_make, .fini = scratch_remove, .timeout = 120);

static struct outcome day(const char *name, const char *world)
{
	return shell(scratch(), NULL,
		     format("rm -rf day; mkdir day; cd day; unshare %s sh " SOURCE_DIR
			    "/tests/programs/bad_days.sh %s %s 2>&1",
			    geteuid() ? "-rm" : "-m", name, world));
}

static void expect_as_kernel(const char *name)
{
	if (!world_exists(KERNEL))
		cr_skip_test("no overlay can be mounted here");
	const struct outcome kernel = day(name, "kernel");

	cr_assert(kernel.status == 0, "the kernel's ends with %d: %s", kernel.status, kernel.out);
	assert_text(day(name, LIBRARY).out, kernel.out, name);
	assert_text(day(name, LIBRARY " cold").out, kernel.out, format("%s, from the start", name));
}

Test(bad_days, full_disk)
{
	expect_as_kernel("full");
}

Test(bad_days, limit_on_the_size_of_files)
{
	expect_as_kernel("limit");
}

Test(bad_days, few_descriptors)
{
	expect_as_kernel("few");
}

/* Such a file system the kernel does not take, so what is the same is what another one shows. */
Test(bad_days, upper_without_attributes)
{
	if (!world_exists(KERNEL))
		cr_skip_test("nothing can be mounted here");
	const struct outcome usual = day("attributes", LIBRARY);

	cr_assert(usual.status == 0, "it ends with %d: %s", usual.status, usual.out);
	assert_text(day("no_attributes", LIBRARY).out, usual.out, "without attributes");
}

Test(bad_days, upper_turned_read_only)
{
	expect_as_kernel("read_only");
}

/*
 * Its rights are what the kernel asks of a plain directory: on a mount those of whoever mounted it
 * would do, and what it remembers of the lower is not defined once that changes.
 */
Test(bad_days, lower_that_loses_permission)
{
	if (geteuid() != 0)
		cr_skip_test("not root");
	const char *script = "rm -rf day; mkdir -m 755 day; p=$PWD; while test $p != /; do "
			     "chmod a+x $p; p=$(dirname $p); done; cd day; "
			     "sh " SOURCE_DIR "/tests/programs/lost_permission.sh %s 2>&1";
	const struct outcome plain = shell(scratch(), NULL, format(script, "plain"));

	cr_assert(plain.status == 0, "it ends with %d: %s", plain.status, plain.out);
	assert_holds(plain.out, "closed, append to own Permission denied\n");
	assert_text(shell(scratch(), NULL, format(script, LIBRARY)).out, plain.out, LIBRARY);
}
