/* The definitions behind ours, found when first needed. */
#include "overlain/libc.h"

/* One behind the other and found by where they begin: the loader need not write addresses into
 * every program. */
static const struct names {
#define SYMBOL(name) char name[sizeof #name];
#define TWIN(name, of)
#define BEFORE(name, function) SYMBOL(name)
#include "symbols.def"
#undef SYMBOL
} names = {
#define SYMBOL(name) #name,
#include "symbols.def"
#undef SYMBOL
};
static const uint16_t starts[] = {
#define SYMBOL(name) offsetof(struct names, name),
#include "symbols.def"
#undef SYMBOL
#undef TWIN
#undef BEFORE
};

static void *found[NEXT_COUNT];

void *next_symbol(enum next_index index)
{
	void *symbol = __atomic_load_n(&found[index], __ATOMIC_RELAXED);
	if (!symbol) {
		symbol = dlsym(RTLD_NEXT, (const char *)&names + starts[index]);
		__atomic_store_n(&found[index], symbol, __ATOMIC_RELAXED);
	}
	return symbol;
}

/* The object SYMBOL lies in; dladdr(3) would look through all names of that for the nearest. */
static const struct link_map *object_of(const void *symbol)
{
	struct dl_find_object object;
	void *at = (void *)(uintptr_t)symbol;
	return at && _dl_find_object(at, &object) == 0 ? object.dlfo_link_map : NULL;
}

bool next_is_libc(enum next_index index)
{
	enum { UNASKED, LIBC, ANOTHER };
	static uint8_t answers[NEXT_COUNT];
	uint8_t answer = __atomic_load_n(&answers[index], __ATOMIC_RELAXED);
	if (answer == UNASKED) {
		/* libc itself, by a name nobody else defines. */
		const struct link_map *libc =
			object_of(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"));
		answer = libc && object_of(next_symbol(index)) == libc ? LIBC : ANOTHER;
		__atomic_store_n(&answers[index], answer, __ATOMIC_RELAXED);
	}
	return answer == LIBC;
}
