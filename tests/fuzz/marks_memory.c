/*
 * What the rooms map is kept when they give it back, and given again: the kernel needs longer for
 * it than for all that is compared. In the meantime a sanitizer knows it for nobody's.
 */
#include <sanitizer/asan_interface.h>
#include <string.h>
#include <sys/mman.h>

#include "fuzz.h"
#include "marks.h"
#include "overlain/sys.h"

/* Of what is larger few pages are touched. */
enum { MAPS_MOST = 256, KEPT_SIZE = 64 << 10 };
static struct map {
	char *at;
	size_t size;
	bool is_kept; /* when it is given back */
	bool is_free;
} maps[MAPS_MOST];
static unsigned map_count;

static struct map *find(long at)
{
	for (struct map *map = maps; map < maps + map_count; map++)
		if ((long)map->at == at && !map->is_free)
			return map;
	return NULL;
}

static void forget(struct map *map)
{
	*map = maps[--map_count];
}

static bool take_kept(size_t size, char **at)
{
	for (struct map *map = maps; map < maps + map_count; map++) {
		if (!map->is_free || map->size != size)
			continue;
		map->is_free = false;
		ASAN_UNPOISON_MEMORY_REGION(map->at, size);
		*at = memset(map->at, 0, size);
		return true;
	}
	return false;
}

static long answer_map(size_t size, long protection, long flags, long fd, long offset)
{
	const bool is_kept = (flags & MAP_ANONYMOUS) && size <= KEPT_SIZE;
	char *at;

	if (is_kept && take_kept(size, &at))
		return (long)at;
	long result = sys_call(SYS_mmap, 0, (long)size, protection, flags, fd, offset);
	if (!sys_failed((void *)result)) {
		fuzz_require(map_count < MAPS_MOST, "it takes no end of memory");
		maps[map_count++] = (struct map){(char *)result, size, is_kept, false};
	}
	return result;
}

static long give_back(struct map *map)
{
	if (!map->is_kept) {
		struct map gone = *map;

		forget(map);
		return sys_call(SYS_munmap, (long)gone.at, (long)gone.size, 0, 0, 0, 0);
	}
	ASAN_POISON_MEMORY_REGION(map->at, map->size);
	map->is_free = true;
	return 0;
}

long sys_hook(long nr, long a, long b, long c, long d, long e, long f)
{
	if (nr == SYS_mmap && !a)
		return answer_map((size_t)b, c, d, e, f);
	struct map *map = nr == SYS_munmap || nr == SYS_mremap ? find(a) : NULL;
	if (nr == SYS_munmap && map) {
		fuzz_require(map->size == (size_t)b, "it gives back another size than it took");
		return give_back(map);
	}
	long result = sys_call(nr, a, b, c, d, e, f);
	if (map && !sys_failed((void *)result))
		*map = (struct map){(char *)result, (size_t)c, map->is_kept, false};
	return result;
}

void memory_take_back(void)
{
	for (unsigned i = map_count; i-- > 0;)
		if (!maps[i].is_free)
			give_back(&maps[i]);
}
