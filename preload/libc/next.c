/* The definitions behind ours, found when first needed. */
#include "overlain/libc.h"

/* Of one width, so that the loader need not write their addresses into every program. */
static const char names[][32] = {
#define SYMBOL(name) #name,
#define TWIN(name, of)
#include "symbols.def"
#undef SYMBOL
#undef TWIN
};

static void *found[NEXT_COUNT];

void *next_symbol(enum next_index index)
{
	void *symbol = __atomic_load_n(&found[index], __ATOMIC_RELAXED);
	if (!symbol) {
		symbol = dlsym(RTLD_NEXT, names[index]);
		__atomic_store_n(&found[index], symbol, __ATOMIC_RELAXED);
	}
	return symbol;
}

/* Where libc itself lies, by a name nobody else defines. */
static const void *base_of(const void *symbol)
{
	Dl_info info;
	return symbol && NEXT(dladdr)(symbol, &info) ? info.dli_fbase : NULL;
}

bool next_is_libc(enum next_index index)
{
	enum { UNASKED, LIBC, ANOTHER };
	static uint8_t answers[NEXT_COUNT];
	uint8_t answer = __atomic_load_n(&answers[index], __ATOMIC_RELAXED);
	if (answer == UNASKED) {
		const void *libc = base_of(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"));
		answer = libc && base_of(next_symbol(index)) == libc ? LIBC : ANOTHER;
		__atomic_store_n(&answers[index], answer, __ATOMIC_RELAXED);
	}
	return answer == LIBC;
}
