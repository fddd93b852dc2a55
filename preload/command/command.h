/*
 * command: the pieces of `overlain`.
 *
 * Exit statuses are those of env(1) and nohup(1): 125 for a failure of its own, 126 for a program
 * that cannot be executed, 127 for one that is not found, and else the program's.
 */
#ifndef OVERLAIN_COMMAND_H
#define OVERLAIN_COMMAND_H

#include <stdbool.h>

enum { EXIT_OWN = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* What `overlain NAME …` does. MAIN is given the arguments behind NAME. */
struct verb {
	const char *name;
	const char *summary; /* NULL: not for users */
	const char *help;
	int (*main)(const struct verb *verb, char **argv);
};
extern const struct verb run_verb, env_verb, exec_verb;

/* Says "overlain: …" on stderr; always EXIT_OWN. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A new string; ends the program where there is no memory for it. */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/*
 * Turns "[-o OPTIONS]… [MERGED]", any number of times, into settings of the environment. Answers
 * what follows, or NULL once *STATUS says what to exit with (--help, a wrong option).
 */
char **arguments_read(const struct verb *verb, char **argv, int *status);

/* Checks the settings and completes the environment for programs under the overlay: 0, EXIT_OWN. */
int environment_complete(void);
/* The names of what environment_complete has set, NULL-terminated. */
const char *const *environment_names(void);

/* The library to preload; NULL, after saying so, where there is none. */
const char *library_find(void);
/* True when this very process has it loaded. */
bool library_loaded(void);

#endif
