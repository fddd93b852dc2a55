/* What the files of this room share with each other alone. */
#ifndef PROCESS_INTERNAL_H
#define PROCESS_INTERNAL_H

#include "overlain/process.h"

/* --- spelling.c --- */

/* True when a component is "..". */
bool spelling_climbs(const char *path);

/* --- place.c --- */

/*
 * Writes where a relative path begins to at->path: 0; -ENOENT where that has no name any more,
 * -EBADF where no descriptor of merged's is asked of, -ERANGE where it does not fit, -errno.
 */
int place_begin(struct place *at, struct base *base);
/*
 * What is no link, or cannot be reached, fails again, and better, in the call itself. That call
 * must not be made where nobody could tell: it might follow a link to what lies below merged.
 */
bool place_fails_again(int error);
/* Writes the working directory, as the kernel tells it, to at->path. */
bool place_ask_cwd(struct place *at, struct base *base);

/* --- step.c: one component of a path --- */

/* AT stands outside: into merged where its absolute path is one. */
void step_enter(struct place *at);
/* From where AT stands: by ".", by "..", by NAME. 0, -ENOENT, -ENOTDIR, -ENAMETOOLONG. */
int step_stay(struct place *at);
int step_up(struct place *at);
int step_down(struct place *at, const char *name, size_t length);

/* --- alone.c --- */

/*
 * AT could not be reached from merged's root. True where that does not matter: AT is outside now,
 * to be reached from where its path begins, and at->alone is the overlay it belongs to.
 */
bool place_by_itself(struct place *at);

/* --- exec.c: one exec under way --- */

struct program;
struct start {
	char *const *envp;
	exec_call *call;
	void *data;
	const char *name;  /* what the caller starts, as the kernel would name it to a script */
	const char *path;  /* what CALL is to start */
	char *const *argv; /* likewise */
	bool ours;         /* the kernel would not find by itself what was met on the way */
	bool inside;       /* the program itself lies in merged */
	const struct place *program; /* and where, if that is known */
	bool audited;                /* it may need libraries from there */
	bool roomy;                  /* and one of its own wants much thread-local storage */
	bool closing;                /* NAME goes by a descriptor that exec closes */
	bool foreign;                /* its loader would give up at this object */
	bool standing;               /* its working directory lies in merged */
	unsigned depth;              /* scripts met so far */
};
/* Starts what stands at AT; NAME is what a script there is called. */
int exec_start(struct start *s, struct place *at, const char *name, char *const argv[]);
/* Starts it, which P tells of where it is known. */
int exec_hand_over(struct start *s, const struct program *p);
/* ARGV without its terminator. */
size_t exec_count(char *const argv[]);
/* The last component of PATH. */
const char *exec_base_name(const char *path);

/* --- program.c: what kind of program a file is --- */

/* As much of a script as the kernel looks at: BINPRM_BUF_SIZE of <linux/binfmts.h>. */
#define PROGRAM_HEAD 256
struct program {
	const char *path;        /* on disk; valid as long as the place is left alone */
	const char *escape;      /* why the overlay cannot cover it, or NULL */
	bool foreign;            /* because it has another C library */
	bool loader;             /* it is ld.so, called by its name */
	bool seeks;              /* it names merged as a place of its libraries */
	char head[PROGRAM_HEAD]; /* what it begins with, then zeroes; all zero where unreadable */
};
/* Opens what stands at AT to see what it is; the errors are those of execve(2). */
int program_look(struct place *at, struct program *p);

/* --- elf.c --- */

/* Sets what P says of why the object on FD, with SIZE bytes at HEAD in front, cannot be covered. */
void elf_judge(struct program *p, int fd, const void *head, size_t size);
/* False for an object of another machine; what is none, ld.so tells of. */
bool elf_fits(int fd);
/* True when that object brings a search path for its libraries. */
bool elf_searches(int fd, const void *head, size_t size);

/* --- escape.c: programs the overlay cannot cover --- */

/* Says once that NAME runs without the overlay; -EACCES where that is forbidden. */
int escape_report(const char *name, const char *why);
/* A program is about to be executed which cannot be covered, and WHY; or (NULL) which can be. */
void escape_count(const char *why);
/* Reads OVERLAIN_ON_ESCAPE; a word it does not know ends the process. */
void escape_read(char *const *envp);

/* --- script.c --- */

static inline bool script_is(const struct program *p)
{
	return p->head[0] == '#' && p->head[1] == '!';
}
/* Starts the interpreter of the script P, which is called NAME; AT, where it lies, is used up. */
int script_start(struct start *s, struct place *at, struct program *p, const char *name,
		 char *const argv[]);

/* --- loader.c --- */

/*
 * Starts ld.so, called by its name: the program it is to load is an argument. AT, where ld.so lies,
 * is used up.
 */
int loader_start(struct start *s, struct place *at);

/* --- environment.c --- */

