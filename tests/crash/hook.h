/* Failing one system call of the rooms. */
#ifndef TESTS_CRASH_HOOK_H
#define TESTS_CRASH_HOOK_H

/* "failed at OFFSET" is written there, once. */
#define HOOK_REPORT 9

/*
 * From now on the CALL-th system call of the rooms fails with that error. HOOK_CALL and HOOK_ERROR
 * in the environment say the same for the start of a process.
 */
__attribute__((visibility("default"))) void hook_arm(int call, int with);
/* No more of it; answers how many there have been. */
__attribute__((visibility("default"))) int hook_disarm(void);

#endif
