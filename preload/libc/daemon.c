/* daemon(3): libc changes directory and descriptors without a call of ours. */
#include "overlain/libc.h"

int daemon(int stay, int keep)
{
	int result = NEXT(daemon)(stay, keep);
	if (result < 0 || !process_ready())
		return result;
	if (!stay)
		cwd_unknown();
	for (int fd = 0; fd <= 2 && !keep; fd++)
		descriptor_drop(fd);
	return result;
}
