/* The examples run, each to its own last words. */
#include <string.h>

#include <criterion/criterion.h>

#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(examples, .init = scratch_make, .fini = scratch_remove);

/* What an example cannot do on this machine it says itself. */
static void plays(const char *name, const char *last_words)
{
	const char *const settings[] = {format("TMPDIR=%s", scratch()), NULL};
	struct outcome done =
		shell(scratch(), settings,
		      format("sh %s/examples/%s/run.sh %s", SOURCE_DIR, name, OVERLAIN));
	if (done.status == 77)
		cr_skip_test("%s", done.err);
	cr_assert(done.status == 0, "status %d: %s%s", done.status, done.out, done.err);
	cr_assert(strstr(done.out, last_words), "%s", done.out);
	cr_assert(shell(scratch(), NULL, "test -z \"$(ls)\"").status == 0, "something is left");
}

Test(examples, build)
{
	plays("build", "\nbuild: the sources are as they were\n");
}

Test(examples, install)
{
	plays("install", "\ninstall: looked at first, then installed, but for one file\n");
}

Test(examples, jobs)
{
	plays("jobs", "\njobs: four jobs, one data set, and it is as it was\n");
}

Test(examples, slurm)
{
	plays("slurm", "\nslurm: three tasks, one reference, and it is as it was\n");
}

Test(examples, python)
{
	plays("python", "\npython: the package is there for those who look through ours, and ");
}

Test(examples, image)
{
	plays("image", "\nimage: the new layer is on it, and unpacks to what merged showed\n");
}

Test(examples, ci)
{
	plays("ci", "\nci: each step in its layer, and the base as it was\n");
}
