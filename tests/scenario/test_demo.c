/* The script behind `make demo`: right when the library is, and loud when it is not. */
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/scratch.h"
#include "support/format.h"
#include "support/world.h"

TestSuite(demo, .init = scratch_make, .fini = scratch_remove);

#define SCRIPT SOURCE_DIR "/examples/walkthrough/run.sh"

static struct outcome demo(const char *command)
{
	char *temporary = format("TMPDIR=%s", scratch());

	return program("/", (const char *const[]){temporary, NULL}, ARGV("sh", SCRIPT, command));
}

static const char *last_line(const char *lines)
{
	const char *line = lines + strlen(lines);

	while (line > lines && (*line == '\0' || line[-1] != '\n' || line[0] == '\n'))
		line--;
	return line;
}

Test(demo, comes_out_right)
{
	struct outcome outcome = demo(OVERLAIN);

	cr_assert(outcome.status == 0, "%s", outcome.out);
	assert_text(outcome.err, "", "stderr");
	assert_holds(outcome.out, "$ mkdir low upper work merged\n");
	assert_holds(outcome.out, "$ ls merged\n1.txt\n2.txt\n");
	assert_holds(outcome.out,
		     "$ cat merged/1.txt merged/2.txt\nhello from low\nhello from upper\n");
	assert_holds(outcome.out, "$ mount | tail -1\noverlay on ");
	assert_holds(outcome.out, "$ cat low/1.txt\nhello from low\n");
	assert_holds(outcome.out, "$ rm -rf merged/1.txt\n$ tree merged\nmerged\n`-- 2.txt\n");
	assert_holds(outcome.out, "$ ls -l upper\ntotal 4\nc---------");
	assert_holds(outcome.out, "$ rm upper/1.txt\n$ ls merged\n1.txt\n2.txt\n");
	cr_assert(starts_with(last_line(outcome.out), "walkthrough: all "), "%s",
		  last_line(outcome.out));
}

Test(demo, leaves_nothing_behind)
{
	demo(OVERLAIN);
	assert_text(shell_text(scratch(), "ls -A"), "", "the directory for temporary files");
}

/* A command that starts the program and forgets the union. */
Test(demo, says_when_a_step_comes_out_wrong)
{
	char *forgetful = format("%s/overlain", scratch());
	struct outcome outcome;

	shell_text(scratch(), "printf '#!/bin/sh\\nwhile [ \"$1\" != -- ]; do shift; done; shift; "
			      "exec \"$@\"\\n' >overlain");
	chmod(forgetful, 0755);
	outcome = demo(forgetful);
	cr_assert(outcome.status == 1, "status %d", outcome.status);
	assert_holds(outcome.out,
		     "$ ls merged\n^^^ this is not what was expected:\n1.txt\n2.txt\n");
	assert_holds(last_line(outcome.out), "steps came out wrong\n");
}

Test(demo, needs_a_command)
{
	cr_assert(demo(format("%s/none", scratch())).status == 1);
}
