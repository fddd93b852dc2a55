/*
 * What real programs' work costs in system calls, name by name: the difference between two sizes of
 * the same work, beside a bare directory. Budgets of single operations are in test_budgets.c.
 */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(budgets_programs, .init = scratch_make, .fini = scratch_remove, .timeout = 120);

/* Directories, each with so many files. */
enum { FEW = 2, MANY = 6, FILES = 20 };

static const struct work {
	const char *lower;   /* makes what the lower layer holds */
	const char *command; /* run within merged */
	int more;            /* calls more than bare, for a directory with all its files */
} works[] = {
	{"tree t && tar -cf all.tar -C t . && rm -r t", "tar -xf all.tar", 0},
	{"tree .", "mkdir copy && cp -a d* copy", 12},
	/* Shell and stat each look at the directory before they meet the file. */
	{"tree t", "stat t/d[1-9]/f1 >/dev/null", 2},
	/* A whiteout is made for each file, and goes with its directory; the directory comes up for
	   it. */
	{"tree .", "rm -rf d*", 20 * 3 + 65},
};
enum { WORKS = sizeof works / sizeof *works };

#define TREE                                                                                       \
	"tree() { for d in $(seq $dirs); do mkdir -p $1/d$d && for f in $(seq $files); do "        \
	"echo x >$1/d$d/f$f || exit 1; done; done; }; "

static void plant_work(const struct work *work, const char *area, int dirs)
{
	const char *count = format("dirs=%d files=%d; ", dirs, FILES);

	for (int i = 0; i < 2; i++) {
		const char *at = format("%s/%s", area, i ? "bare" : "low");

		shell_text("/", format("mkdir -p %s && cd %s && %s" TREE "%s", at, at, count,
				       work->lower));
	}
	shell_text(area, "mkdir up work merged");
}

static long calls_in(const char *area, const char *directory, const char *const *settings,
		     const char *command)
{
	const char *script = format("strace -f -qq -e signal=none -o ../trace sh -ec '%s' && "
				    "grep -v \"resumed>\\|+++\" ../trace | wc -l",
				    command);
	struct outcome outcome = shell(format("%s/%s", area, directory), settings, script);

	cr_assert(outcome.status == 0 && !*outcome.err, "%s: %s", command, outcome.err);
	return atol(outcome.out);
}

/* How many calls more than bare the work takes. */
static long surplus(const struct work *work, int dirs)
{
	static const struct layers layers = {"low", "up", "work"};
	const char *area = format("%s/area%td-%d", scratch(), work - works, dirs);

	plant_work(work, area, dirs);
	return calls_in(area, "merged", layers_settings(&layers, area), work->command) -
	       calls_in(area, "bare", NULL, work->command);
}

Test(budgets_programs, name_by_name)
{
	if (!can_trace())
		cr_skip_test();
	for (const struct work *work = works; work < works + WORKS; work++) {
		long more = (surplus(work, MANY) - surplus(work, FEW)) / (MANY - FEW);

		cr_log_info("%s: %ld of %d", work->command, more, work->more);
		cr_expect(more <= work->more, "%s: %ld system calls more than bare, %d are allowed",
			  work->command, more, work->more);
	}
}
