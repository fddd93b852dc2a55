/* Every kind of call at once, by threads, and by a handler in the middle of others. */
#include <criterion/criterion.h>

#include "house.h"
#include "support/format.h"
#include "support/world.h"

SUITE(storms);

/* The numbers in front of a line's "%d". */
static char *lines(int count, const char *pattern)
{
	char *all = format("%s", "");
	for (int i = 0; i < count; i++)
		all = format("%s%s", all, replaced(pattern, "%d", format("%d", i)));
	return all;
}

static const char *tree(void)
{
	return format("%s%s", lines(50, "common/s%d = first\n"),
		      lines(16, "low%d/f = f\ngone%d = g\n"));
}

Test(storms, threads)
{
	same_everywhere(.lower = {tree()}, .unlike_kernel = true,
			.script =
				"cd merged; " HELPER("storm_threads") " 60; cd ..; rm -r merged/*");
}

Test(storms, signals)
{
	const char *script = "cd merged; for i in 0 1 2 3 4 5 6 7; do { head -c 999999 /dev/zero; "
			     "printf z; } >big$i; done; for s in '' restart; do " HELPER(
				     "storm_signals") " 20 $s; done; cd ..; rm -r merged/*";
	same_everywhere(.lower = {tree()}, .unlike_kernel = true, .script = script);
}

Test(storms, children_that_share_memory)
{
	same_everywhere(.lower = {"own1/mine = 1\nown2/mine = 2\n"},
			.script = "cd merged; for how in vfork clone share; do " HELPER(
				"storm_vfork") " 3 2 $how; " HELPER("storm_vfork") " 3 16 $how; "
										   "done");
}
