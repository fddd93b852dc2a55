/* Several users of one union: who may write its workdir may change it, and nobody's answers are
 * stale. */
#include <criterion/criterion.h>

#include <unistd.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(users, .init = scratch_make, .fini = scratch_remove);

static const struct layers layers = {"low", "up", "work"};

static char *make_area(const char *modes)
{
	char *area = format("%s/area", scratch());
	plant(area, "low/tmp/\nlow/home/file = words\nup/\nwork/\nmerged/\n", 0);
	shell_text(area, format("p=$PWD; while test $p != /; do chmod a+x $p; p=$(dirname $p); "
				"done; chmod 1777 low/tmp; chown -R 65534:65534 low/home; %s",
				modes));
	return area;
}

/* One goes on where the other has been, by turns. */
#define TURNS                                                                                      \
	"other() { setpriv --reuid 65534 --regid 65534 --clear-groups sh -c \"$1\"; }; "           \
	"cd merged/tmp; other 'echo a >made; cat made'; cat made; rm made; other 'cat made; "      \
	"echo b >made'; cat made; test -f late || other 'touch late'; test -f late && echo late; " \
	"mkdir both; chmod 777 both; other 'echo c >both/c; mv both/c both/d'; cat both/c "        \
	"both/d; "                                                                                 \
	"cd ../home; cat file; other 'echo more >>file'; cat file; other 'mkdir d; echo q >d/q'; " \
	"cat d/q; other 'mv d e'; cat d/q; cat e/q; other 'rm -r e file'; cat file; ls; "          \
	"other 'echo anew >file'; cat file"

Test(users, who_may_write_the_workdir)
{
	if (geteuid() != 0)
		cr_skip("not root");
	struct outcome model = {0};
	for (enum world world = KERNEL; world <= SHIM_RUN; world++) {
		if (!world_exists(world))
			continue;
		char *area = make_area("chmod 777 up; chmod 1777 work");
		struct outcome outcome = world_shell(world, area, &layers, TURNS);
		model = model.out ? model : outcome;
		assert_holds(outcome.out, "words\nmore\nq\nq\nanew\n");
		assert_text(outcome.out, model.out, world_name(world));
		assert_text(outcome.err, model.err, world_name(world));
		assert_text(shell_text(area, "cat low/home/file; ls low/tmp"), "words\n", "low");
		remove_tree(area);
	}
}

#define AS(user) "setpriv --reuid " user " --regid " user " --clear-groups "

/* Whom it does not let is told, sees what the others do, and changes nothing. */
Test(users, who_may_not)
{
	if (geteuid() != 0)
		cr_skip("not root");
	char *area = make_area("mkdir up/own; chmod 777 up/own; chown -R 1 up work");
	struct outcome outcome = shell(
		area, NULL,
		"first() { " AS("1") OVERLAIN
		" run -o lowerdir=low,upperdir=up,workdir=work merged -- sh -c \"$1\"; }; "
		"mkfifo ask answer; chmod 666 ask answer; first true; " AS("65534") OVERLAIN
		" run -o lowerdir=low,upperdir=up,workdir=work merged -- sh -c 'cd merged; while "
		"read -r c; do eval \"$c\"; done <../ask >../answer 2>&1' & exec 3>ask 4<answer; "
		"say() { echo \"$1\" >&3; read -r a <&4; echo \"$a\"; }; "
		"say 'test -e own/new || echo none'; first 'echo here >merged/own/new'; "
		"say 'read l <own/new; echo $l'; first 'rm merged/own/new'; "
		"say 'test -e own/new || echo none'; "
		"say '(echo x >own/x) 2>&1 | tail -n 1 | grep -o own.*'; "
		"say '(echo x >own/x) 2>&1 | head -n 1'; exec 3>&-; wait; ls up/own");
	assert_text(
		replaced(outcome.out, area, "AREA"),
		"none\nhere\nnone\nown/x: Read-only file system\n"
		"overlain: AREA/merged: read-only for user 65534, who may not write AREA/work\n",
		"what the other says");
}

#define GIVES_UP "python3 -B " SOURCE_DIR "/tests/programs/gives_up.py "

/* Who was root when it began is heard by the others, though nothing in workdir opens to it now. */
Test(users, who_was_root)
{
	if (geteuid() != 0)
		cr_skip("not root");
	struct outcome model = {0};
	for (enum world world = KERNEL; world <= SHIM_RUN; world++) {
		if (!world_exists(world))
			continue;
		char *area = make_area("mkdir up/tmp; chmod 1777 up/tmp; chmod 700 work");
		struct outcome outcome = world_shell(
			world, area, &layers,
			"top=$PWD/merged/tmp; cd $top; for i in 1 2; do test -e $i && echo $i; "
			"done; cd /; " GIVES_UP "user $top/1; " GIVES_UP
			"user_by_number $top/2; cd $top; for i in 1 2; do test -e $i && echo $i; "
			"done; ls");
		model = model.out ? model : outcome;
		assert_holds(outcome.out, "1\n2\n1\n2\n");
		assert_text(outcome.out, model.out, world_name(world));
		assert_text(outcome.err, model.err, world_name(world));
		remove_tree(area);
	}
}

/* Who was let into a private directory is not any more, however busy it was there. */
Test(users, who_was_let_in)
{
	if (geteuid() != 0)
		cr_skip("not root");
	struct outcome model = {0};
	for (enum world world = KERNEL; world <= SHIM_RUN; world++) {
		if (!world_exists(world))
			continue;
		char *area = make_area("mkdir up/tmp");
		struct outcome outcome = world_shell(
			world, area, &layers,
			"cd merged/tmp; for how in for_good to_open_files; do python3 "
			"-B " SOURCE_DIR
			"/tests/programs/gives_up_search.py $how $PWD/$how; ls $how/inner | wc -l; "
			"done");
		model = model.out ? model : outcome;
		assert_holds(outcome.out, "mkdir Permission denied\n40\n");
		assert_text(outcome.out, model.out, world_name(world));
		assert_text(outcome.err, model.err, world_name(world));
		remove_tree(area);
	}
}

/* Who has no descriptor left when it first looks is told so, and goes on when it has one. */
Test(users, who_can_open_nothing)
{
	char *area = format("%s/area", scratch());
	plant(area, "low/file = words\nup/\nwork/\nmerged/\n", 0);
	struct outcome outcome =
		world_shell(SHIM_RUN, area, &layers,
			    "top=$PWD/merged; test -e $top/d || echo none; cd /; " GIVES_UP
			    "descriptors $top/d; test -d $top/d && ls $top");
	assert_text(outcome.out, "none\nToo many open files\nd\nfile\n", "a full table");
	assert_text(outcome.err, "", "a full table");
}

/* Who is let neither in by root nor by workdir, cannot spoil what others tell each other by. */
Test(users, strangers)
{
	if (geteuid() != 0)
		cr_skip("not root");
	char *area = make_area("mkdir up/own; chmod 777 up/own");
	struct outcome outcome = shell(
		area, NULL, "python3 -B " SOURCE_DIR "/tests/programs/strangers.py " OVERLAIN);
	assert_text(outcome.out, "228 answers\n", "four residents and a stranger");
	assert_text(outcome.err, "", "four residents and a stranger");
}
