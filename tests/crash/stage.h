/* The directories a crash happens in: one lower, an upper for each operation, and what shows. */
#ifndef TESTS_CRASH_STAGE_H
#define TESTS_CRASH_STAGE_H

/*
 * Makes an area in a mount namespace of its own and goes there: low/ with the lines of LOWER. A
 * line is "name/", "name=content", "name@target", "name*content" for a program, "name>file" for a
 * copy of one, "name!" for a whiteout, "name/!" for an opaque
 * directory.
 */
void area_make(const char *const *lower);
void area_remove(void);

/* A fresh upper with the lines of UPPER, and a fresh workdir. */
void area_reset(const char *const *upper);

/* What a new process under the library sees. It sweeps workdir on its way. */
char *area_shown(void);

/* NULL when all is well; else what is not: "the lower changed", "something is left in workdir" … */
char *area_fault(const char *shown);
/* The same without the kernel's word. */
char *area_fault_quick(void);

/* Puts one more setting into the environment of programs this process starts, or another value. */
void area_setting(char *setting);

/* Starts this program again under the library, as "crash --do WORD…", or "--list". */
void area_exec(const char *verb, const char *const *words);

#endif
