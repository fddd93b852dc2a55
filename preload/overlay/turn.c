/*
 * Turns. A change that is more than one system call, or that would carry off whatever stands at a
 * name, is made by one process at a time: it looks once more, and nobody else puts a whiteout
 * there or takes one away until it is done.
 *
 * The lock is on a byte of the file that processes share (lock.c). Signals wait meanwhile, since a
 * handler could ask for a turn in the middle of one and never get it.
 *
 * Copy-ups take none, for they may last. They share a lock on a second byte from a last look at the
 * place until the copy is there; whoever moves or removes a directory has that lock for himself. So
 * no copy arrives in a directory that has only the name of the one it was made for.
 */
#include "internal.h"

#include <fcntl.h>

/* Stages claim the bytes below, each that of its own number. */
#define TURN_BYTE (1LL << 62)
#define MOVE_BYTE (TURN_BYTE + 1)

/* Whoever holds it is about to let go; one that was stopped must not stop all others for good. */
#define WAIT_LONGEST_NS 10000000000LL
/* A copy arrives by two or three calls; the one whose place it is may be this thread, interrupted.
 */
#define ARRIVAL_LONGEST_NS 1000000000LL
#define WAIT_SHORTEST_NS   50000LL
#define WAIT_STEP_NS       5000000LL

static uint64_t block_signals(void)
{
	uint64_t all = ~0ULL, before = 0;
	SYS4(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, &all, &before, sizeof all);
	return before;
}

static void restore_signals(uint64_t mask)
{
	SYS4(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &mask, NULL, sizeof mask);
}

static int64_t wait_a_little(int64_t ns)
{
	const struct timespec time = {.tv_nsec = ns};
	SYS2(SYS_nanosleep, &time, NULL);
	return ns < WAIT_STEP_NS ? ns * 2 : ns;
}

/* Signals may come between two tries, where MASK says which. */
static void lock_patiently(int fd, short type, off_t byte, int64_t longest, uint64_t *mask)
{
	int64_t step = WAIT_SHORTEST_NS;
	for (int64_t waited = 0; fd >= 0 && waited < longest; waited += step) {
		int error = shared_lock(fd, type, byte);
		if (error != -EAGAIN && error != -EACCES)
			return;
		if (mask)
			restore_signals(*mask);
		step = wait_a_little(step);
		if (mask)
			*mask = block_signals();
	}
}

void turn_take(const struct overlay *ov, struct turn *turn)
{
	*turn = (struct turn){.taken = true};
	turn->fd = ov->shared ? shared_hold(ov, &turn->forks) : -1;
	turn->mask = block_signals();
	lock_patiently(turn->fd, F_WRLCK, TURN_BYTE, WAIT_LONGEST_NS, &turn->mask);
}

void turn_move(const struct turn *turn)
{
	lock_patiently(turn->fd, F_WRLCK, MOVE_BYTE, ARRIVAL_LONGEST_NS, NULL);
}

void stage_arrives(const struct stage *s)
{
	lock_patiently(s->fd, F_RDLCK, MOVE_BYTE, ARRIVAL_LONGEST_NS, NULL);
}

bool turn_try(const struct overlay *ov, struct turn *turn)
{
	*turn = (struct turn){.taken = true};
	turn->fd = shared_hold(ov, &turn->forks);
	turn->mask = block_signals();
	if (turn->fd >= 0 && shared_claim(turn->fd, TURN_BYTE) == 0)
		return true;
	turn_give(turn);
	return false;
}

void turn_give(struct turn *turn)
{
	if (!turn->taken)
		return;
	shared_let_go(&turn->fd, turn->forks);
	restore_signals(turn->mask);
	turn->taken = false;
}
