/*
 * command: the pieces of `overlain`.
 *
 * A verb is data: its name, what help says, the options it takes and the function behind it. Those
 * of main.c's table are all there are. Verbs either put a program under overlays (run, env, try) or
 * work on the layers of one overlay from outside (diff, commit, discard, export, …): the latter
 * never see it merged, and when started under it step out first.
 *
 * Exit statuses are those of env(1) and nohup(1): 125 for a failure of its own, 126 for a program
 * that cannot be executed, 127 for one that is not found, and else the program's.
 */
#ifndef OVERLAIN_COMMAND_H
#define OVERLAIN_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

enum { EXIT_OWN = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

struct overlay;

/* An option of a verb: FLAG becomes true, or VALUE what was given. LETTER 0: only the long form. */
struct choice {
	const char *name;
	char letter;
	bool *flag;
	const char **value;
};

/* What `overlain VERB …` is given, but for -o, --help and the verb's choices. */
struct arguments {
	char *picked;  /* MERGED, where it only says which overlay of the environment is meant */
	char *operand; /* what stands behind it, or NULL */
	char **rest;   /* the command, or what follows "--" */
};

struct verb {
	const char *name;
	const char *summary; /* NULL: not for users */
	const char *help;
	const struct choice *choices; /* up to one without a name; NULL: none */
	enum {
		VERB_PLAIN,    /* reads its arguments itself */
		VERB_COMMAND,  /* [OPTION]… [--] COMMAND… */
		VERB_OVERLAYS, /* [-o OPTIONS [MERGED]]… */
		VERB_RUN,      /* [-o OPTIONS [MERGED]]… [--] COMMAND… */
		VERB_LAYERS,   /* [OPTION]… [-o OPTIONS] [MERGED] [-- PATH…] */
		VERB_TARGET,   /* the same with [TARGET] behind MERGED */
	} kind;
	int (*main)(const struct verb *verb, const struct arguments *arguments);
};
extern const struct verb run_verb, try_verb, diff_verb, commit_verb, discard_verb, export_verb,
	env_verb, fsck_verb, convert_verb, exec_verb;

/* Says "overlain: …" on stderr; always EXIT_OWN. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A new string; ends the program where there is no memory for it. */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/*
 * Reads ARGV, whose first is the verb's name, and turns "-o OPTIONS [MERGED]" into settings of the
 * environment. False once *STATUS says what to exit with (--help, a wrong option).
 */
bool arguments_read(const struct verb *verb, char **argv, struct arguments *a, int *status);

/*
 * The one overlay that the settings describe, for a verb of VERB_LAYERS or VERB_TARGET: it has an
 * upper as layers[0] and is read-only, so that a look changes nothing. NULL after saying why.
 */
const struct overlay *overlay_to_look(const struct arguments *arguments);
/* The same, writable: its workdir is there, and programs under it hear of changes. */
const struct overlay *overlay_to_change(const struct arguments *arguments);

/* Executes COMMAND under what the settings describe; comes back with a status where it cannot. */
int run_command(char **command);
/* Empties the upper of OV. 0 or EXIT_OWN. */
int discard_upper(const struct overlay *ov);

/* --- ask.c --- */

/* True when somebody at the terminal says yes to QUESTION; says so where there is none. */
bool ask(const char *question);
/* Which of ANSWERS, single letters, is given to QUESTION; 0: none of them. */
char ask_one(const char *question, const char *answers);

/* --- settings.c: the environment variables that describe overlays --- */

/* Adds VALUE to the variable NAME, behind SEPARATOR where there is something in it. */
void setting_append(const char *name, char separator, const char *value);
/* True where they describe an overlay but for the place it is to be seen at. */
bool settings_lack_merged(void);
/*
 * One more overlay. The first takes the variables for a single one, unless they are in use
 * already. Without MERGED the options are for the one that is there.
 */
void settings_add(const char *options, const char *merged);
/*
 * The one overlay whose layers are to be looked at; OPTIONS stand for themselves. Without them it
 * is that of the environment, which may lack MERGED: seen from outside, it is of no interest.
 */
void settings_replace(const char *options, const char *merged);
/* NAME, a directory, as the value of OVERLAIN_LOWERDIR. */
char *one_directory(const char *name);

/* --- environment.c, library.c: what a program is started with --- */

/*
 * Checks the settings and completes the environment for programs under the overlay; ENFORCE: binds
 * this process to what they ask the kernel to forbid. 0, EXIT_OWN.
 */
int environment_complete(bool enforce);
/* The names of what environment_complete has set, NULL-terminated. */
const char *const *environment_names(void);

/* The library to preload; NULL, after saying so, where there is none. */
const char *library_find(void);
/* True when this very process has it loaded. */
bool library_loaded(void);
/* Starts this program once more without the library; comes back only where that fails. */
int library_leave(char **argv);

#endif
