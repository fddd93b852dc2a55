/* What the run-time libraries of sanitizers ask for; a program's own answer comes before ours. */
#include "overlain/libc.h"

/*
 * As a library, AddressSanitizer ends a program in which it is not the first object: another malloc
 * might stand in front of its own. There is none in here, and our next definitions are its.
 */
const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}

/* What is not compiled for ThreadSanitizer synchronises in ways it does not see. */
const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:liboverlain\n";
}
