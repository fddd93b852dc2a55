/*
 * process: what one process carries, from its configuration to what it hands over at exec. The
 * question every call begins with, where does this path lead, has a header of its own: place.h.
 *
 * Functions answer 0, a count or a descriptor, or -errno. All are async-signal-safe, take no lock
 * and allocate nothing but pages; process_ready() may be called before any constructor has run.
 */
#ifndef OVERLAIN_PROCESS_H
#define OVERLAIN_PROCESS_H

#include "overlain/place.h"

/* --- state.c: the configuration, read once --- */

/*
 * True once this process stands under at least one overlay. The first call reads the environment;
 * a wrong configuration ends the process there: one line on stderr, exit 125.
 */
bool process_ready(void);
const struct mounts *process_mounts(void);
/* The overlay that holds the absolute path NAME, and what follows merged in it; or NULL. */
const struct overlay *process_overlay(const char *name, size_t length, const char **rest);
/*
 * Sees to it that this process has joined OV before it looks at what that shows: 0, or an error of
 * want (overlay_join).
 */
int process_join_now(const struct overlay *ov);
static inline int process_join(const struct overlay *ov)
{
	return __atomic_load_n(&ov->joined, __ATOMIC_ACQUIRE) ? 0 : process_join_now(ov);
}
/* All of them, best effort. */
void process_join_all(void);
/* The same, since this process, or a thread of it, is about to give up what it may open. */
void process_renounces(void);
/* All of them are left alone for long (overlay_leave). */
void process_leave_all(void);
/* True when some merged lies below the absolute path NAME ("" is "/"). */
bool process_leads(const char *name, size_t length);
/*
 * True in a child of vfork: memory is the parent's, and what this process remembers of itself must
 * stay the parent's too.
 */
bool process_borrowed(void);
/* The calling thread is about to call vfork, or clone, which may not wait until the child is gone.
 */
void process_lend(bool until_gone);

/* --- initial.c: what the kernel laid out for the program --- */

/* Its environment, before and after the C library has taken it up. */
char **process_environment(void);
/* Lets it be told that it was started as NAME (AT_EXECFN of getauxval(3)). */
void process_name(const char *name);

/* --- stream.c: directory streams over a snapshot --- */

struct stream;
/*
 * A stream over the merged directory FD is open on, which it owns; NULL and *ERROR on failure. AT
 * is room to work in.
 */
struct stream *stream_open(int fd, struct place *at, int *error);
/* True when DIR is one of ours and not libc's. */
bool stream_ours(const void *dir);
struct dirent64 *stream_read(struct stream *s);
long stream_tell(const struct stream *s);
void stream_seek(struct stream *s, long at); /* 0 takes a new snapshot */
int stream_fd(const struct stream *s);
/* Gives the stream up; answers its descriptor, which is the caller's to close. */
int stream_close(struct stream *s);

/* --- proc.c: the kernel's own view, made to speak of merged --- */

/*
 * FD was opened on AT with FLAGS. Where that is a table of the kernel's that speaks of merged
 * (/proc/mounts, /proc/self/mountinfo, /etc/mtab, /proc/self/maps …), FD is open on one in merged's
 * terms from now on.
 */
void proc_opened(int fd, const struct place *at, int flags);
/*
 * What a magic link of /proc says in merged's terms: the length in BUFFER, or -ENOENT when ABSOLUTE
 * is none or has nothing to do with merged.
 */
ssize_t proc_readlink(const char *absolute, char *buffer, size_t size);
/*
 * The same for a name that is not absolute, after the kernel has said LENGTH bytes of TEXT, where
 * SIZE have room: the length of what is to be said.
 */
ssize_t proc_reveal(int dirfd, const char *name, char *text, ssize_t length, size_t size);

/* --- exec.c, script.c, environment.c: handing over --- */

/* How a program is started in the end: execve, or a spawn that carries its arguments in DATA. */
typedef int exec_call(const char *path, char *const argv[], char *const envp[], void *data);

/*
 * Starts the program AT, known to its caller as NAME, under the overlay: its path on disk, "#!"
 * lines interpreted in merged's terms, the preload and the configuration carried over. Answers
 * what CALL does (execve: -errno), or -ENOENT, -EACCES, -ENOEXEC, -ELOOP, -E2BIG before it. All
 * memory is the stack's: safe in a vfork child and in a signal handler.
 */
int exec_place(struct place *at, const char *name, char *const argv[], char *const envp[],
	       exec_call *call, void *data);
/*
 * The same for FILE, looked for along PATH when it has no slash; where SHELL, /bin/sh runs what is
 * no program the kernel knows, as with execvpe(3) and not with posix_spawnp(3).
 */
int exec_search(const char *file, bool shell, char *const argv[], char *const envp[],
		exec_call *call, void *data);
/* Takes up what an exec handed over, and removes it from ENVP. */
void environment_adopt(char **envp);

/* --- escape.c --- */

/* This process ends, or is about to be another program: where OVERLAIN_DEBUG asks, tells how many
 * of those it started escaped. */
void escape_tell(void);

/* --- takeover.c --- */

#define HANDOVER_NAME "OVERLAIN_STATE="
/* Takes up what the value of one such variable says. */
void handover_read(const char *state);
/* True when this program was started by its name in merged. */
bool handover_inside(void);
/* That name, absolute; "" where it is not known. */
const char *handover_program(void);
/* True when an auditor (rtld-audit(7)) of ours was loaded before it. */
bool handover_audited(void);

/* --- pointer.c --- */

/* The length of the string S, or -EFAULT where memory cannot be read, -ENAMETOOLONG from LIMIT. */
ssize_t pointer_string(const char *s, size_t limit);
/* True when SIZE bytes (at least one) can be read. */
bool pointer_readable(const void *at, size_t size);
/*
 * 0, or -EFAULT where the SIZE bytes at TO, which are about to be written, cannot be; another
 * -errno where nobody can tell.
 */
int pointer_writable(void *to, size_t size);
/* True where the kernel wrote for us before (pointer_was_written): so it may be written to. */
bool pointer_known_writable(const void *at, size_t size);
void pointer_was_written(const void *at, size_t size);

#endif
