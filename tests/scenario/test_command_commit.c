/* overlain commit and discard: all of the changes or none, whenever it is stopped. */
#include <string.h>

#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/listing.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(command_commit, .init = scratch_make, .fini = scratch_remove);

#define ON "-o lowerdir=low,upperdir=up,workdir=work "

/* The lower, and what a program then does in merged. */
static void play(const char *lower, const char *script)
{
	const struct layers layers = {"low", "up", "work"};
	plant(format("%s/low", scratch()), lower, 0);
	plant(format("%s/up", scratch()), "", 1);
	plant(format("%s/work", scratch()), "", 1);
	plant(format("%s/merged", scratch()), "", 1);
	struct outcome done = world_shell(SHIM_RUN, scratch(), &layers, script);
	cr_assert(done.status == 0, "%s", done.err);
}

static char *merged(void)
{
	const struct layers layers = {"low", "up", "work"};
	return world_listing(SHIM_RUN, scratch(), &layers);
}

/* As a lister without a union sees the directory. */
static char *tree(const char *name)
{
	return listing(format("%s/%s", scratch(), name), LIST_AGE | LIST_XATTRS | LIST_AGREE);
}

#define LOWER                                                                                      \
	"a = a\nb = b\nd/x = x\nd/sub/y = y\ne/z = z\ngone/g = g\nkeep/k = k\ntodir/t = t\n"       \
	"tofile = f\nlink -> a\nclosed/c = c\nclosed/ mode 0555\nmarked = m\n"                     \
	"marked xattr user.colour=blue\ntwin1 = t\ntwin2 == twin1\n"
#define CHANGES                                                                                    \
	"cd merged; echo more >>a; rm b; rm -r d; mkdir d; echo n >d/n; rm -r gone; "              \
	"echo e >e/e2; chmod 700 keep; rm -r todir; echo f >todir; rm tofile; mkdir tofile; "      \
	"echo i >tofile/in; ln -sf b link; mkdir -p new/deep; echo 1 >new/deep/f; ln new/deep/f "  \
	"new/g; ln new/deep/f h; mkfifo pipe; chmod 755 closed; echo n >closed/n; chmod 555 "      \
	"closed; setfattr -x user.colour marked; setfattr -n user.size -v 3 e; truncate -s 1M "    \
	"hole; chmod 4711 a; echo >>twin2; touch -d 2001-02-03 e"

Test(command_commit, makes_the_lower_what_merged_was)
{
	play(LOWER, CHANGES);
	char *expected = merged();
	cr_assert(shell(scratch(), NULL, OVERLAIN " commit -y " ON).status == 0);
	assert_text(tree("low"), expected, "the lower");
	assert_text(merged(), expected, "merged");
	assert_text(shell_text(scratch(), "ls -A; stat -c %h low/h low/twin1"),
		    "low\nmerged\nup\nwork\n3\n1\n", "what is left");
}

Test(command_commit, discard_shows_the_lower_again)
{
	play(LOWER, "true");
	char *expected = strchr(merged(), '\n');
	remove_tree(format("%s/up", scratch()));
	play("", CHANGES);
	shell_text(scratch(), OVERLAIN " discard -y " ON "-- a /e");
	assert_text(shell_text(scratch(), OVERLAIN " diff " ON "-- d; ls -d up/a up/e 2>&1 | "
						   "grep -c 'No such'"),
		    "D /d\nA /d\nA /d/n\n2\n", "what is left of it");
	shell_text(scratch(), OVERLAIN " discard -y " ON);
	assert_text(strchr(merged(), '\n'), expected, "merged, but for its own times");
	assert_text(shell_text(scratch(), "find up work/work; getfattr -d up"), "up\nwork/work\n",
		    "what is left on disk");
}

