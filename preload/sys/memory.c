/* Memory straight from the kernel. */
#include "overlain/sys.h"

#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* of Linux 5.14 */
#endif

/* More is not made present at once: it may not all be needed. */
#define PRESENT_MOST (256u << 10)

static void *map(size_t size, int flags)
{
	void *pages =
		sys_mmap(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1);
	return sys_failed(pages) ? NULL : pages;
}

void *sys_pages(size_t size)
{
	return map(size, 0);
}

void *sys_pages_present(size_t size)
{
	return map(size, size <= PRESENT_MOST ? MAP_POPULATE : 0);
}

void *sys_pages_grow(void *pages, size_t from, size_t to)
{
	char *grown = (char *)SYS4(SYS_mremap, pages, from, to, MREMAP_MAYMOVE);
	if (sys_failed(grown))
		return NULL;
	if (to - from <= PRESENT_MOST)
		SYS3(SYS_madvise, grown + from, to - from, MADV_POPULATE_WRITE);
	return grown;
}
