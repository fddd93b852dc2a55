/*
 * crash STRIDE [OPERATION]: kills each operation at each of its system calls in turn, or at every
 * STRIDE-th. What is left must be
 * the state before it or the state after it, for us and for the kernel, with the lower as it was
 * and nothing in workdir once the next process has started.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "killer.h"
#include "operations.h"
#include "stage.h"
#include "support/format.h"
#include "support/listing.h"

static void start(void *data)
{
	const struct operation *op = data;

	area_exec("--do", op->words);
}

static bool run(const struct operation *op, int at, int *status)
{
	area_reset(operations_upper);
	return killer_run(at, strcmp(op->words[0], "start") == 0, start, (void *)(uintptr_t)op,
			  status);
}

static void complain(const struct operation *op, int at, const char *fault)
{
	errx(1, "%s, killed at system call %d: %s", op->name, at, fault);
}

static void check(const struct operation *op, int at, const char *before, const char *after)
{
	char *shown = area_shown(), *fault = area_fault(shown);

	if (strcmp(shown, before) != 0 && strcmp(shown, after) != 0)
		fault = format("neither before nor after: %s\n%s", first_difference(before, shown),
			       first_difference(after, shown));
	if (fault)
		complain(op, at, fault);
	free(shown);
}

/* How many kills it survived. */
static int torment(const struct operation *op, int stride)
{
	int status, kills = 0;

	area_reset(operations_upper);
	char *before = area_shown();
	run(op, 1 << 20, &status);
	if (status != 0)
		complain(op, 0, "it does not succeed when it is left alone");
	char *after = area_shown(), *fault = area_fault(after);
	if (fault)
		complain(op, 0, fault);
	for (int at = 1; run(op, at, &status); at += stride, kills++)
		check(op, at, before, after);
	free(before);
	free(after);
	return kills;
}

int main(int argc, char **argv)
{
	size_t run_count = 0;
	int kills = 0, stride = argc > 1 ? atoi(argv[1]) : 0;

	if (argc > 2 && strcmp(argv[1], "--do") == 0)
		return operation_do(argv + 2, killer_mark) != 0;
	if (argc > 1 && strcmp(argv[1], "--list") == 0) {
		list_tree(stdout, "merged", LIST_AGREE);
		return 0;
	}
	if (stride < 1)
		errx(2, "usage: crash STRIDE [OPERATION]");
	area_make(operations_lower);
	for (const struct operation *op = operations; op->name; op++) {
		if (argc > 2 && !strstr(op->name, argv[2]))
			continue;
		kills += torment(op, stride);
		run_count++;
	}
	area_remove();
	printf("crash: %d kills in %zu operations: each leaves the state before or after\n", kills,
	       run_count);
	return run_count == 0;
}
