/* Memory straight from the kernel. */
#include "overlain/sys.h"

#include <sys/mman.h>

void *sys_pages(size_t size)
{
	void *pages = sys_mmap(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	return sys_failed(pages) ? NULL : pages;
}
