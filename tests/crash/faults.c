/*
 * faults once|each|all [OPERATION]: lets the system calls the library makes for each operation
 * fail. "all" takes each call of each with each error, of those at one place the first few; "each"
 * the same with one error; "once" each place in the library with one error. What is only called
 * once something else has failed, fails together with that. The program gets the error and nothing
 * has happened; or it does not, and all has. Either way the lower is as it was, nothing is left in
 * workdir, and what failed succeeds when it is tried again.
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook.h"
#include "places.h"
#include "stage.h"
#include "support/format.h"
#include "support/listing.h"
#include "torment.h"

#define LIBRARY BUILD_DIR "/tests/faulty/liboverlain.so"

static const int errors[] = {ENOSPC, EIO, EMFILE, ENFILE, EACCES, EDQUOT, EINTR, ENOMEM};
enum { ERRORS = sizeof errors / sizeof *errors };

/* --- in the program that suffers it --- */

/* HOOK_PLAN arms from the very start, FAULT_PLAN from the mark on; or what it hands over to. */
static void arm(void)
{
	const char *plan = getenv("FAULT_PLAN"), *later = getenv("FAULT_PLAN_LATER");
	struct hook_plan now;

	if (later)
		setenv("HOOK_PLAN", later, 1);
	if (!plan || sscanf(plan, "%d %d %d", &now.call, &now.then, &now.error) != 3)
		return;
	void *symbol = dlsym(RTLD_DEFAULT, "hook_arm");
	if (!symbol)
		errx(99, "hook_arm: not in this library");
	((__typeof__(&hook_arm))symbol)(&now);
}

/* --- in the program that looks on --- */

static int faults, complaints;

/* One run of an operation, and what came of it. */
struct run {
	const struct operation *op;
	struct hook_plan plan;
	int status;
	unsigned long failed; /* where its first call failed; 0: it ended before */
	struct trace trace;
};

static void start(const struct run *r)
{
	const char *name = operation_is_start(r->op)                   ? "HOOK_PLAN"
			   : starts_with(r->op->words[0], "hand-over") ? "FAULT_PLAN_LATER"
								       : "FAULT_PLAN";

	area_setting(format("%s=%d %d %d", name, r->plan.call, r->plan.then, r->plan.error));
	area_exec("--do", r->op->words);
}

static void run(struct run *r)
{
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC))
		err(1, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], HOOK_REPORT);
		start(r);
	}
	close(ends[1]);
	trace_read(&r->trace, ends[0]);
	waitpid(pid, &status, 0);
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	r->failed = 0;
	for (size_t i = 0; i < r->trace.count && !r->failed; i++)
		if (r->trace.at[i].how == CALL_FAILED)
			r->failed = r->trace.at[i].site;
	places_note(&r->trace);
}

static void complain(const struct run *r, const char *what)
{
	warnx("%s, %s at call %d then %d (%s): %s", r->op->name, strerrorname_np(r->plan.error),
	      r->plan.call, r->plan.then, place_name(r->failed), what);
	if (++complaints == 20)
		exit(1);
}

/* OR, where it is not NULL, will do as well. */
static void expect_shown(const struct run *r, const char *what, const char *expected,
			 const char * or)
{
	char *shown = area_shown(), *fault = area_fault_quick();

	if (strcmp(shown, expected) != 0 && !(or &&strcmp(shown, or) == 0))
		complain(r, format("%s: %s", what, first_difference(expected, shown)));
	if (fault)
		complain(r, fault);
	free(shown);
}

static bool is_denied_anyway(const char *word)
{
	return strcmp(word, "create-alone") == 0 || strcmp(word, "hand-over-barred") == 0;
}

/*
 * What it gets need not be that very error: a process that cannot start says so and ends, and who
 * looks for another way because the first was denied still hears of that.
 */
static bool is_honest(const struct run *r)
{
	const char *word = r->op->words[0];

	if (r->status == 125)
		return operation_is_start(r->op) || starts_with(word, "hand-over");
	if (r->status == EACCES && is_denied_anyway(word))
		return true;
	return r->status == 0 || r->status == r->plan.error || r->status == ENOMEM;
}

struct states {
	char *before, *after;
	char *copied; /* before, but that a copy shows: operation_copies */
};

static void try_again(const struct run *failed, const struct states *states)
{
	struct run again = {.op = failed->op, .plan = {.error = failed->plan.error}};

	run(&again);
	if (again.status)
		complain(failed, format("tried again, it ends with %d", again.status));
	expect_shown(failed, "tried again", states->after, NULL);
	trace_free(&again.trace);
}

