/*
 * crash STRIDE [OPERATION]: kills each operation at each of its system calls in turn, or at every
 * STRIDE-th. What others see while it stands there, and what is left, must be the state before it
 * or the state after it, for us and for the kernel, with the lower as it was and nothing in workdir
 * once the next process has started.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook.h"
#include "killer.h"
#include "stage.h"
#include "support/format.h"
#include "torment.h"

static int stride, kills, operation_count;

static void start(void *data)
{
	const struct operation *op = data;

	area_exec("--do", op->words);
}

static char *seen; /* by another process while it stood still */

static void look(void)
{
	seen = area_shown();
}

static bool run(const struct operation *op, int at, int *status)
{
	area_reset(operations_upper);
	return killer_run(at, operation_is_start(op), start, (void *)(uintptr_t)op, look, status);
}

static void complain(const struct operation *op, int at, const char *fault)
{
	errx(1, "%s, killed at system call %d: %s", op->name, at, fault);
}

static void expect(const struct operation *op, int at, const char *who, const char *shown,
		   const char *before, const char *after)
{
	if (strcmp(shown, before) != 0 && strcmp(shown, after) != 0)
		complain(op, at,
			 format("%s sees neither before nor after: %s\n%s", who,
				first_difference(before, shown), first_difference(after, shown)));
}

static bool lacking; /* what is killed: operations where the kernel lacks something */

/* What is left then may be told by names, which the kernel does not know. */
static char *fault_of(const char *shown)
{
	return lacking ? area_fault_quick() : area_fault(shown);
}

static void check(const struct operation *op, int at, const char *before, const char *after)
{
	char *shown = area_shown(), *fault = fault_of(shown);

	expect(op, at, "who comes in between", seen, before, after);
	expect(op, at, "the next", shown, before, after);
	if (fault)
		complain(op, at, fault);
	free(shown);
	free(seen);
}

static bool lacks(const struct operation *op)
{
	bool found = false;

	for (int i = 0; op->settings[i]; i++)
		found |= starts_with(op->settings[i], "HOOK_");
	return found;
}

static void torment_one(const struct operation *op)
{
	int status;

	for (int i = 0; op->settings[i]; i++)
		if (strcmp(op->settings[i], LENDS) == 0)
			return;
	if (lacks(op) != lacking)
		return;
	char *before = state_before(op);
	run(op, 1 << 20, &status);
	if (status != 0)
		complain(op, 0, "it does not succeed when it is left alone");
	char *after = area_shown();
	/* Who changes nothing cannot leave half of it. */
	if (operation_is_start(op) || strcmp(before, after) != 0) {
		char *fault = fault_of(after);
		if (fault)
			complain(op, 0, fault);
		for (int at = 1; run(op, at, &status); at += stride, kills++)
			check(op, at, before, after);
		operation_count++;
	}
	free(before);
	free(after);
}

int main(int argc, char **argv)
{
	struct tormentor killing = {BUILD_DIR "/liboverlain.so", torment_one, killer_ready};

	torment_child(argv, &killing);
	stride = argc > 1 ? atoi(argv[1]) : 0;
	if (stride < 1)
		errx(2, "usage: crash STRIDE [OPERATION]");
	torment(argv[2], &killing);
	lacking = true;
	killing.library = BUILD_DIR "/tests/faulty/liboverlain.so";
	torment(argv[2], &killing);
	printf("crash: %d kills in %d operations: each leaves the state before or after\n", kills,
	       operation_count);
	return operation_count == 0;
}
