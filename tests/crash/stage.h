/* The directories a crash happens in: lowers, an upper for each operation, and what shows. */
#ifndef TESTS_CRASH_STAGE_H
#define TESTS_CRASH_STAGE_H

#include <stdbool.h>

/*
 * Makes an area in a mount namespace of its own and goes there. low/ has the lines of LOWER, and
 * lies on a read-only mount as low-ro/, too; the area itself has those of BESIDE; lib/ has LIBRARY
 * and the auditor. A line is "name/", "name=content", "name@target", "name>file" for a copy of one,
 * "name|" for a fifo, "name/#count" for a directory with so many files, "name!" for a whiteout,
 * "name/!" for an opaque directory, "name&attribute" for one more and "name^" for a
 * capability of what is there already; its
 * mode may stand in front. All of it belongs to one who is not root.
 */
void area_make(const char *library, const char *const *lower, const char *const *beside);
void area_remove(void);

/* A fresh upper with the lines of UPPER, and a fresh workdir. */
void area_reset(const char *const *upper);

/* What a new process under the library sees. It sweeps workdir on its way. */
char *area_shown(void);

/* NULL when all is well; else what is not, once: "low changed: …", "something is left in workdir" …
 */
char *area_fault(const char *shown);
/* The same without the kernel's word. */
char *area_fault_quick(void);

/* The environment of programs this process starts: the layers as merged, and these; @ is the area.
 */
void area_settings(const char *const *settings);
/* One more, or another value. */
void area_setting(const char *setting);
/* As one of them: the program runs as the one that the area belongs to. */
#define AS_USER "AREA_USER="
/* False where this process is not who could start programs so. */
bool area_can(const char *const *settings);

/* Starts this program again under the library, as "crash --do WORD…", or "--list". */
void area_exec(const char *verb, const char *const *words);

#endif
