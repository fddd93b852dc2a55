/* overlain try: over a directory as it stands, and the decision afterwards. */
#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

static char *states[2];

static void make(void)
{
	scratch_make();
	plant(format("%s/dir", scratch()), "a = a\nb = b\n", 0);
	states[0] = format("XDG_STATE_HOME=%s/state", scratch());
}

TestSuite(command_try, .init = make, .fini = scratch_remove);

#define CHANGE "-- sh -c 'rm dir/a; echo new >dir/c; ls dir; exit 7'"

static void says(const char *script, const char *out, const char *err, int status)
{
	struct outcome done = shell(scratch(), (const char *const *)states, script);
	assert_text(done.out, out, "stdout");
	assert_text(replaced(done.err, scratch(), ""), err, "stderr");
	cr_assert(done.status == status, "status %d, expected %d", done.status, status);
}

Test(command_try, applies)
{
	says(OVERLAIN " try -y -d dir " CHANGE, "b\nc\n", "overlain: 2 changes applied to /dir/\n",
	     7);
	says("ls dir state/overlain", "dir:\nb\nc\n\nstate/overlain:\n", "", 0);
}

Test(command_try, discards)
{
	says(OVERLAIN " try -n -d dir " CHANGE, "b\nc\n", "", 7);
	says("ls dir state/overlain", "dir:\na\nb\n\nstate/overlain:\n", "", 0);
	says(OVERLAIN " try -n -d dir -- sh -c 'kill -TERM $$'", "",
	     "overlain: nothing was changed\n", 128 + 15);
	says(OVERLAIN " try -n -d dir -- no-such-command", "",
	     "overlain: no-such-command: No such file or directory\n"
	     "overlain: nothing was changed\n",
	     127);
}

Test(command_try, keeps_and_goes_on)
{
	says(OVERLAIN " try --name one -d dir " CHANGE, "b\nc\n",
	     "D /a\nA /c\noverlain: kept: overlain try --name one goes on with it\n", 7);
	says(OVERLAIN " try --name one -- ls dir", "b\nc\n",
	     "D /a\nA /c\noverlain: kept: overlain try --name one goes on with it\n", 0);
	says("ls dir; " OVERLAIN " try --name one -d state", "a\nb\n",
	     "overlain: try: the session one is over /dir\n", 125);
	says(OVERLAIN " try --name one -y; ls dir state/overlain",
	     "dir:\nb\nc\n\nstate/overlain:\n", "overlain: 2 changes applied to /dir/\n", 0);
}

Test(command_try, asks)
{
	says("echo d | script -qec '" OVERLAIN " try -d dir touch dir/new' /dev/null | grep -o "
	     "'apply 1 change .*]'; ls dir",
	     format("apply 1 change to %s/dir, keep or discard [a/K/d]\na\nb\n", scratch()), "", 0);
	says("echo a | script -qec '" OVERLAIN " try -d dir touch dir/new' /dev/null | tr -d '\\r' "
	     "| grep -o 'overlain: 1 .*'; ls dir",
	     format("overlain: 1 change applied to %s/dir/\na\nb\nnew\n", scratch()), "", 0);
}

/* The root directory as it stands: a file is changed where everybody knows it, and is not. */
Test(command_try, over_everything)
{
	says("echo before >file; " OVERLAIN " try -n -- sh -c 'echo after >file; cat file; mkdir "
	     "-p deep/er; cd deep/er; pwd'; cat file",
	     format("after\n%s/deep/er\nbefore\n", scratch()), "", 0);
	says(OVERLAIN " try -y -- sh -c 'echo after >file; mkdir -p deep/er'; cat file; ls -d "
		      "deep/er",
	     "after\ndeep/er\n", "overlain: 3 changes applied to /\n", 0);
}
