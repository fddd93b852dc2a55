/* Runs a real program the way a user would, and keeps all it said. */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

struct outcome {
	int status; /* exit status, or 128 + the signal's number */
	char *out;
	char *err;
};

/*
 * The program sees an environment built from nothing (PATH, HOME, LC_ALL, TZ, TERM and then
 * `settings`), /dev/null as its input and no descriptor above 2. Fails the test when it does not
 * end within a minute.
 */
struct outcome program(const char *cwd, const char *const *settings, const char *const *argv);

/* The same, for a line of shell. */
struct outcome shell(const char *cwd, const char *const *settings, const char *script);

/* Runs a line of shell that must succeed, and gives what it printed. */
char *shell_text(const char *cwd, const char *script);

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
