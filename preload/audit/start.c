/* What a C library would provide: the environment, and what the process room takes up of it. */
#include "overlain/process.h"

static char **environment;

/* More than the kernel lets arguments and environment be; what is not read is no memory. */
#define ENVIRONMENT_MAX (8u << 20)

static size_t read_environment(char *text)
{
	size_t size = 0;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, "/proc/self/environ", O_RDONLY | O_CLOEXEC, 0);
	for (ssize_t more = 1; fd >= 0 && more > 0; size += more > 0 ? (size_t)more : 0)
		more = sys_read(fd, text + size, ENVIRONMENT_MAX / 2 - size);
	return size;
}

/* ld.so shows an auditor no environment of its own: it is read back from the kernel. */
__attribute__((constructor(101))) static void find_environment(void)
{
	static char *none[] = {NULL};
	environment = none;
	char *text = sys_pages(ENVIRONMENT_MAX);
	if (!text)
		return;
	const size_t size = read_environment(text);
	environment = (char **)(void *)(text + ENVIRONMENT_MAX / 2);
	for (size_t at = 0, count = 0; at < size && count < ENVIRONMENT_MAX / 16; count++) {
		environment[count] = text + at;
		while (text[at++])
			;
	}
}

/* The library comes after us: it is left the variable. */
void environment_adopt(char **envp)
{
	for (; *envp; envp++) {
		const char *state = text_after(*envp, HANDOVER_NAME);
		if (state)
			handover_read(state);
	}
}

/* Likewise. */
void process_name(const char *name)
{
	(void)name;
}

char **process_environment(void)
{
	return environment;
}