/* A preparation cannot be made twice. */
static void inject(struct run *r, const struct states *states)
{
	area_reset(operations_upper);
	run(r);
	if (!r->failed)
		return;
	faults++;
	if (!is_honest(r))
		complain(r, format("it ends with %d", r->status));
	if (r->status)
		expect_shown(r, "it failed", states->before, states->copied);
	else
		expect_shown(r, "it succeeded", states->after, NULL);
	if (r->status && !operation_prepares(r->op))
		try_again(r, states);
}

/* What is called only because R failed, and has not failed yet itself. */
static void inject_further(const struct run *r, const struct run *plain,
			   const struct states *states)
{
	int call = 0;

	for (size_t i = 0; i < r->trace.count; i++) {
		const unsigned long site = r->trace.at[i].site;

		call += r->trace.at[i].how != CALL_SKIPPED;
		if (call <= r->plan.call || !place_is_new(site) || trace_call(&plain->trace, site))
			continue;
		struct run further = {.op = r->op, .plan = {r->plan.call, call, r->plan.error}};

		inject(&further, states);
		trace_free(&further.trace);
	}
}

/* Who may not look at a link outside, or at merged there, may not go that way either. */
static bool can_happen(int error, unsigned long site)
{
	const char *name = place_name(site);

	return error != EACCES || (!starts_with(name, "preload/process/walk.c") &&
				   !starts_with(name, "preload/process/door.c"));
}

/* Answers the number the call at SITE had this time: two runs may differ a little. */
static int inject_one(const struct run *plain, int call, int error, unsigned long site,
		      const struct states *states)
{
	struct run r = {.op = plain->op, .plan = {call, 0, error}};

	inject(&r, states);
	inject_further(&r, plain, states);
	call = trace_call(&r.trace, site);
	trace_free(&r.trace);
	return call;
}

/* Another one each time. */
static int next_error(unsigned long site)
{
	const int error = errors[faults % ERRORS];

	return can_happen(error, site) ? error : EIO;
}

/* With how many errors each call is tried. */
static int tried;

static void inject_each(const struct run *plain, const struct states *states)
{
	enum { TRIES = 4, ALIKE = 4 };
	int call = 0;

	for (size_t i = 0; i < plain->trace.count; i++) {
		const unsigned long site = plain->trace.at[i].site;

		if (plain->trace.at[i].how == CALL_SKIPPED)
			continue;
		call++;
		const bool more = trace_seen(&plain->trace, i) >= ALIKE;
		for (int e = 0; !more && e < tried; e++) {
			const int error = tried < ERRORS ? next_error(site) : errors[e];

			if (can_happen(error, site))
				inject_one(plain, call, error, site, states);
		}
		for (int t = 0, at = call; at && place_is_new(site) && t < TRIES; t++)
			at = inject_one(plain, at, next_error(site), site, states);
	}
}

/* What shows after RUN, which nothing happens to. */
static char *state_after(struct run *plain)
{
	area_reset(operations_upper);
	run(plain);
	if (plain->status != 0)
		errx(1, "%s: left alone, it ends with %d", plain->op->name, plain->status);
	return area_shown();
}

static char *state_copied(const struct operation *op)
{
	const struct operation copying = {op->name, {"copy", op->words[1]}, {NULL}};
	struct run plain = {.op = &copying, .plan = {.error = EIO}};
	char *copied = state_after(&plain);

	trace_free(&plain.trace);
	return copied;
}

static void torment_one(const struct operation *op)
{
	struct run plain = {.op = op, .plan = {.error = EIO}};
	struct states states = {
		.before = state_before(op),
		.copied = operation_copies(op) ? state_copied(op) : NULL,
		.after = state_after(&plain),
	};

	inject_each(&plain, &states);
	trace_free(&plain.trace);
	free(states.before);
	free(states.copied);
	free(states.after);
}

int main(int argc, char **argv)
{
	const struct tormentor failing = {LIBRARY, torment_one, arm};

	torment_child(argv, &failing);
	const char *how = argc > 1 ? argv[1] : "";
	const bool all = strcmp(how, "all") == 0, each = strcmp(how, "each") == 0;
	if (!all && !each && strcmp(how, "once") != 0)
		errx(2, "usage: faults once|each|all [OPERATION]");
	tried = all ? ERRORS : each;
	places_read(BUILD_DIR "/tests/faulty/sites", SOURCE_DIR "/tests/crash/unreached");
	torment(argv[2], &failing);
	if (complaints > 0 || faults == 0)
		return 1;
	return !places_report(faults, all && argc == 2);
}
