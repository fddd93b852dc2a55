/* The definitions behind ours, found when first needed. */
#include "overlain/libc.h"

static const char *const names[] = {
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
