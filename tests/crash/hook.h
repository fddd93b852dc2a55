/* Failing one system call of the rooms, or two. */
#ifndef TESTS_CRASH_HOOK_H
#define TESTS_CRASH_HOOK_H

/*
 * For each call a line goes there, until the counting ends: "passed SITE", "skipped SITE" for one
 * that cannot fail, "failed SITE". A site is where its call returns to in the library.
 */
#define HOOK_REPORT 9

/* The CALL-th and the THEN-th of those that can fail do, with ERROR; 0 is none of them. */
struct hook_plan {
	int call, then, error;
};

/* From now on. HOOK_PLAN="CALL THEN ERROR" in the environment says so from the very start. */
__attribute__((visibility("default"))) void hook_arm(const struct hook_plan *plan);

/*
 * A kernel or file system that lacks something: HOOK_LACKS="NR:ERROR,…" answers every call of
 * these numbers so, from the very start. Of renameat2 only those with flags.
 */
/*
 * Something else happens in the middle, as when another thread or a handler comes in between: once
 * the library has made its next call of NR, ACT is called there.
 */
__attribute__((visibility("default"))) void hook_meanwhile(long nr, void (*act)(void));

/*
 * Settings for the whole of a program. One that is VISITED reads its configuration while others ask
 * for it: whoever interrupts, and another thread. With HURRY each look at the clock is a second
 * later.
 */
#define HOOK_VISITED "HOOK_VISITED=yes"
#define HOOK_HURRY   "HOOK_HURRY=yes"

#define HOOK_TEXT(x)          #x
#define HOOK_LACK(nr, error)  HOOK_TEXT(nr) ":" HOOK_TEXT(error)
#define HOOK_LACKS(nr, error) "HOOK_LACKS=" HOOK_LACK(nr, error)

#endif
