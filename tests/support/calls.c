#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "calls_mark.h"
#include "format.h"
#include "scratch.h"
#include "world.h"

bool can_trace(void)
{
	bool can = shell("/", NULL, "strace -o /dev/null true").status == 0;

	if (!can)
		fprintf(stderr, "skipped: this machine lets nothing be traced\n");
	return can;
}

static void trace(const struct calls *calls, size_t count, const char *const *settings,
		  const char *root, const char *to)
{
	static const char *const tracer[] = {"strace", "-f", "-qq", "-esignal=none", "-s0", "-o"};
	const char **argv = calloc(2 * count + 64, sizeof *argv);
	size_t n = sizeof tracer / sizeof *tracer;

	memcpy(argv, tracer, sizeof tracer);
	argv[n++] = to;
	for (; settings && *settings; settings++) {
		argv[n++] = "-E";
		argv[n++] = *settings;
	}
	argv[n++] = HELPER("budget_calls");
	for (size_t i = 0; i < count; i++) {
		argv[n++] = calls[i].operation;
		argv[n++] = *calls[i].path == '/' ? calls[i].path
						  : format("%s/%s", root, calls[i].path);
	}
	struct outcome outcome = program("/", NULL, argv);
	cr_assert_eq(outcome.status, 0, "%s", outcome.err);
}

/* A call another process cut in two is one. */
static bool is_call(const char *line)
{
	return !strstr(line, "resumed>") && !strstr(line, "+++");
}

void calls_measure(struct calls *calls, size_t count, const char *const *settings, const char *root)
{
	char *path = format("%s/trace", scratch()), line[1024];
	long seen[5] = {0}; /* behind so many marks */
	int marks = 0;
	size_t row = 0;
	long parent = 0;

	trace(calls, count, settings, root, path);
	FILE *in = fopen(path, "r");
	cr_assert_not_null(in);
	while (row < count && fgets(line, sizeof line, in)) {
		parent = parent ? parent : atol(line);
		if (atol(line) == parent || !is_call(line))
			continue;
		if (!strstr(line, CALLS_MARK_NAME)) {
			seen[marks]++;
		} else if (++marks == 4) {
			calls[row].cold = seen[1];
			calls[row++].warm = seen[3] * 10 / CALLS_MEASURED;
			memset(seen, 0, sizeof seen);
			marks = 0;
		}
	}
	fclose(in);
	cr_assert_eq(row, count, "the trace ends early");
}
