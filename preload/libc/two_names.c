/* Room for two places, as little as will do. */
#include "two_names.h"

__attribute__((noinline)) static int with_long(two_names_call *call, const struct two_names *asked)
{
	struct place from, to;
	return call(asked, &from, &to, 0);
}

__attribute__((noinline)) static int with_short(two_names_call *call, const struct two_names *asked)
{
	struct place from;
	PLACE_BRIEFLY(to);
	return call(asked, &from, to, PLACE_BRIEF);
}

int two_names(two_names_call *call, const struct two_names *asked)
{
	int result = with_short(call, asked);
	return result == TWO_NAMES_CRAMPED ? with_long(call, asked) : result;
}
