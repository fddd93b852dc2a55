/*
 * faults STRIDE [OPERATION]: lets each system call the library makes for an operation fail in turn,
 * with each error or, with STRIDE above 1, every so many calls with one of them. The program gets
 * that error and nothing has happened; or it does not, and all has. Either way the lower is as it
 * was, nothing is left in workdir, and what failed succeeds when it is tried again.
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
#include "operations.h"
#include "stage.h"
#include "support/format.h"
#include "support/listing.h"

static const int errors[] = {ENOSPC, EIO, EMFILE, ENFILE, EACCES, EDQUOT, EINTR, ENOMEM};
enum { ERRORS = sizeof errors / sizeof *errors };

/* One run of an operation with one call failing. */
struct fault {
	const struct operation *op;
	int call, error;
};

static bool is_start(const struct operation *op)
{
	return strcmp(op->words[0], "start") == 0;
}

/* --- in the program that suffers it --- */

static const struct fault *mine;

static void *hook_symbol(const char *name)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);

	if (!symbol)
		errx(99, "%s: not in this library", name);
	return symbol;
}

static void arm(void)
{
	((__typeof__(&hook_arm))hook_symbol("hook_arm"))(mine->call, mine->error);
}

/* Its exit status is the error it got; what was left of the calls counts as well. */
static int suffer(char **words)
{
	const struct fault fault = {NULL, atoi(words[0]), atoi(words[1])};

	mine = &fault;
	int status = operation_do(words + 2, arm) ? errno : 0;
	((__typeof__(&hook_disarm))hook_symbol("hook_disarm"))();
	return status;
}

/* --- in the program that looks on --- */

struct outcome {
	int status;
	long site; /* 0: it ended before that call */
};

static void start(const struct fault *fault)
{
	char *call = format("%d", fault->call), *error = format("%d", fault->error);
	const char *words[8] = {call, error};

	for (int i = 0; fault->op->words[i]; i++)
		words[i + 2] = fault->op->words[i];
	area_setting(format("LD_PRELOAD=%s/tests/faulty/liboverlain.so", BUILD_DIR));
	if (is_start(fault->op)) {
		area_setting(format("HOOK_CALL=%s", call));
		area_setting(format("HOOK_ERROR=%s", error));
	}
	area_exec("--do", words);
}

static struct outcome run(const struct fault *fault)
{
	struct outcome outcome = {0};
	char report[64] = "";
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC))
		err(1, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		int quiet = open("/dev/null", O_WRONLY);

		dup2(quiet, 2);
		dup2(ends[1], HOOK_REPORT);
		start(fault);
	}
	close(ends[1]);
	if (read(ends[0], report, sizeof report - 1) > 0)
		sscanf(report, "failed at %lx", (unsigned long *)&outcome.site);
	close(ends[0]);
	waitpid(pid, &status, 0);
	outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	return outcome;
}

static int complaints;

static void complain(const struct fault *fault, long site, const char *what)
{
	warnx("%s, %s at call %d (%#lx): %s", fault->op->name, strerrorname_np(fault->error),
	      fault->call, (unsigned long)site, what);
	if (++complaints == 20)
		exit(1);
}

static void expect_shown(const struct fault *fault, long site, const char *what,
			 const char *expected)
{
	char *shown = area_shown(), *fault_found = area_fault_quick();

	if (strcmp(shown, expected) != 0)
		complain(fault, site, format("%s: %s", what, first_difference(expected, shown)));
	if (fault_found)
		complain(fault, site, fault_found);
	free(shown);
}

/* The states the operation leads from and to. */
struct states {
	char *before, *after;
};

static struct states states_of(const struct operation *op)
{
	struct states states;

	area_reset(operations_upper);
	states.before = area_shown();
	struct outcome outcome = run(&(struct fault){op, 1 << 20, EIO});
	states.after = area_shown();
	if (outcome.status != 0)
		errx(1, "%s: left alone, it ends with %d", op->name, outcome.status);
	return states;
}

/* Sites where a call was made to fail, each once. */
static long *sites;
static size_t site_count;

static void note_site(long site)
{
	for (size_t i = 0; i < site_count; i++)
		if (sites[i] == site)
			return;
	sites = realloc(sites, (site_count + 1) * sizeof *sites);
	sites[site_count++] = site;
}

/* False when the operation makes fewer calls. */
static bool inject(const struct fault *fault, const struct states *states)
{
	area_reset(operations_upper);
	struct outcome outcome = run(fault);
	if (!outcome.site)
		return false;
	note_site(outcome.site);
	/* A process that cannot start says so and ends. */
	bool refused = is_start(fault->op) && outcome.status == 125;
	if (outcome.status && outcome.status != fault->error && outcome.status != ENOMEM &&
	    !refused)
		complain(fault, outcome.site, format("it ends with %d", outcome.status));
	expect_shown(fault, outcome.site, outcome.status ? "it failed" : "it succeeded",
		     outcome.status ? states->before : states->after);
	if (!outcome.status)
		return true;
	outcome = run(&(struct fault){fault->op, 1 << 20, EIO});
	if (outcome.status)
		complain(fault, 0, format("tried again, it ends with %d", outcome.status));
	expect_shown(fault, 0, "tried again", states->after);
	return true;
}

static int torment(const struct operation *op, int stride)
{
	struct states states = states_of(op);
	int faults = 0;
	bool more = true;

	for (int call = 1; more; call += stride)
		for (int i = 0; more && i < (stride > 1 ? 1 : ERRORS); i++) {
			int error = errors[stride > 1 ? call / stride % ERRORS : i];

			more = inject(&(struct fault){op, call, error}, &states);
			faults += more;
		}
	free(states.before);
	free(states.after);
	return faults;
}

int main(int argc, char **argv)
{
	int faults = 0, stride = argc > 1 ? atoi(argv[1]) : 0;

	if (argc > 4 && strcmp(argv[1], "--do") == 0)
		return suffer(argv + 2);
	if (argc > 1 && strcmp(argv[1], "--list") == 0) {
		list_tree(stdout, "merged", LIST_AGREE);
		return 0;
	}
	if (stride < 1)
		errx(2, "usage: faults STRIDE [OPERATION]");
	area_make(operations_lower);
	for (const struct operation *op = operations; op->name; op++)
		if (argc < 3 || strstr(op->name, argv[2]))
			faults += torment(op, stride);
	area_remove();
	for (size_t i = 0; getenv("FAULT_SITES") && i < site_count; i++)
		fprintf(stderr, "%lx\n", (unsigned long)sites[i]);
	if (complaints == 0)
		printf("faults: %d at %zu places: each fails cleanly or does no harm\n", faults,
		       site_count);
	return complaints > 0 || faults == 0;
}
