/*
 * The lower is sacred: eleven ways of writing that each got past some union or copy-on-write tool
 * change the upper, or are refused; and what the option "enforce" has the kernel forbid.
 */
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/listing.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

static char *area, *before;

#define LOWER "file = words\nempty =\ndir/file = more words"

static void make_area(void)
{
	scratch_make();
	area = format("%s/area", scratch());
	plant(area, "out/\nbeside = mine\n", 0);
	plant(format("%s/low", area), LOWER, 0);
	shell_text(area, "mkdir up work; cp " HELPER("ways") " out; "
							     "cc -static -o out/static " SOURCE_DIR
							     "/tests/programs/ways.c");
	before = listing(format("%s/low", area), LIST_EXACT | LIST_XATTRS);
}

TestSuite(sacred, .init = make_area, .fini = scratch_remove, .timeout = 120);

static void expect_untouched(const char *after)
{
	assert_text(listing(format("%s/low", area), LIST_EXACT | LIST_XATTRS), before, after);
}

/* Under the library, with the union seen at MERGED of the area. */
static struct outcome run(const char *merged, const char *options, const char *script)
{
	return shell(area,
		     (const char *const[]){"LD_PRELOAD=" LIBRARY,
					   format("OVERLAIN_MERGED=%s/%s", area, merged),
					   format("OVERLAIN_LOWERDIR=%s/low", area),
					   format("OVERLAIN_UPPERDIR=%s/up", area),
					   format("OVERLAIN_WORKDIR=%s/work", area),
					   format("OVERLAIN_OPTIONS=%s", options), NULL},
		     script);
}

/* Each changes what its program sees and nothing below it. */
static const char *const covered[] = {
	"out/ways fopen",    "echo more >>",     "touch",
	"out/ways truncate", "out/ways openat",  "out/ways fchmodat",
	"out/ways setxattr", "out/ways freopen", "out/ways syscall",
	"out/ways mmap",
};

static void expect_covered(const char *merged, const char *options)
{
	for (size_t i = 0; i < sizeof covered / sizeof *covered; i++) {
		struct outcome outcome =
			run(merged, options, format("%s %s/file", covered[i], merged));

		cr_expect(outcome.status == 0, "%s: %d, %s", covered[i], outcome.status,
			  outcome.err);
		cr_expect(access(format("%s/up/file", area), F_OK) == 0, "%s: no copy", covered[i]);
		expect_untouched(covered[i]);
		shell_text(area, "rm up/file");
	}
}

Test(sacred, ways_to_a_file)
{
	expect_covered("merged", "");
}

Test(sacred, ways_where_merged_is_the_lower)
{
	expect_covered("low", "");
}

Test(sacred, ways_while_the_kernel_guards)
{
	expect_covered("merged", "enforce");
	expect_covered("low", "enforce");
}

Test(sacred, a_static_program_is_told_of)
{
	struct outcome outcome = run("merged", "", "out/static fopen low/empty");

	assert_text(outcome.err,
		    "overlain: out/static: statically linked, runs without the overlay\n",
		    "what is said");
}

Test(sacred, a_static_program_is_refused)
{
	struct outcome outcome =
		run("low", "", "OVERLAIN_ON_ESCAPE=deny exec sh -c 'out/static fopen low/file'");

	cr_expect(outcome.status == 126, "status %d", outcome.status);
	expect_untouched("a refused program");
}

static bool has_landlock(void)
{
	struct outcome outcome = run("merged", "enforce", "true");

	if (outcome.status == 0)
		return true;
	assert_holds(outcome.err, "overlain: option enforce: this kernel");
	cr_assert(outcome.status == 125, "status %d", outcome.status);
	cr_skip_test("no Landlock here");
	return false;
}

/* Every way that opens a file or makes and removes names; the library does not see one of them. */
Test(sacred, what_the_library_cannot_see_the_kernel_refuses)
{
	static const char *const ways[] = {
		"out/ways instruction low/file",
		"out/static fopen low/file",
		"out/static freopen low/file",
		"out/static truncate low/file",
		"out/static openat low/dir/file",
		"out/static mmap low/file",
		"out/static syscall low/file",
		"env -i out/static fopen low/new",
		"env -i PATH=$PATH LD_PRELOAD= sh -c 'out/static fopen low/file'",
	};

	if (!has_landlock())
		return;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct outcome outcome = run("low", "enforce", ways[i]);

		cr_expect(outcome.status == 1, "%s: %d, %s", ways[i], outcome.status, outcome.err);
		expect_untouched(ways[i]);
	}
}

/* What is neither a lower nor directly above one stays writable; a list leaves only itself. */
Test(sacred, what_stays_writable)
{
	static const char script[] = "for f in out/new beside ./new up/file /dev/null; do "
				     "out/static fopen $f 2>/dev/null && echo $f; done; "
				     "mv merged/dir merged/moved; rm merged/file; ls merged";

	if (!has_landlock())
		return;
	plant(format("%s/up", area), "file = here", 1);
	assert_text(run("merged", "enforce", script).out,
		    "out/new\nbeside\nup/file\n/dev/null\nempty\nmoved\n", "enforce");
	shell_text(area, "rm -rf up work; mkdir up work");
	plant(format("%s/up", area), "file = here", 1);
	assert_text(run("merged", format("writable=%s/out", area), script).out,
		    "out/new\nup/file\n/dev/null\nempty\nmoved\n", "writable");
	expect_untouched("all of it");
}

Test(sacred, the_command_asks_for_it)
{
	if (!has_landlock())
		return;
	struct outcome outcome = program(
		area, NULL,
		ARGV(OVERLAIN, "run", "--enforce", "--writable", "out", "--writable=up", "-o",
		     "lowerdir=low,upperdir=up,workdir=work", "merged", "--", "sh", "-c",
		     "out/static fopen low/file || out/static fopen beside || "
		     "out/static fopen out/new && echo $OVERLAIN_OPTIONS"));

	assert_text(outcome.out, format("enforce,writable=%s/out,writable=%s/up\n", area, area),
		    "options");
	expect_untouched("the command");
}

/* The assignments are for a process that has yet to ask the kernel. */
Test(sacred, assignments_do_not_claim_it)
{
	if (!has_landlock())
		return;
	struct outcome outcome = program(
		area, NULL,
		ARGV("sh", "-c",
		     "env $(" OVERLAIN " env --enforce -o lowerdir=low,upperdir=up,workdir=work "
		     "merged) out/ways instruction low/file"));

	cr_expect(outcome.status == 1, "status %d: %s", outcome.status, outcome.err);
	expect_untouched("env");
}

Test(sacred, without_landlock_it_stops)
{
	struct outcome outcome = run(
		"merged", "",
		"strace -f -o /dev/null -e inject=landlock_create_ruleset:error=ENOSYS " OVERLAIN
		" run --enforce -- sh -c 'echo ran'");

	if (shell("/", NULL, "strace -o /dev/null true").status)
		cr_skip_test("nothing can be traced here");
	cr_expect(outcome.status == 125, "status %d", outcome.status);
	assert_text(outcome.out, "", "it does not run");
	assert_holds(outcome.err, "overlain: option enforce: this kernel has no Landlock\n");
}
