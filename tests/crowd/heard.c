/* A sanitizer must hear of memory that goes from one thread to another. */
#include <sys/mman.h>

#include "overlain/sys.h"

long sys_hook(long nr, long a, long b, long c, long d, long e, long f)
{
	void *at = (void *)a;

	if (nr == SYS_munmap)
		return munmap(at, (size_t)b);
	if (nr == SYS_mmap)
		return (long)mmap(at, (size_t)b, (int)c, (int)d, (int)e, f);
	return sys_call(nr, a, b, c, d, e, f);
}
