/*
 * In a build of the library made for it, every system call of the rooms comes through here: those
 * that were chosen fail, and where each was made is noted to a descriptor.
 */
#include "hook.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "overlain/process.h"

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

/* --- what happens in the middle --- */

static _Atomic long awaited = -1;
static void (*meanwhile)(void);

void hook_meanwhile(long nr, void (*act)(void))
{
	meanwhile = act;
	awaited = nr;
}

static _Atomic bool waits;

static void *visitor(void *data)
{
	process_ready();
	return data;
}

/* The other thread is there once it waits for this one. */
static void be_visited(void)
{
	pthread_t thread;

	process_ready();
	if (pthread_create(&thread, NULL, visitor, NULL))
		abort();
	while (!waits)
		sys_call(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

static bool hurries;

static void put_forward(struct timespec *time)
{
	static time_t seconds;

	time->tv_sec += ++seconds;
}

static long make_call(long nr, long a, long b, long c, long d, long e, long f)
{
	const long result = sys_call(nr, a, b, c, d, e, f);
	long expected = nr;

	if (nr == SYS_sched_yield)
		waits = true;
	if (nr == SYS_clock_gettime && hurries)
		put_forward((struct timespec *)b);
	if (atomic_compare_exchange_strong(&awaited, &expected, -1))
		meanwhile();
	return result;
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
	return lack ? -lack : make_call(nr, a, b, c, d, e, f);
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
	if (getenv("HOOK_VISITED"))
		hook_meanwhile(SYS_openat, be_visited);
	hurries = getenv("HOOK_HURRY");
}
