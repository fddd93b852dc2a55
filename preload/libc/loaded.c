/*
 * What ld.so tells of the objects it has loaded: by the names they have in merged. Unwinders ask in
 * the middle of everything and keep the strings, so each name is worked out once and kept for good.
 */
#include "overlain/libc.h"

#include <link.h>
#include <string.h>

/* A name on disk and the one to show for it; an object that has nothing to do with merged shows the
 * first. */
struct name {
	const struct name *next;
	const char *shown;
	char real[];
};
#define BUCKETS 256
static BULKY const struct name *buckets[BUCKETS];

/* The names of most programs' objects fit in the first room. */
static void *take(size_t size)
{
	static BULKY _Alignas(16) char room[8192];
	static size_t used;
	size = (size + 15) & ~(size_t)15;
	if (__atomic_load_n(&used, __ATOMIC_RELAXED) + size <= sizeof room) {
		size_t at = __atomic_fetch_add(&used, size, __ATOMIC_RELAXED);
		if (at + size <= sizeof room)
			return room + at;
	}
	return sys_pages(size);
}

static struct name *new_name(const char *real)
{
	const size_t length = strlen(real) + 1;
	char merged[length + NAME_SHORT];
	memcpy(merged, real, length);
	bool inside = reverse_name(merged, sizeof merged) > 0;
	const size_t more = inside ? strlen(merged) + 1 : 0;
	struct name *n = take(sizeof *n + length + more);
	if (!n)
		return NULL;
	n->shown = memcpy(n->real, real, length);
	if (inside)
		n->shown = memcpy(n->real + length, merged, more);
	return n;
}

static const char *show(const char *real)
{
	if (!real || real[0] != '/' || !process_ready())
		return real;
	uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
	for (const char *at = real; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3U;
	const struct name **bucket = &buckets[(hash >> 32) % BUCKETS];
	const struct name *first = __atomic_load_n(bucket, __ATOMIC_ACQUIRE);
	for (const struct name *n = first; n; n = n->next)
		if (text_same(n->real, real))
			return n->shown;
	struct name *n = new_name(real);
	if (!n)
		return real;
	do
		n->next = first;
	while (!__atomic_compare_exchange_n(bucket, &first, n, false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED));
	return n->shown;
}

int dladdr(const void *address, Dl_info *info)
{
	int found = NEXT(dladdr)(address, info);
	if (found)
		info->dli_fname = show(info->dli_fname);
	return found;
}

int dladdr1(const void *address, Dl_info *info, void **extra, int flags)
{
	int found = NEXT(dladdr1)(address, info, extra, flags);
	if (found)
		info->dli_fname = show(info->dli_fname);
	return found;
}

/* RTLD_DI_ORIGIN: the directory, in a buffer that is the caller's and as long as it needs. */
int dlinfo(void *handle, int request, void *into)
{
	struct link_map *map;
	int result = NEXT(dlinfo)(handle, request, into);
	if (result || request != RTLD_DI_ORIGIN || NEXT(dlinfo)(handle, RTLD_DI_LINKMAP, &map))
		return result;
	const char *name = *map->l_name ? show(map->l_name) : handover_program();
	const char *slash = strrchr(name, '/');
	if (slash) {
		size_t length = slash > name ? (size_t)(slash - name) : 1;
		memcpy(into, name, length);
		((char *)into)[length] = 0;
	}
	return result;
}

struct visit {
	int (*call)(struct dl_phdr_info *info, size_t size, void *data);
	void *data;
};

static int visit_shown(struct dl_phdr_info *info, size_t size, void *data)
{
	const struct visit *visit = data;
	info->dlpi_name = show(info->dlpi_name); /* INFO is a copy made for this call */
	return visit->call(info, size, visit->data);
}

int dl_iterate_phdr(int (*call)(struct dl_phdr_info *info, size_t size, void *data), void *data)
{
	struct visit visit = {call, data};
	return NEXT(dl_iterate_phdr)(visit_shown, &visit);
}
