/*
 * In a build of the library made for it, every system call of the rooms comes through here: those
 * that were chosen fail, and where each was made is noted to a descriptor.
 */
#include "hook.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "overlain/sys.h"

static _Atomic int counted;
static bool armed;
static struct hook_plan plan;

/* These never fail, and nobody asks whether they did. */
static bool can_fail(long nr)
{
	static const long never[] = {
		SYS_exit_group,  SYS_getpid, SYS_gettid,    SYS_geteuid,        SYS_getuid,
		SYS_getegid,     SYS_getgid, SYS_umask,     SYS_rt_sigprocmask, SYS_clock_gettime,
		SYS_sched_yield, SYS_munmap, SYS_getresuid, SYS_nanosleep};

	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (nr == never[i])
			return false;
	return true;
}

#define LACKS 8
static struct {
	long nr;
	int error;
} lacks[LACKS];

static int lack_of(long nr, long rename_flags)
{
	if (nr == SYS_renameat2 && !rename_flags)
		return 0;
	for (int i = 0; i < LACKS; i++)
		if (lacks[i].error && lacks[i].nr == nr)
			return lacks[i].error;
	return 0;
}

/* Where this library begins in memory: ld(1) knows. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static void tell(const char *what, const char *site)
{
	char line[64];
	int length = snprintf(line, sizeof line, "%s %lx\n", what, (long)(site - __ehdr_start));

	if (sys_call(SYS_write, HOOK_REPORT, (long)line, length, 0, 0, 0) < 0)
		abort();
}

/* True when this call is to fail. */
static bool is_chosen(long nr, const char *site)
{
	if (!can_fail(nr)) {
		tell("skipped", site);
		return false;
	}
	int number = ++counted;
	bool chosen = number == plan.call || number == plan.then;
	tell(chosen ? "failed" : "passed", site);
	return chosen;
}

long sys_hook(long nr, long a, long b, long c, long d, long e, long f)
{
	const int lack = lack_of(nr, e);

	if (armed && is_chosen(nr, __builtin_return_address(0))) {
		if (nr == SYS_close)
			sys_call(nr, a, b, c, d, e, f);
		/* For memory there is but one. */
		return nr == SYS_mmap || nr == SYS_mremap ? -ENOMEM : -plan.error;
	}
	return lack ? -lack : sys_call(nr, a, b, c, d, e, f);
}

void hook_arm(const struct hook_plan *with)
{
	counted = 0;
	plan = *with;
	armed = true;
}

static void read_lacks(const char *text)
{
	for (int i = 0, size; *text; i++) {
		if (i == LACKS ||
		    sscanf(text, "%ld:%d%n", &lacks[i].nr, &lacks[i].error, &size) != 2)
			abort();
		text += size + (text[size] == ',');
	}
}

__attribute__((constructor(101))) static void arm_at_start(void)
{
	const char *said = getenv("HOOK_PLAN"), *lacking = getenv("HOOK_LACKS");
	struct hook_plan now;

	if (lacking)
		read_lacks(lacking);
	if (said && sscanf(said, "%d %d %d", &now.call, &now.then, &now.error) == 3)
		hook_arm(&now);
}
