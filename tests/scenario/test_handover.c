/* What a program finds of the overlay it was started under, whatever its parent did. */
#include <string.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

static char *area;

static void make_area(void)
{
	scratch_make();
	area = format("%s/area", scratch());
	plant(area, "low/dir/file = words\nlow2/other = another\nup/\nwork/\n", 0);
}

TestSuite(handover, .init = make_area, .fini = scratch_remove);

/* Every path is relative: it is taken from where the first program stands. */
static struct outcome run(const char *script)
{
	const char *const settings[] = {"LD_PRELOAD=" LIBRARY,   "OVERLAIN_MERGED=merged",
					"OVERLAIN_LOWERDIR=low", "OVERLAIN_UPPERDIR=up",
					"OVERLAIN_WORKDIR=work", NULL};
	return shell(area, settings, script);
}

static void gives(const char *script, const char *out)
{
	struct outcome outcome = run(script);

	assert_text(outcome.err, "", script);
	assert_text(replaced(outcome.out, area, "AREA"), out, script);
}

Test(handover, relative_settings_become_absolute)
{
	gives("there=$PWD/merged; cd /; sh -c \"cat $there/dir/file; cd $there/dir; sh -c 'cat "
	      "file; pwd'\"",
	      "words\nwords\nAREA/merged/dir\n");
	gives("cd /; env | sed -n '/^OVERLAIN_[LMUW]/p' | sort",
	      "OVERLAIN_LOWERDIR=AREA/low\nOVERLAIN_MERGED=AREA/merged\n"
	      "OVERLAIN_UPPERDIR=AREA/up\nOVERLAIN_WORKDIR=AREA/work\n");
}

Test(handover, settings_that_are_lost_come_back)
{
	gives("unset OVERLAIN_UPPERDIR OVERLAIN_MERGED LD_PRELOAD; cat merged/dir/file; "
	      "env -i /bin/sh -c 'echo more >>merged/dir/file'; cat up/dir/file",
	      "words\nwords\nmore\n");
}

Test(handover, settings_of_another_overlay_stay)
{
	gives("export OVERLAIN_MERGED=$PWD/m2 OVERLAIN_LOWERDIR=$PWD/low2; unset OVERLAIN_UPPERDIR "
	      "OVERLAIN_WORKDIR; sh -c 'cat m2/other; ls merged 2>&1; echo x 2>&1 >m2/made; ls "
	      "$PWD/up'",
	      "another\nls: cannot access 'merged': No such file or directory\n"
	      "sh: 1: cannot create m2/made: Read-only file system\n");
	gives(OVERLAIN " run -o lowerdir=low2 m2 -- sh -c 'cat m2/other; ls merged 2>&1'",
	      "another\ndir\n");
}

Test(handover, an_upper_of_the_childs_own)
{
	gives("mkdir up2 work2; OVERLAIN_UPPERDIR=$PWD/up2 OVERLAIN_WORKDIR=$PWD/work2 "
	      "sh -c 'echo x >merged/dir/made; ls up2/dir; cat merged/dir/file'; ls up merged",
	      "made\nwords\nmerged:\ndir\n\nup:\n");
}

Test(handover, no_trace_of_the_handing_over)
{
	gives("cd merged/dir; exec 3<.; env | grep -c STATE; sh -c 'env | grep -c STATE'",
	      "0\n0\n");
	gives("cd merged/dir; exec 3<. 4<file; cat /proc/self/environ | tr '\\0' '\\n' | grep "
	      "STATE | "
	      "sed 's/:[0-9a-f]*:AREA/:REAL:AREA/' | tr , '\\n' | cut -d: -f1-3 | head -2 | tail "
	      "-1",
	      "3:4:1\n");
}

/* Whatever stands there: it is no more than a hint. */
Test(handover, junk_is_ignored)
{
	const char *const junk[] = {
		"",
		",",
		"cwd:",
		"cwd:,",
		"cwd:/etc,",
		"cwd:/nowhere/at/all,",
		"cwd:%zz%",
		"cwd:%",
		"in",
		"comm:",
		"comm:%0,",
		"0:1:2:3:4:/etc,",
		"ffffffffffffffff:4:0:0:0:/etc,",
		"0:4:ffff:0:0:merged,",
		"0:4,",
		"0:::::,",
		"zzz,,,,in,",
		"1:8:0:0:0:/x",
	};

	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
		const char *const settings[] = {
			"LD_PRELOAD=" LIBRARY,
			format("OVERLAIN_MERGED=%s/merged", area),
			format("OVERLAIN_LOWERDIR=%s/low", area),
			format("OVERLAIN_STATE=%s", junk[i]),
			NULL,
		};
		struct outcome outcome = program(
			area, settings,
			ARGV("sh", "-c", "cat merged/dir/file; /bin/pwd; env | grep -c STATE"));
		assert_text(outcome.err, "", junk[i]);
		assert_text(outcome.out, format("words\n%s\n0\n", area), junk[i]);
	}
}

/* A directory that is copied up, or removed, under a program keeps being that program's. */
Test(handover, the_directory_moves_up)
{
	gives("cd merged/dir; >made; ls; sh -c '>more; ls; /bin/pwd'; ls ../../low/dir",
	      "file\nmade\nfile\nmade\nmore\nAREA/merged/dir\nfile\n");
}

Test(handover, long_names)
{
	gives("cd merged; long=$(printf %0200d 1); for i in 1 2 3 4 5 6 7 8 9; do mkdir $long; "
	      "cd $long; done; >'odd, 100% \303\244'; exec 3<'odd, 100% \303\244'; "
	      "sh -c 'ls; readlink /proc/self/fd/3 | sed s,.*/,,; pwd | wc -c'; /bin/pwd | wc -c",
	      format("odd, 100%% \303\244\nodd, 100%% \303\244\n%zu\n%zu\n",
		     strlen(area) + sizeof "/merged" + 9 * 201,
		     strlen(area) + sizeof "/merged" + 9 * 201));
}
