/* A memory checker has nothing to say about what stands between a program and libc. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(found_valgrind);

/*
 * sort names its temporary file in fresh memory. That the checker's own program is a static one is
 * said otherwise, and of no interest here.
 */
Test(found_valgrind, has_nothing_to_say)
{
	in_house("cd merged; export OVERLAIN_ON_ESCAPE=allow; "
		 "valgrind -q --error-exitcode=9 sort -S 32b -o README README old/stays; "
		 "cat README");
}
