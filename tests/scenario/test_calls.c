/*
 * Every call on every kind of path, each with its result or its errno: what a plain directory and
 * the kernel's overlay answer, the library answers, wherever in a program it is asked.
 */
#include <criterion/criterion.h>

#include "house.h"
#include "support/world.h"

SUITE(calls);

/* From another preloaded object, which the loader begins with. */
#define EARLY(program)                                                                             \
	"LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}" HELPER(program) ".so true constructor"
#define READING  HELPER("call_reading")
#define CHANGING HELPER("call_changing")
/* Known to differ: merged itself is another file system's, and directories cannot be renamed. */
#define BUT_ACROSS                                                                                 \
	" | grep -vE '^(rename|link).* merged/?:'"                                                 \
	" | grep -vE '^rename from merged/(docs|kind|empty)/?:'"

Test(calls, reading)
{
	in_house(READING " main");
}

Test(calls, reading_in_a_thread)
{
	in_house(READING " thread");
}

Test(calls, reading_in_a_signal_handler)
{
	in_house(READING " signal");
}

Test(calls, reading_before_main)
{
	in_house(READING " constructor");
}

Test(calls, reading_in_a_constructor_of_another_preload)
{
	in_house(EARLY("call_reading"));
}

Test(calls, changing_in_a_constructor_of_another_preload)
{
	in_house(EARLY("call_changing") BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing)
{
	in_house(CHANGING BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing_in_a_thread)
{
	in_house(CHANGING " thread" BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing_in_a_signal_handler)
{
	in_house(CHANGING " signal" BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing_before_main)
{
	in_house(CHANGING " constructor" BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing_what_is_read_only)
{
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE}, .script = CHANGING BUT_ACROSS,
			.unlike_plain = true, .read_only = true);
}

Test(calls, walking)
{
	in_house(HELPER("call_walks"));
}

Test(calls, fts)
{
	in_house(HELPER("call_fts"));
}

Test(calls, sockets)
{
	in_house(HELPER("call_sockets"));
}