Test(command_commit, into_another_target)
{
	play(LOWER, CHANGES);
	char *expected = merged(), *before = tree("low");
	shell_text(scratch(),
		   "cp -a low copy; cp -a low second; " OVERLAIN " commit -y " ON "merged copy");
	assert_text(tree("copy"), expected, "the target");
	assert_text(tree("low"), before, "the lower");
	struct outcome refused = shell(
		scratch(), NULL, OVERLAIN " commit -y -o lowerdir=low:second,upperdir=up merged");
	cr_assert(refused.status == 125);
	assert_holds(refused.err, "name the TARGET");
}

Test(command_commit, selected_paths)
{
	play(LOWER, CHANGES);
	struct outcome none = shell(scratch(), NULL, OVERLAIN " commit -y " ON "-- e nothing");
	cr_assert(none.status == 125);
	assert_holds(none.err, "/nothing: nothing is changed there");
	assert_text(shell_text(scratch(), OVERLAIN " commit --dry-run " ON "-- e new/deep gone; "
						   "ls -d low/gone"),
		    "C /e\nA /e/e2\nD /gone\nA /new\nA /new/deep\nA /new/deep/f\nlow/gone\n",
		    "dry run");
	shell_text(scratch(), OVERLAIN " commit -y " ON "-- e new/deep gone");
	assert_text(shell_text(scratch(), "cat low/e/e2 low/a; ls low low/new"),
		    "e\na\nlow:\na\nb\nclosed\nd\ne\nkeep\nlink\nmarked\nnew\ntodir\ntofile\n"
		    "twin1\ntwin2\n\nlow/new:\ndeep\n",
		    "the lower");
}

Test(command_commit, asks_first)
{
	play("a = a\n", "rm merged/a");
	struct outcome refused = shell(scratch(), NULL, OVERLAIN " commit " ON);
	cr_assert(refused.status == 125);
	assert_holds(refused.err, "-y says yes");
	shell_text(scratch(), "test -e low/a");
	char *answers = "script -qec '" OVERLAIN " commit " ON "' /dev/null";
	shell_text(scratch(), format("echo n | %s; test -e low/a && echo y | %s; ! test -e low/a",
				     answers, answers));
}

/* Who is not root cannot move a directory closed to him from one parent to another. He can here. */
Test(command_commit, closed_directories_of_ones_own)
{
	plant(format("%s/low", scratch()), "closed/c = c\nclosed/sub/x = x\n", 0);
	shell_text(scratch(),
		   "chmod 755 .; mkdir up; cp " OVERLAIN " " LIBRARY " .; chmod 555 low/closed/sub "
		   "low/closed; test $(id -u) != 0 || chown -R nobody low up .");
	struct outcome done = shell(
		scratch(), NULL,
		"nobody=; test $(id -u) != 0 || nobody='setpriv --reuid=nobody --clear-groups'; "
		"exec $nobody sh -ec './overlain run -o lowerdir=low,upperdir=up m sh -ec \"cd m; "
		"chmod 755 closed; echo n >closed/n; chmod 755 closed/sub; rm closed/sub/x; chmod "
		"555 closed/sub; rmdir closed/sub; mkdir -m 555 new; chmod 555 closed\"; "
		"./overlain "
		"commit -y -o lowerdir=low,upperdir=up; stat -c \"%a %n\" low/closed low/new; ls "
		"low/closed'");
	assert_text(done.out, "555 low/closed\n555 low/new\nc\nn\n", done.err);
	cr_assert(done.status == 0, "%s", done.err);
}

/*
 * Killed before each call that could have changed anything: the target is as it was, or the next
 * commit completes it. make torture kills it before every other call as well.
 */
Test(command_commit, killed_at_every_step, .timeout = 120)
{
	if (!can_trace())
		cr_skip_test("no strace");
	char *told =
		shell_text(scratch(), "sh " SOURCE_DIR "/tests/programs/killed_commit.sh " OVERLAIN
				      " mkdir rename link unlink write syncfs");
	cr_assert(starts_with(told, "untouched: "), "%s", told);
}
