#include "killer.h"

#include <err.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A call nobody else makes. */
#define MARK_FD (-0x6b69)

void killer_ready(void)
{
	raise(SIGSTOP);
}

void killer_mark(void)
{
	if (write(MARK_FD, "", 0) == 0)
		err(1, "write to no file");
}

/* False at its return, and wherever else the program stopped. */
static bool is_entry(pid_t pid, long *call)
{
	struct __ptrace_syscall_info info;
	long size = ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);

	if (size <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	bool mark = info.entry.nr == SYS_write && (int)info.entry.args[0] == MARK_FD;
	*call = mark ? KILLER_MARK : (long)info.entry.nr;
	return true;
}

pid_t killer_start(void (*start)(void *data), void *data)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		start(data);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	return pid;
}

bool killer_next(pid_t pid, long *call, int *status)
{
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) || waitpid(pid, status, 0) != pid ||
		    !WIFSTOPPED(*status))
			return false;
		*call = KILLER_EXEC;
		if (WSTOPSIG(*status) == SIGTRAP || is_entry(pid, call))
			return true;
	}
}

bool killer_until_ready(pid_t pid, bool from_exec, int *status)
{
	const int signal = from_exec ? SIGTRAP : SIGSTOP;

	do
		if (ptrace(PTRACE_CONT, pid, NULL, NULL) || waitpid(pid, status, 0) != pid ||
		    !WIFSTOPPED(*status))
			return false;
	while (WSTOPSIG(*status) != signal);
	return true;
}

bool killer_run(int at, bool from_exec, void (*start)(void *data), void *data, void (*look)(void),
		int *status)
{
	long call;
	pid_t pid = killer_start(start, data);

	if (!killer_until_ready(pid, from_exec, status))
		return false;
	while (killer_next(pid, &call, status)) {
		if (call == KILLER_EXEC || --at > 0)
			continue;
		look();
		kill(pid, SIGKILL);
		waitpid(pid, status, 0);
		return true;
	}
	return false;
}
