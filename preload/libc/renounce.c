/*
 * A program gives up what it may open: by another user, by fewer capabilities, by a filter or a
 * rule of the kernel's. The page by which processes tell each other of changes may be out of its
 * reach then, so it joins the others before.
 */
#include "overlain/libc.h"

#define RENOUNCE(name, parameters, arguments)                                                      \
	int name parameters                                                                        \
	{                                                                                          \
		process_join_all();                                                                \
		return NEXT(name) arguments;                                                       \
	}

RENOUNCE(setuid, (uid_t user), (user))
RENOUNCE(seteuid, (uid_t effective), (effective))
RENOUNCE(setreuid, (uid_t real, uid_t effective), (real, effective))
RENOUNCE(setresuid, (uid_t real, uid_t effective, uid_t saved), (real, effective, saved))
RENOUNCE(setfsuid, (uid_t user), (user))
RENOUNCE(setgid, (gid_t group), (group))
RENOUNCE(setegid, (gid_t effective), (effective))
RENOUNCE(setregid, (gid_t real, gid_t effective), (real, effective))
RENOUNCE(setresgid, (gid_t real, gid_t effective, gid_t saved), (real, effective, saved))
RENOUNCE(setfsgid, (gid_t group), (group))
RENOUNCE(setgroups, (size_t count, const gid_t *groups), (count, groups))
RENOUNCE(initgroups, (const char *user, gid_t group), (user, group))
RENOUNCE(capset, (void *header, const void *data), (header, data))
RENOUNCE(unshare, (int flags), (flags))
RENOUNCE(setns, (int fd, int type), (fd, type))

/* Whoever filters his own calls, or what he may open, says PR_SET_NO_NEW_PRIVS first. */
int prctl(int option, ...)
{
	unsigned long a[4];
	va_list list;
	va_start(list, option);
	for (unsigned i = 0; i < sizeof a / sizeof *a; i++)
		a[i] = va_arg(list, unsigned long);
	va_end(list);
	if (option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP)
		process_join_all();
	return NEXT(prctl)(option, a[0], a[1], a[2], a[3]);
}
