/* The exec family, and what libc builds on it. */
#include "overlain/libc.h"

static int execute(const char *path, char *const argv[], char *const envp[], void *data)
{
	(void)data;
	NEXT(execve)(path, argv, envp);
	return -errno;
}

static int exec_at(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	struct place at;
	int error = place_find(&at, dirfd, path, place_flags(flags));
	if (!error && process_ready())
		error = exec_place(&at, path, argv, envp, execute, NULL);
	else if (!error)
		return NEXT(execve)(path, argv, envp);
	return (int)edge(error);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	return exec_at(AT_FDCWD, path, argv, envp, 0);
}

int execv(const char *path, char *const argv[])
{
	return exec_at(AT_FDCWD, path, argv, environ, 0);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	if (!process_ready())
		return NEXT(execvpe)(file, argv, envp);
	return (int)edge(exec_search(file, true, argv, envp, execute, NULL));
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	if (fd < 0 || !argv || !envp)
		return (int)edge(-EINVAL);
	return execveat(fd, "", argv, envp, AT_EMPTY_PATH);
}

/* Flags that ask for something else than starting it (AT_EXECVE_CHECK), or for the impossible. */
static int ask_at(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	struct place at;
	const char *real = path;
	int error = place_find(&at, dirfd, path, place_flags(flags));
	if (!error && at.overlay)
		error = file_reach(&at, &real);
	if (error)
		return (int)edge(error);
	return NEXT(execveat)(at.overlay ? AT_FDCWD : dirfd, real, argv, envp, flags);
}

int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	if (!process_ready())
		return NEXT(execveat)(dirfd, path, argv, envp, flags);
	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return ask_at(dirfd, path, argv, envp, flags);
	return exec_at(dirfd, path, argv, envp, flags);
}

/* The forms with a list: an array of it on the stack, and for execle the environment behind it. */
enum form { EXECL, EXECLP, EXECLE };

static int exec_list(enum form form, const char *name, const char *first, va_list list)
{
	va_list copy;
	size_t count = 0;
	va_copy(copy, list);
	for (const char *argument = first; argument; argument = va_arg(copy, char *))
		count++;
	va_end(copy);
	char *argv[count + 1];
	argv[0] = (char *)(uintptr_t)first;
	for (size_t i = 1; i <= count; i++)
		argv[i] = va_arg(list, char *);
	if (form == EXECLP)
		return execvp(name, argv);
	return execve(name, argv, form == EXECLE ? va_arg(list, char *const *) : environ);
}

int execl(const char *path, const char *first, ...)
{
	va_list list;
	va_start(list, first);
	int result = exec_list(EXECL, path, first, list);
	va_end(list);
	return result;
}

int execlp(const char *file, const char *first, ...)
{
	va_list list;
	va_start(list, first);
	int result = exec_list(EXECLP, file, first, list);
	va_end(list);
	return result;
}

int execle(const char *path, const char *first, ...)
{
	va_list list;
	va_start(list, first);
	int result = exec_list(EXECLE, path, first, list);
	va_end(list);
	return result;
}
