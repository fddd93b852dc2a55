/*
 * Turns. A change that is more than one system call, or that would carry off whatever stands at a
 * name, is made by one process at a time: it looks once more, and nobody else puts a whiteout
 * there or takes one away until it is done.
 *
 * The lock is on a byte of the file in workdir that processes share, held by an open file
 * description of its own (fcntl(2), F_OFD_SETLK): threads exclude each other as processes do, and
 * the kernel lets go of it when its holder dies. Signals wait meanwhile, since a handler could ask
 * for a turn in the middle of one and never get it.
 */
#include "internal.h"

#include <fcntl.h>

/* Stages claim the bytes below, each that of its own number. */
#define TURN_BYTE (1LL << 62)

/* Whoever holds it is about to let go; one that was stopped must not stop all others for good. */
#define WAIT_LONGEST_NS  10000000000LL
#define WAIT_SHORTEST_NS 50000LL
#define WAIT_STEP_NS     5000000LL

int shared_claim(int fd, off_t byte)
{
	struct flock lock = {.l_type = F_WRLCK, .l_start = byte, .l_len = 1};
	return sys_fcntl(fd, F_OFD_SETLK, (long)&lock);
}

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

void turn_take(const struct overlay *ov, struct turn *turn)
{
	*turn = (struct turn){.fd = ov->shared ? shared_file(ov) : -1, .taken = true};
	turn->mask = block_signals();
	int64_t step = WAIT_SHORTEST_NS;
	for (int64_t waited = 0; turn->fd >= 0 && waited < WAIT_LONGEST_NS; waited += step) {
		int error = shared_claim(turn->fd, TURN_BYTE);
		if (error != -EAGAIN && error != -EACCES)
			break;
		restore_signals(turn->mask);
		step = wait_a_little(step);
		turn->mask = block_signals();
	}
}

bool turn_try(const struct overlay *ov, struct turn *turn)
{
	*turn = (struct turn){.fd = shared_file(ov), .taken = true};
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
	if (turn->fd >= 0)
		sys_close(turn->fd);
	restore_signals(turn->mask);
	turn->taken = false;
}
