/* What many do at once on the same few names, and what they count meanwhile. */
#ifndef TESTS_CROWD_TRIALS_H
#define TESTS_CROWD_TRIALS_H

enum { TOKENS = 6, SLOTS = 16, STEADY = 12, COPIES = 64 };

/* What all processes share. */
extern struct shared {
	_Atomic long operations;
	_Atomic long file_locks, dir_locks, appended;
	_Atomic int in_file_lock, in_dir_lock;
	_Atomic int copy_round[COPIES];
	_Atomic int broken;
} * shared;

/* Something a plain directory would never do. */
void broken(const char *what, const char *name);
/* The number a file holds, which is there. */
long read_number(const char *name);

/* The first hold names as locks, which stay where their holder dies. */
enum { TRIALS = 9, LOCK_TRIALS = 3 };
extern void (*const trials[TRIALS])(unsigned *seed);

#endif
