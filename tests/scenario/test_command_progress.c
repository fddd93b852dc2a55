/* What takes long says on a terminal how far it has come, and nowhere else. */
#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(command_progress, .init = scratch_make, .fini = scratch_remove);

/* A copy in portions, each of which takes its time, whatever the disk is. */
#define SLOWLY "strace -f -qq -o /dev/null -e inject=copy_file_range,sendfile:delay_enter=700000 "
#define MERGED "-o lowerdir=low,upperdir=up,workdir=work merged "

static void play(void)
{
	if (!can_trace())
		cr_skip_test("no strace");
	shell_text(scratch(), "mkdir low up work merged; head -c 40M /dev/zero >low/large");
}

Test(command_progress, of_a_copy_up)
{
	play();
	char *shown = shell_text(scratch(), "script -qec '" SLOWLY OVERLAIN " run -v " MERGED
					    "sh -c \"echo >>merged/large\"' /dev/null");
	assert_holds(shown, "\roverlain: copy-up: 33.5 MB of 41.9 MB, ");
	assert_holds(shown, "/s, 1 s left\033[K");
	assert_text(shell_text(scratch(),
			       "rm up/large; script -qec '" OVERLAIN " run -v " MERGED
			       "sh -c \"echo >>merged/large\" 2>err' /dev/null; cat err"),
		    "", "without a terminal");
}

Test(command_progress, of_a_commit)
{
	play();
	shell_text(scratch(), "mv low/large up");
	char *shown = shell_text(scratch(), "script -qec 'strace -qq -o /dev/null -e "
					    "inject=copy_file_range:delay_exit=1600000 " OVERLAIN
					    " commit -y " MERGED "' /dev/null");
	assert_holds(shown, "\roverlain: copies: ");
	assert_holds(shown, " of 41.9 MB, ");
	assert_holds(shown, "overlain: 1 change applied");
}

Test(command_progress, colours_on_a_terminal_only)
{
	shell_text(scratch(), "mkdir low up; touch up/a");
	const char *diff = OVERLAIN " diff -o lowerdir=low,upperdir=up";
	assert_text(
		shell_text(scratch(), format("script -qec 'TERM=xterm %s; TERM=xterm NO_COLOR=1 "
					     "%s; TERM=dumb %s' /dev/null; TERM=xterm %s",
					     diff, diff, diff, diff)),
		"\033[32mA /a\033[m\r\nA /a\r\nA /a\r\nA /a\n", "lines");
}
