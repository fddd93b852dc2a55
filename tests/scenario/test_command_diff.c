/* overlain diff: every kind of difference, told without a look through the lower. */
#include <string.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(command_diff, .init = scratch_make, .fini = scratch_remove);

#define DIFF OVERLAIN " diff -o lowerdir=low,upperdir=up,workdir=work "
#define CHANGES                                                                                    \
	"cd merged; echo more >>a; rm b; rm -r d; mkdir d; echo n >d/n; rm -r gone; "              \
	"echo e >e/e2; chmod 700 keep; rm -r todir; echo f >todir; rm tofile; mkdir tofile; "      \
	"echo i >tofile/in; ln -sf b link; mkdir -p new/deep; touch new/deep/f new-x; "            \
	": >>e/z; mv moved e/"

static void play(enum world world)
{
	const struct layers layers = {"low", "up", "work"};
	plant(format("%s/low", scratch()),
	      "a = a\nb = b\nd/x = x\nd/sub/y = y\ne/z = z\ngone/g = g\nkeep/k = k\ntodir/t = t\n"
	      "tofile = f\nlink -> a\nmoved = m\n",
	      0);
	plant(format("%s/up", scratch()), "", 1);
	plant(format("%s/work", scratch()), "", 1);
	plant(format("%s/merged", scratch()), "", 1);
	cr_assert(world_shell(world, scratch(), &layers, CHANGES).status == 0);
}

static const char expected[] = "C /a\nD /b\nD /d\nA /d\nA /d/n\nA /e/e2\nA /e/moved\nD /gone\n"
			       "C /keep\nC /link\nD /moved\nA /new\nA /new-x\nA /new/deep\n"
			       "A /new/deep/f\nD /todir\nA /todir\nD /tofile\nA /tofile\n"
			       "A /tofile/in\n";

static void tells_all(enum world world)
{
	if (!world_exists(world))
		return;
	play(world);
	assert_text(shell_text(scratch(), DIFF), expected, world_name(world));
	assert_text(shell_text(scratch(), DIFF "merged -- d /e"),
		    "D /d\nA /d\nA /d/n\nA /e/e2\nA /e/moved\n", "selected paths");
}

Test(command_diff, of_what_the_library_left)
{
	tells_all(SHIM_RUN);
}

Test(command_diff, of_what_the_kernel_left)
{
	tells_all(KERNEL);
}

/* Each of them in another form, the same overlay and the same answer. */
Test(command_diff, overlay_from_anywhere)
{
	play(SHIM_RUN);
	assert_text(shell_text(scratch(), "OVERLAIN_LOWERDIR=low OVERLAIN_UPPERDIR=up " OVERLAIN
					  " diff; OVERLAIN_MOUNTS=\"other "
					  "lowerdir=low\nmerged lowerdir=low,upperdir=up\" "
					  "" OVERLAIN " diff merged"),
		    format("%s%s", expected, expected), "from the environment");
	assert_text(shell_text(scratch(), "rmdir merged; " DIFF "nowhere; " OVERLAIN
					  " run -o lowerdir=low,upperdir=up,workdir=work "
					  "merged -- " OVERLAIN " diff merged"),
		    format("%s%s", expected, expected), "merged need not exist");
	assert_text(shell_text(scratch(), OVERLAIN
			       " run -o lowerdir=low,upperdir=up,workdir=work merged -- " OVERLAIN
			       " diff"),
		    expected, "from within");
	assert_text(shell_text(scratch(),
			       OVERLAIN " run -o lowerdir=/,upperdir=up,workdir=work / -- " OVERLAIN
					" diff -- a b"),
		    "A /a\n", "from within, all of / being merged");
}

/* Nothing is made on disk by looking, and no directory of the lower is listed. */
Test(command_diff, only_looks)
{
	play(SHIM_RUN);
	char *calls = shell_text(scratch(),
				 "rm -r work up.work; chmod a-w .; strace -f -e "
				 "trace=open,openat,mkdir,mkdirat " OVERLAIN
				 " diff -o lowerdir=low,upperdir=up"
				 " 2>&1 | grep -e '/low/.*O_DIRECTORY' -e mkdir; ls; chmod u+w .");
	assert_text(calls, "low\nmerged\nup\n", "what is there");
}

Test(command_diff, odd_names)
{
	plant(format("%s/low", scratch()), "", 0);
	plant(format("%s/up", scratch()), "line%0Aend =\nbad%FF =\nquote\" =\n", 1);
	assert_text(shell_text(scratch(), OVERLAIN " diff -o lowerdir=low,upperdir=up"),
		    "A /bad\xff\nA \"/line\\nend\"\nA /quote\"\n", "lines");
	assert_text(shell_text(scratch(),
			       OVERLAIN " diff --json -o lowerdir=low,upperdir=up | python3 -c '"
					"import json, os, sys\n"
					"for one in json.load(sys.stdin): print(one[\"kind\"], "
					"os.fsencode(one[\"path\"]), one[\"type\"])'"),
		    "A b'/bad\\xff' file\nA b'/line\\nend' file\nA b'/quote\"' file\n", "JSON");
}

/* The patch turns a copy of the lower into what merged holds. */
Test(command_diff, patch_applies)
{
	plant(format("%s/low", scratch()), "a = one\nb = two\nd/c = three\n", 0);
	plant(format("%s/merged", scratch()), "", 0);
	shell_text(scratch(), "mkdir up; " OVERLAIN
			      " run -o lowerdir=low,upperdir=up merged sh -c 'cd merged; "
			      "echo more >>a; rm b; sed -i s/e/E/ d/c; echo new >d/new'; cp -r low "
			      "copy; " OVERLAIN
			      " diff -p -o lowerdir=low,upperdir=up >patch; cd copy; patch -sp1 "
			      "<../patch");
	assert_text(shell_text(scratch(), "cd copy; grep -r ''| sort"),
		    "a:more\na:one\nd/c:thrEe\nd/new:new\n", "the patched copy");
}

/* More names than a window holds come in order all the same: a directory is read in several goes.
 */
Test(command_diff, large_directories_in_order)
{
	shell_text(scratch(), "mkdir low up; cd up; seq -f '%0240g' 18000 | xargs touch; "
			      "mkdir -p 5/$(seq -s/ 300); touch 5/$(seq -s/ 300)/x");
	assert_text(shell_text(scratch(), OVERLAIN " diff -o lowerdir=low,upperdir=up >all; "
						   "LC_ALL=C sort -k2 -c all; wc -l <all"),
		    "18302\n", "lines");
}
