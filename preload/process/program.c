/*
 * What kind of program a file is: a script, one the overlay covers, one it cannot. One open and a
 * few reads before each exec; the exec itself is the kernel's.
 */
#include "internal.h"

#include "overlain/library.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000 /* Linux 6.14 */
#endif

/* Program headers and the loader's name usually lie in here. */
#define HEAD_READ 1024

/* 0 where the kernel would let FD, called PATH, be executed: -EACCES, -ETXTBSY. */
static int may_execute(int fd, const char *path)
{
	char *const argv[] = {(char *)(uintptr_t)path, NULL}, *const envp[] = {NULL};
	int error = (int)SYS5(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH | AT_EXECVE_CHECK);
	if (error == 0 || error == -EACCES || error == -ETXTBSY)
		return error;
	return sys_faccessat(AT_FDCWD, path, X_OK, AT_EACCESS);
}

/* True where set-ID bits and file capabilities count: execve(2), capabilities(7). */
static bool grants(int fd)
{
	struct statfs fs;
	if (SYS5(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	return SYS2(SYS_fstatfs, fd, &fs) || !(fs.f_flags & ST_NOSUID);
}

/* The loader leaves LD_PRELOAD out where a program runs with more than its caller has: ld.so(8). */
static const char *privilege(int fd)
{
	struct stat st;
	if (sys_fstat(fd, &st))
		return NULL;
	const uid_t uid = st.st_mode & S_ISUID ? (uid_t)SYS1(SYS_getuid, 0) : st.st_uid;
	const bool group = (st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	const gid_t gid = group ? (gid_t)SYS1(SYS_getgid, 0) : st.st_gid;
	const char *why = NULL;
	if (uid != st.st_uid)
		why = "set-user-ID";
	else if (gid != st.st_gid)
		why = "set-group-ID";
	else if (SYS1(SYS_getuid, 0) != 0 &&
		 SYS4(SYS_fgetxattr, fd, "security.capability", NULL, 0) > 0)
		why = "given capabilities";
	return why && grants(fd) ? why : NULL;
}

/* The path on disk; of what is in merged, only a regular file can be one. */
static int path_of(struct place *at, struct program *p)
{
	p->path = at->name;
	if (!at->overlay)
		return 0;
	int error = file_reach(at, &p->path);
	if (!error && at->node.type == DT_LNK)
		error = -ELOOP; /* execveat(2) with AT_SYMLINK_NOFOLLOW */
	return error ? error : at->node.type == DT_REG ? 0 : -EACCES;
}

/* Without a look at it: what is certain to fail, fails. */
static int unseen(int error, struct program *p)
{
	switch (error) {
	case -EACCES:
		p->escape = "not readable, so it cannot be told whether it";
		return sys_faccessat(AT_FDCWD, p->path, X_OK, AT_EACCESS);
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -ENXIO: /* a socket */
		return 0;
	default:
		return error;
	}
}

/* *FD is negative where there is nothing to be read, which is no error. */
static int open_program(struct place *at, struct program *p, int *fd)
{
	do {
		int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
			    (at->flags & PLACE_FOLLOW ? 0 : O_NOFOLLOW);
		int error = path_of(at, p);
		if (error)
			return error;
		*fd = sys_openat(AT_FDCWD, p->path, flags, 0);
	} while (*fd < 0 && place_again(at, -*fd) > 0);
	if (*fd >= 0)
		return 0;
	/* Looking for another way has used the room the path stood in. */
	int error = path_of(at, p);
	return error ? error : unseen(*fd, p);
}

/* A loader called by its name, as ldd(1) does, loads what a program it is given asks for. */
static bool is_loader(const char *path)
{
	const char *name = exec_base_name(path);
	return text_starts(name, "ld-") || text_same(name, "ld.so");
}

/* True where a program outside was linked to look for libraries in merged. */
__attribute__((noinline)) static bool seeks_in_merged(int fd, const char *path)
{
	struct seeker s = {.name = path};
	DYNAMIC_SCOPED struct dynamic d;
	dynamic_open(&d, fd);
	dynamic_search(&d, &s);
	return library_list_leads(&s, s.rpath) || library_list_leads(&s, s.runpath);
}

/* True where one inside says itself where libraries of its own are: mostly beside it. */
static bool seeks_its_own(int fd)
{
	struct seeker s = {0};
	size_t entry = 0;
	DYNAMIC_SCOPED struct dynamic d;
	dynamic_open(&d, fd);
	dynamic_search(&d, &s);
	if (s.rpath || s.runpath)
		return true;
	for (const char *name; (name = dynamic_needed(&d, &entry));)
		if (text_find(name, '/'))
			return true;
	return false;
}

static bool seeks(int fd, const struct place *at, const struct program *p, const char *head,
		  size_t size)
{
	if (at->overlay)
		return seeks_its_own(fd);
	return !place_never_leads_in(p->path) && elf_searches(fd, head, size) &&
	       seeks_in_merged(fd, p->path);
}

int program_look(struct place *at, struct program *p)
{
	char head[HEAD_READ];
	CLOSE_SCOPED int fd = -1;
	memset(p->head, 0, sizeof p->head);
	p->escape = NULL;
	p->loader = p->seeks = p->foreign = false;
	int error = open_program(at, p, &fd);
	if (error || fd < 0)
		return error;
	ssize_t size = sys_read(fd, head, sizeof head);
	if (size < 0)
		return size == -EISDIR ? -EACCES : 0;
	memcpy(p->head, head, (size_t)size < sizeof p->head ? (size_t)size : sizeof p->head);
	if (script_is(p))
		return may_execute(fd, p->path);
	p->loader = is_loader(p->path);
	if (p->loader)
		return 0;
	elf_judge(p, fd, head, (size_t)size);
	if (!p->escape)
		p->escape = privilege(fd);
	if (!p->escape)
		p->seeks = seeks(fd, at, p, head, (size_t)size);
	return 0;
}
