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
