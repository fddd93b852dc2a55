/* Ends of a process that no destructor sees. */
#include "overlain/libc.h"

void _exit(int status)
{
	escape_tell();
	NEXT(_exit)(status);
	sys_exit(status);
}

void _Exit(int status)
{
	_exit(status);
}
