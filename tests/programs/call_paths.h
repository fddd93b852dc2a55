/* Paths with every way to be awkward, for programs that try each call on each. */
#ifndef CALL_PATHS_H
#define CALL_PATHS_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An operation on a path, told as a number or, below 0, by errno. */
struct call {
	const char *name;
	long (*on)(const char *path);
	bool reads; /* libc itself reads the path: whatever its length, and wherever it is */
};

static inline char *repeated(const char *before, char c, size_t count)
{
	size_t length = strlen(before);
	char *path = malloc(length + count + 1);

	memcpy(path, before, length);
	memset(path + length, c, count);
	path[length + count] = 0;
	return path;
}

/* "merged/./././…/NAME", LENGTH bytes in all. */
static inline char *stretched(size_t length, const char *name)
{
	const size_t start = strlen("merged");
	char *path = repeated("merged", '/', length - start);

	for (size_t i = start + 1; i + strlen(name) < length; i += 2)
		path[i] = '.';
	path[length - strlen(name) - 1] = '/';
	memcpy(path + length - strlen(name), name, strlen(name));
	return path;
}

static const char *const plain_paths[] = {
	"merged/README",
	"merged/docs",
	"merged/docs/",
	"merged/README/",
	"merged/nope",
	"merged/nope/",
	"merged/nope/x",
	"merged/README/x",
	"merged/README/..",
	"merged/README/.",
	"merged/rel",
	"merged/rel/",
	"merged/rel/x",
	"merged/dangling",
	"merged/dangling/",
	"merged/dangling/x",
	"merged/dirlink",
	"merged/dirlink/",
	"merged/dirlink/both.txt",
	"merged/dirlink/../README",
	"merged/around",
	"merged/docs/../README",
	"merged/docs/./both.txt",
	"merged//docs///both.txt",
	"merged/docs/both.txt/",
	"merged/nope/../README",
	"merged",
	"merged/",
	"merged/.",
	"merged/docs/..",
	"merged/docs/.",
	"merged/../merged/README",
	"merged/loop",
	"merged/loop/",
	"merged/loop/x",
	"merged/old/gone",
	"merged/old/gone/",
	"merged/old/gone/x",
	"merged/old/stays",
	"merged/hidden/a",
	"merged/hidden/c",
	"merged/kind",
	"merged/kind/inside",
	"merged/pipe",
	"merged/pipe/",
	"merged/empty",
	"merged/nothing",
	"merged/secret",
	"merged/src/util.c",
	"merged/new/file",
	"merged/docs/deep/er/leaf",
	"merged/docs/deep/er/leaf/..",
	"",
};

/* Nothing there is to be changed. */
static const char *const outside_paths[] = {"merged/..", ".", "/"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline void show(const struct call *call, const char *shown, const char *path)
{
	errno = 0;
	long result = call->on(path);

	if (result < 0)
		printf("%s %s: %s\n", call->name, shown, strerrorname_np(errno));
	else
		printf("%s %s: %lo\n", call->name, shown, (unsigned long)result);
}

static inline void show_all(const struct call *calls, size_t count, bool outside)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < COUNT(plain_paths); j++)
			show(&calls[i], plain_paths[j], plain_paths[j]);
		for (size_t j = 0; outside && j < COUNT(outside_paths); j++)
			show(&calls[i], outside_paths[j], outside_paths[j]);
		show(&calls[i], "(name of 255)", repeated("merged/", 'n', NAME_MAX));
		show(&calls[i], "(name of 256)", repeated("merged/", 'n', NAME_MAX + 1));
		show(&calls[i], "(path of 4095)", stretched(PATH_MAX - 1, "README"));
		if (calls[i].reads)
			continue;
		show(&calls[i], "(path of 4096)", stretched(PATH_MAX, "README"));
		show(&calls[i], "(nowhere)", (const char *)16);
	}
}

#endif
