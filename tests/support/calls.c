#include "calls.h"

#include <stdio.h>
#include <stdlib.h>

#include "format.h"
#include "scratch.h"
#include "world.h"

#define REPEAT 50

bool can_trace(void)
{
	bool can = shell("/", NULL, "strace -o /dev/null true").status == 0;

	if (!can)
		fprintf(stderr, "skipped: this machine lets nothing be traced\n");
	return can;
}

static const char *options(const char *const *settings)
{
	char *text = format("%s", "");

	for (; settings && *settings; settings++)
		text = format("%s -E '%s'", text, *settings);
	return text;
}

/* The system calls of a run that repeats the operation so many times. */
static long calls_of_run(const char *const *settings, const char *operation, const char *path,
			 int count)
{
	char *trace = format("%s/trace", scratch());

	shell_text("/", format("strace -f -qq -e signal=none -o %s %s " HELPER(
				       "budget_calls") " %s %s %d",
			       trace, options(settings), operation, path, count));
	/* A call another process cut in two is one. */
	return atol(shell_text("/", format("grep -v 'resumed>\\|+++' %s | wc -l", trace)));
}

long calls_of(const char *const *settings, const char *operation, const char *path)
{
	long few = calls_of_run(settings, operation, path, REPEAT);
	long many = calls_of_run(settings, operation, path, REPEAT * 2);

	return (many - few) * 10 / REPEAT;
}
