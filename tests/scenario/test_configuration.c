/* The ways to say what the union is, and what the command passes through. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/format.h"
#include "support/world.h"

static char *area;

static void make_area(void)
{
	scratch_make();
	area = format("%s/area", scratch());
	plant(area,
	      "low/a = below\nlow2/b = second\nup/c = above\nwork/\nmerged/\nelse/where/\n"
	      "not = no program\nlo:er/odd = colon\nlo,er/odd = comma\nlo%20er/odd = space\n"
	      "lo\\er/odd = backslash\n",
	      0);
}

TestSuite(configuration, .init = make_area, .fini = scratch_remove);

#define SETTINGS(...) ((const char *const[]){"LD_PRELOAD=" LIBRARY, __VA_ARGS__, NULL})
#define RUN           OVERLAIN " run "
#define RUN_IT        RUN "-o lowerdir=low,upperdir=up,workdir=work merged -- "

static void says(struct outcome outcome, const char *out, const char *err, int status)
{
	assert_text(outcome.out, out, "stdout");
	assert_text(outcome.err, err, "stderr");
	cr_assert(outcome.status == status, "status %d, expected %d", outcome.status, status);
}

Test(configuration, by_environment)
{
	const char *const *relative =
		SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low:low2",
			 "OVERLAIN_UPPERDIR=up", "OVERLAIN_WORKDIR=work");

	says(shell(area, relative, "ls merged"), "a\nb\nc\n", "", 0);
	says(shell(area, relative,
		   "cd else/where; ls ../../merged; sh -c 'cd ..; cat ../merged/a'"),
	     "a\nb\nc\nbelow\n", "", 0);
	says(shell(format("%s/else", area),
		   SETTINGS("OVERLAIN_MERGED=../merged", "OVERLAIN_LOWERDIR=.././low"),
		   "cat ../merged/a"),
	     "below\n", "", 0);
	says(shell(area,
		   SETTINGS("OVERLAIN_MERGED=merged/", "OVERLAIN_LOWERDIR=./low/",
			    "OVERLAIN_UPPERDIR=else/../up//"),
		   "echo x >merged/x; ls merged; cat up/x"),
	     "a\nc\nx\nx\n", "", 0);
}

Test(configuration, children_see_absolute_paths)
{
	const char *const *relative = SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
					       "OVERLAIN_UPPERDIR=up", "OVERLAIN_WORKDIR=work");
	char *environment = shell(area, relative, "cd /; env").out;

	assert_holds(environment, format("OVERLAIN_MERGED=%s/merged\n", area));
	assert_holds(environment, format("OVERLAIN_LOWERDIR=%s/low\n", area));
	assert_holds(environment, format("OVERLAIN_UPPERDIR=%s/up\n", area));
	assert_holds(environment, format("OVERLAIN_WORKDIR=%s/work\n", area));
}

Test(configuration, merged_need_not_exist)
{
	says(shell(area,
		   SETTINGS("OVERLAIN_MERGED=nowhere", "OVERLAIN_LOWERDIR=low",
			    "OVERLAIN_UPPERDIR=up"),
		   "ls nowhere; cd nowhere && pwd && echo x >made; cat made"),
	     format("a\nc\n%s/nowhere\nx\n", area), "", 0);
	says(shell(area, NULL, "ls nowhere 2>/dev/null; cat up/made"), "x\n", "", 0);
}

Test(configuration, a_lower_seen_in_place)
{
	says(shell(area,
		   SETTINGS("OVERLAIN_MERGED=low", "OVERLAIN_LOWERDIR=low", "OVERLAIN_UPPERDIR=up"),
		   "echo more >>low/a; rm low/c; echo x >low/d; ls low; cat low/a"),
	     "a\nd\nbelow\nmore\n", "", 0);
	says(shell(area, NULL, "ls low up; cat low/a"), "low:\na\n\nup:\na\nd\nbelow\n", "", 0);
}

Test(configuration, odd_names)
{
	says(shell(area, SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=lo\\:er"),
		   "cat merged/odd"),
	     "colon\n", "", 0);
	says(shell(area, SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=lo,er"),
		   "cat merged/odd"),
	     "comma\n", "", 0);
	says(shell(area, SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=lo er"),
		   "cat merged/odd"),
	     "space\n", "", 0);
	says(shell(area, SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=lo\\\\er"),
		   "cat merged/odd"),
	     "backslash\n", "", 0);
	says(shell(area, NULL,
		   RUN "-o 'lowerdir=lo\\:er:low' merged -- sh -c 'cat merged/odd; ls merged'"),
	     "colon\na\nodd\n", "", 0);
	says(shell(area, NULL,
		   RUN "-o 'lowerdir=lo\\,er,ro' merged -- sh -c 'cat merged/odd; cd /; "
		       "sh -c \"cat $OLDPWD/merged/odd\"'"),
	     "comma\ncomma\n", "", 0);
	says(shell(area, NULL, RUN "-o 'lowerdir=lo er' merged -- cat merged/odd"), "space\n", "",
	     0);
}

Test(configuration, several_unions)
{
	char *two = format("OVERLAIN_MOUNTS=%s/merged lowerdir=%s/low\n"
			   "%s/else lowerdir=%s/low2,upperdir=%s/up",
			   area, area, area, area, area);
	char *nested = format(
		"OVERLAIN_MOUNTS=%s/merged lowerdir=%s/low\n%s/merged/sub lowerdir=%s/low2\n", area,
		area, area, area);

	says(shell(area, SETTINGS(two),
		   "ls merged else; echo x >else/x; cat up/x; cp else/b else/a2; ls else; "
		   "touch merged/no"),
	     "else:\nb\nc\n\nmerged:\na\nx\na2\nb\nc\nx\n",
	     "touch: cannot touch 'merged/no': Read-only file system\n", 1);
	says(shell(area, SETTINGS(nested),
		   "cat merged/a merged/sub/b; ls merged/sub; cd merged/sub && /bin/pwd && ls .."),
	     format("below\nsecond\nb\n%s/merged/sub\na\n", area), "", 0);
}

Test(configuration, several_unions_of_the_command)
{
	says(shell(area, NULL,
		   RUN "-o lowerdir=low merged -o lowerdir=low2 else -- ls merged else"),
	     "else:\nb\n\nmerged:\na\n", "", 0);
	says(shell(area, NULL, RUN "-o lowerdir=low -o upperdir=up merged -- ls merged"), "a\nc\n",
	     "", 0);
}

Test(configuration, read_only_without_an_upper)
{
	says(shell(area, SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low:low2"),
		   "ls merged; echo x >merged/a; rm -f merged/b; cat merged/a"),
	     "a\nb\nbelow\n",
	     "sh: 1: cannot create merged/a: Read-only file system\n"
	     "rm: cannot remove 'merged/b': Read-only file system\n",
	     0);
	says(shell(area, NULL,
		   RUN "-o lowerdir=low,upperdir=up,workdir=work,ro merged -- sh -c 'ls merged; "
		       "mkdir merged/d'"),
	     "a\nc\n", "mkdir: cannot create directory 'merged/d': Read-only file system\n", 1);
}

Test(configuration, default_workdir)
{
	says(shell(area,
		   SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
			    "OVERLAIN_UPPERDIR=up"),
		   "echo x >>merged/a; cat up/a; tail -1 /proc/self/mounts | grep -o 'workdir=[^, "
		   "]*'"),
	     format("below\nx\nworkdir=%s/up.work\n", area), "", 0);
	says(shell(area, NULL, "ls -d up.work; ls low up"), "up.work\nlow:\na\n\nup:\na\nc\n", "",
	     0);
}

Test(configuration, of_nothing)
{
	says(shell(area, SETTINGS("NOTHING=set"), "ls merged low"), "low:\na\n\nmerged:\n", "", 0);
}

Test(configuration, status_is_passed_through)
{
	says(shell(area, NULL, RUN_IT "true"), "", "", 0);
	says(shell(area, NULL, RUN_IT "sh -c 'exit 7'"), "", "", 7);
	says(shell(area, NULL, "exec " RUN_IT "sh -c 'kill -TERM $$'"), "", "", 128 + 15);
	says(shell(area, NULL, RUN_IT "cat merged/missing"), "",
	     "cat: merged/missing: No such file or directory\n", 1);
}

Test(configuration, status_of_what_cannot_be_run)
{
	cr_assert(shell(area, NULL, RUN_IT "no-such-command").status == 127);
	cr_assert(shell(area, NULL, RUN_IT "./missing").status == 127);
	cr_assert(shell(area, NULL, RUN_IT "./not").status == 126);
	cr_assert(shell(area, NULL, RUN_IT "./low").status == 126);
	assert_holds(shell(area, NULL, RUN_IT "no-such-command").err, "no-such-command");
	assert_holds(shell(area, NULL, RUN_IT "./not").err, "./not");
}

Test(configuration, status_of_its_own_failures)
{
	cr_assert(shell(area, NULL, OVERLAIN).status == 125);
	cr_assert(shell(area, NULL, OVERLAIN " fly").status == 125);
	cr_assert(shell(area, NULL, RUN "-o").status == 125);
	says(shell(area, NULL, OVERLAIN " --help >/dev/null && " OVERLAIN " --version >/dev/null"),
	     "", "", 0);
}

Test(configuration, the_process_is_the_same)
{
	says(shell(area, NULL,
		   "sh -c 'echo $$; exec " RUN_IT "sh -c \"echo \\$\\$\"' | uniq | wc -l"),
	     "1\n", "", 0);
	says(shell(area, NULL, "echo typed | " RUN_IT "cat"), "typed\n", "", 0);
	says(shell(area, NULL, "exec 5<low/a; " RUN_IT "sh -c 'cat <&5'"), "below\n", "", 0);
	says(shell(area, NULL, "A=b " RUN_IT "sh -c 'echo $A $0 \"$@\"' one 'two words' ''  -o"),
	     "b one two words  -o\n", "", 0);
	says(shell(area, NULL,
		   "umask 027; cd else; " RUN
		   "-o lowerdir=../low ../merged -- sh -c 'umask; pwd; cat ../merged/a'"),
	     format("0027\n%s/else\nbelow\n", area), "", 0);
}

Test(configuration, commands_found_in_the_union)
{
	shell_text(area, "mkdir low/bin; printf '#!/bin/sh\\necho found $0 $1\\n"
			 "' >low/bin/tool; chmod +x low/bin/tool");
	says(shell(area, NULL, RUN_IT "merged/bin/tool x"), "found merged/bin/tool x\n", "", 0);
	says(shell(area, NULL, "PATH=$PWD/merged/bin:$PATH; " RUN_IT "tool x"),
	     format("found %s/merged/bin/tool x\n", area), "", 0);
}

Test(configuration, env_prints_what_env_and_eval_take)
{
	const char *options = "-o lowerdir=low:low2,upperdir=up,workdir=work merged";
	const char *print = format(OVERLAIN " env %s", options);

	says(shell(area, NULL, format("env $(%s) ls merged", print)), "a\nb\nc\n", "", 0);
	says(shell(area, NULL,
		   format("set -a; eval \"$(%s)\"; cd /; ls %s/merged; cat %s/merged/b", print,
			  area, area)),
	     "a\nb\nc\nsecond\n", "", 0);
	assert_holds(shell_text(area, format(OVERLAIN " env --export %s", options)),
		     "export LD_PRELOAD=" LIBRARY "\n");
}

/* What a program leaves out of its child's environment, the child is given all the same. */
Test(configuration, scrubbed_environments)
{
	says(shell(area, SETTINGS("OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low"),
		   "env LD_PRELOAD= ls merged; env -i ls merged; unset OVERLAIN_LOWERDIR; ls "
		   "merged"),
	     "a\na\na\n", "", 0);
}

Test(configuration, other_preloads_stay)
{
	assert_holds(shell(area, NULL, "LD_PRELOAD=libc.so.6 " RUN_IT "env").out, "libc.so.6");
}