/* Room for environment_fill: the entries and bytes that a child of S may need. */
struct environment_room {
	size_t slots;
	size_t lists; /* bytes for LD_PRELOAD and LD_AUDIT */
	size_t state; /* bytes for what is handed over */
};
struct environment_room environment_measure(struct start *s);
/* The environment a child of S is started with. */
void environment_fill(const struct start *s, const struct environment_room *room, char **slots,
		      char *bytes);
/* The value of the last NAME (with its "=") of ENVP, which is the one ld.so(8) reads; or "". */
const char *environment_value(char *const *envp, const char *name);

/* --- preload.c: the LD_PRELOAD list --- */

/* The next element of LIST, which it moves on; elements stand between spaces and colons. */
size_t preload_next(const char **list, const char **one);
/* The absolute path of this object; "" where it cannot be told or could not be listed. */
const char *preload_object(void);
/* Finds out under which name this object is loaded. */
void preload_find(void);
/* The most bytes preload_add adds for LIST. */
size_t preload_size(const char *list);
/* Adds LIST with this object in it, once; or without it. */
void preload_add(struct text *t, const char *list);
void preload_without(struct text *t, const char *list);

/* --- handover.c, takeover.c: what the environment carries besides the configuration --- */

/* Stands for a path too long to be kept in struct descriptor: no path looks like that. */
#define HANDOVER_TOO_LONG "//"
/* The bytes that hand over cwd, descriptors and program, and the number of variables they make. */
size_t handover_size(struct start *s);
size_t handover_slots(size_t size);
/* Writes them, from SLOTS on as far as there is something to hand over; answers the next slot. */
char **handover_write(char *bytes, size_t size, char **slots, const struct start *s);

/* --- auditor.c: what finds libraries while a program starts --- */

/* True when S, whose program is P on disk, may need a library from merged. */
bool auditor_wanted(const struct start *s, const struct program *p);
/* True when a library it names itself wants more thread-local storage than there is room for. */
bool auditor_room_wanted(const struct start *s, const struct program *p);
/* The most bytes auditor_add adds for LIST. */
size_t auditor_size(const char *list);
/* Adds LIST, the value of LD_AUDIT, with our auditor in it, once. */
void auditor_add(struct text *t, const char *list);
/* Takes our auditor out of LIST, in place. */
void auditor_remove(char *list);
/* The same for GLIBC_TUNABLES, and what such a program needs to be set there. */
size_t tunables_size(const char *list);
void tunables_add(struct text *t, const char *list);
void tunables_add_large(struct text *t, const char *list);
void tunables_remove(char *list);

/* --- descriptor_ask.c --- */

/*
 * Makes D, what the table says of FD or nothing, what the kernel says of it; false when it has
 * nothing to do with merged.
 */
bool descriptor_ask(int fd, struct descriptor *d);

/* --- descriptor.c --- */

/* Length of a path too long to be kept. */
#define DESCRIPTOR_TOO_LONG 0xffff
/* Sets the path of D: too long to be kept, only its being so is. */
void descriptor_set_path(struct descriptor *d, const char *path, size_t length);

/* --- descriptor_table.c: a descriptor for each number --- */

/* Remembers D of FD. */
void descriptor_set(int fd, const struct descriptor *d);

/* --- reopen.c --- */

/*
 * Opens PATH, which is of TYPE, in FD's place, as FD was opened and where it was; false where that
 * cannot be.
 */
bool descriptor_replace(int fd, const char *path, uint8_t type);

/* --- bury.c --- */

/*
 * D, open as FD on a lower's directory, is gone from merged: FD is put on a directory that was
 * removed, where it can be, as the upper's are; the kernel answers then as it does for these.
 */
void descriptor_bury(int fd, struct descriptor *d);
/* The same for the working directory: 0, -errno. */
int cwd_bury(const struct overlay *ov);

/* --- reverse.c --- */

/* The overlay and the number of the layer that a path lies in, and what follows there. */
struct reversed {
	const struct overlay *overlay; /* NULL where it lies in none */
	unsigned layer;
	const char *rest;
};
/*
 * The same for REAL: 0. Where it MUST_SHOW, and merged does not show this very object, it lies in
 * none; -errno where that cannot be told.
 */
int reverse_layer(const char *real, bool must_show, struct reversed *r);

/* --- proclink.c --- */

/* True when the absolute NAME begins with a magic link of proc(5) that may lead into merged. */
bool proc_leads(const char *name);

/* --- proc.c --- */

/* What follows "/proc/PID/" or "/proc/PID/task/TID/"; NULL for other names. */
const char *proc_entry(const char *name);
/* Whether such a name is this process's own. */
bool proc_own(const char *name);

/* --- mountinfo.c: the overlays as lines of the mount table --- */

/* Appends them to the copy of the kernel's table FD, which has SIZE bytes. */
int mountinfo_append(int fd, size_t size);
int mounts_append(int fd, size_t size);

/* --- maps.c --- */

/* The same for a table of mappings: -ENOENT where it shows nothing of merged. */
int maps_show(int fd, size_t size);

#endif
