/* What the library takes of a program's memory: for itself, and for the names it remembers. */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(memory, .init = scratch_make, .fini = scratch_remove, .timeout = 60);

enum { MANY = 20000, BYTES_A_NAME = 160, IDLE_KIB = 256 };

/* In KiB, as programs/resident.c prints them. */
struct memory {
	long resident, own, space;
};

/* Of a program that looks at COUNT names, so many times over; LIMIT is a command before it. */
static struct memory memory_of(const char *limit, const char *option, int count, int passes)
{
	struct memory m;

	shell_text(scratch(), "mkdir -p low up work merged");
	const char *out =
		shell_text(scratch(), format("%s; " OVERLAIN
					     " run -o lowerdir=low,upperdir=up,workdir=work,%s "
					     "merged -- " HELPER("resident") " merged %d %d",
					     limit, option, count, passes));
	cr_assert_eq(sscanf(out, "%ld %ld %ld", &m.resident, &m.own, &m.space), 3);
	return m;
}

Test(memory, of_a_remembered_name)
{
	const long idle = memory_of("true", "", 0, 0).own;
	const long grown = memory_of("true", "", MANY, 1).own - idle;

	cr_expect_leq(grown * 1024, MANY * BYTES_A_NAME, "%ld KiB", grown);
}

Test(memory, is_bounded_by_the_option)
{
	const long idle = memory_of("true", "", 0, 0).own;
	const long bounded = memory_of("true", "cache=300k", MANY, 1).own - idle;
	const long none = memory_of("true", "cache=0", MANY, 1).own - idle;

	cr_expect_leq(bounded, 300, "%ld KiB", bounded);
	cr_expect_geq(bounded, 200, "%ld KiB", bounded);
	cr_expect_leq(none, 20, "%ld KiB", none);
}

/* Address space is taken as it is used; where it is limited, the program has nearly all of it. */
Test(memory, leaves_a_limited_address_space_alone)
{
	const struct memory idle = memory_of("true", "", 0, 0);
	const struct memory free = memory_of("true", "", MANY, 1);
	const struct memory limited = memory_of("ulimit -v 20000", "", MANY, 1);

	cr_expect_leq(idle.space, 4096, "%ld KiB", idle.space);
	cr_expect_geq(free.space, idle.space + MANY * 100 / 1024);
	cr_expect_leq(limited.space, idle.space + 20000 / 32, "%ld of %ld KiB", limited.space,
		      idle.space);
}

/* What was looked at once is not asked for again, in a directory of many names either. */
Test(memory, of_many_names_holds_them)
{
	static const char calls[] =
		"strace -f -qq -e signal=none -o trace " OVERLAIN
		" run -o lowerdir=low,upperdir=up,workdir=work merged -- " HELPER(
			"resident") " merged %d %d >out; wc -l <trace";

	if (!can_trace())
		cr_skip_test();
	shell_text(scratch(), "mkdir low up work merged");
	const long once = atol(shell_text(scratch(), format(calls, 5000, 1)));
	const long twice = atol(shell_text(scratch(), format(calls, 5000, 2)));
	cr_expect_geq(once, 5000);
	cr_expect_leq(twice - once, 5000 / 20, "%ld calls more", twice - once);
}

/* A directory of too many names to be listed is not listed again and again. */
Test(memory, too_small_for_a_large_directory)
{
	static const char made[] = "mkdir -p low/d upper/d work merged below/d\n"
				   "(cd low/d && seq -f 'x%g' 3000 | xargs touch)\n"
				   "(cd below/d && seq -f 'n%g' 300 | xargs touch)";
	static const char listed[] =
		"strace -f -qq -e trace=getdents64 -o trace " OVERLAIN
		" run -o lowerdir=low:below,upperdir=upper,workdir=work,cache=64k merged -- sh -c "
		"\"cd merged/d && seq -f 'n%g' 300 | xargs stat -c %n >out\"; grep -c getdents "
		"trace";

	if (!can_trace())
		cr_skip_test();
	shell_text(scratch(), made);
	const long calls = atol(shell_text(scratch(), listed));
	cr_expect_leq(calls, 60, "%ld calls", calls);
}

/* The median of several: how much of libc the kernel maps along differs from run to run. */
static const char median[] = "for i in 1 2 3 4 5 6 7 8 9; do %s sleep 60 & all=\"$all $!\"; done\n"
			     "for p in $all; do\n"
			     "	until grep -q '(sleep) S' /proc/$p/stat; do :; done\n"
			     "	grep Rss: /proc/$p/smaps_rollup\n"
			     "done | sort -k2n | awk 'NR == 5 { print $2 }'\n"
			     "kill $all";

static void expect_idle(const char *layers, const char *merged, long most)
{
	shell_text(scratch(), "mkdir low up work merged");
	const long bare = atol(shell_text(scratch(), format(median, "")));
	const char *ours =
		format("%s run -o %s,upperdir=up,workdir=work %s -- ", OVERLAIN, layers, merged);
	const long seen = atol(shell_text(scratch(), format(median, ours)));

	cr_expect_leq(seen, bare + most, "%ld KiB, bare %ld", seen, bare);
}

Test(memory, of_an_idle_program)
{
	expect_idle("lowerdir=low", "merged", IDLE_KIB);
}

/* There the auditor, which stays for dlopen, has rooms and a table of its own. */
Test(memory, of_an_idle_program_in_a_whole_system)
{
	expect_idle("lowerdir=/", "/", 2 * IDLE_KIB);
}
