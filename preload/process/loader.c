/*
 * ld.so called by its name, as ldd(1) calls it: the program it loads is one of its arguments, and
 * it reads it before anything of ours runs. So it is given that program's path on disk.
 */
#include "internal.h"

#include <string.h>

static bool takes_value(const char *option)
{
	static const char *const options[] = {"--library-path",
					      "--glibc-hwcaps-prepend",
					      "--glibc-hwcaps-mask",
					      "--inhibit-rpath",
					      "--audit",
					      "--preload",
					      "--argv0"};
	for (unsigned i = 0; i < sizeof options / sizeof *options; i++)
		if (text_same(option, options[i]))
			return true;
	return false;
}

/* Where the program stands in ARGV; its end when there is none. */
static size_t program_index(char *const *argv, size_t count)
{
	size_t i = 1;
	while (i < count && text_starts(argv[i], "--"))
		i += takes_value(argv[i]) ? 2 : 1;
	return i < count ? i : count;
}

int loader_start(struct start *s, struct place *at)
{
	struct program p;
	const size_t length = strlen(s->path) + 1, count = exec_count(s->argv);
	const size_t index = program_index(s->argv, count);
	char path[length], *line[count + 1];
	if (index == count)
		return exec_hand_over(s, NULL);
	s->path = memcpy(path, s->path, length);
	if (place_find(at, AT_FDCWD, s->argv[index], PLACE_FOLLOW) || !at->overlay ||
	    program_look(at, &p))
		return exec_hand_over(s, NULL);
	memcpy(line, s->argv, (count + 1) * sizeof *line);
	line[index] = (char *)(uintptr_t)p.path;
	s->argv = line;
	s->inside = true;
	s->program = at;
	return exec_hand_over(s, &p);
}
