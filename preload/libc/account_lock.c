/* lckpwdf(3): the lock around changes of the account files, where merged has them. */
#include "overlain/libc.h"

#define LOCK    "/etc/.pwd.lock"
#define TRIES   150 /* for the fifteen seconds that libc waits */
#define A_TENTH 100000000L

static int lock = -1;

static bool is_inside(void)
{
	struct place at;
	return process_ready() && place_find(&at, AT_FDCWD, LOCK, 0) == 0 && at.overlay;
}

int lckpwdf(void)
{
	const struct timespec pause = {0, A_TENTH};
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (!is_inside())
		return NEXT(lckpwdf)();
	if (lock >= 0)
		return -1;
	int fd = open(LOCK, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (int i = 0; fd >= 0 && i < TRIES; i++) {
		if (fcntl(fd, F_SETLK, &whole) == 0) {
			lock = fd;
			return 0;
		}
		nanosleep(&pause, NULL);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

int ulckpwdf(void)
{
	if (lock < 0)
		return is_inside() ? -1 : NEXT(ulckpwdf)();
	int result = close(lock);
	lock = -1;
	return result;
}
