/*
 * A program gives up what it may open: by another user, by fewer capabilities, by a filter or a
 * rule of the kernel's (symbols.def has the names, before.S calls what is here). The page by which
 * processes tell each other of changes may be out of its reach then, so it joins the others before;
 * and directories that are kept open would lead further than it may go.
 */
#include "overlain/libc.h"

__attribute__((used)) void before_prctl(int option);
__attribute__((used)) void before_initgroups(void);

/* Whoever filters his own calls, or what he may open, says PR_SET_NO_NEW_PRIVS first. */
void before_prctl(int option)
{
	if (option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP)
		process_renounces();
}

void before_initgroups(void)
{
	services_ask();
	process_renounces();
}
