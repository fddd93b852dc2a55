/* Looking for a program along PATH, as execvp(3) does. */
#include "internal.h"

#include <string.h>
#include <unistd.h>

#define DEFAULT_PATH "/bin:/usr/bin" /* confstr(3), _CS_PATH */

struct search {
	bool shell;
	char *const *argv;
	char *const *envp;
	exec_call *call;
	void *data;
};

static int start(const struct search *s, const char *name, char *const argv[])
{
	struct place at;
	int error = place_find(&at, AT_FDCWD, name, PLACE_FOLLOW);
	return error ? error : exec_place(&at, name, argv, s->envp, s->call, s->data);
}

/* What the kernel does not know as a program is taken for a shell script. */
__attribute__((noinline)) static int start_shell(const struct search *s, const char *script)
{
	size_t count = exec_count(s->argv);
	char *argv[count + 3];
	argv[0] = (char *)(uintptr_t) "/bin/sh";
	argv[1] = (char *)(uintptr_t)script;
	argv[2] = NULL;
	if (count > 1)
		memcpy(argv + 2, s->argv + 1, count * sizeof *argv);
	return start(s, argv[0], argv);
}

static int try(const struct search *s, const char *name)
{
	int error = start(s, name, s->argv);
	return error == -ENOEXEC && s->shell ? start_shell(s, name) : error;
}

/* Errors that leave hope for the rest of PATH. */
static bool goes_on(int error)
{
	return error == -EACCES || error == -ENOENT || error == -ESTALE || error == -ENOTDIR ||
	       error == -ENODEV || error == -ETIMEDOUT;
}

static int search(const struct search *s, const char *file, size_t length, const char *path)
{
	bool denied = false;
	size_t room = strnlen(path, PATH_MAX - 1) + 1;
	char name[room + length + 2];
	for (const char *one = path, *end;; one = end + 1) {
		for (end = one; *end && *end != ':'; end++)
			;
		size_t size = (size_t)(end - one);
		if (size < room) {
			memcpy(name, one, size);
			name[size] = '/';
			memcpy(name + size + (size > 0), file, length + 1);
			int error = try(s, name);
			if (!goes_on(error))
				return error;
			denied |= error == -EACCES;
		}
		if (!*end)
			return denied ? -EACCES : -ENOENT;
	}
}

int exec_search(const char *file, bool shell, char *const argv[], char *const envp[],
		exec_call *call, void *data)
{
	const struct search s = {shell, argv, envp, call, data};
	ssize_t length = pointer_string(file, PATH_MAX);
	if (length < 0)
		return (int)length;
	if (length == 0)
		return -ENOENT;
	if (text_find(file, '/'))
		return try(&s, file);
	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	const char *path = environ ? text_setting(environ, "PATH") : NULL;
	return search(&s, file, (size_t)length, path ? path : DEFAULT_PATH);
}
