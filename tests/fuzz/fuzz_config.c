/*
 * The reader of options and environment. The input is an environment, one NUL between its strings;
 * the disk is pretended. What is refused is told in one line; what is taken is told to a child in a
 * form that means the same, checked or not.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fuzz.h"
#include "overlain/overlay.h"

enum { SETTINGS_MOST = 24, PATHS_MOST = 8, MAPS_MOST = 4096 };

/* --- the disk that is pretended: any name is a directory, unless it holds "none" or "file" --- */

static char opened[PATHS_MOST][PATH_MAX + 8];
static unsigned open_count;
static struct {
	void *at;
	size_t size;
} maps[MAPS_MOST];
static unsigned map_count;

/* As the kernel calls it: "." and ".." are gone. */
static void add_component(char *path, const char *name, size_t length)
{
	char *last = strrchr(path, '/');

	if (length == 2 && memcmp(name, "..", 2) == 0) {
		if (last)
			*last = '\0';
	} else if (length && !(length == 1 && *name == '.')) {
		sprintf(path + strlen(path), "/%.*s", (int)length, name);
	}
}

static long answer_open(const char *path, int flags)
{
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (strstr(path, "file"))
		return -ENOTDIR;
	if (strstr(path, "none") || (flags & O_ACCMODE) != O_RDONLY)
		return -ENOENT;
	unsigned slot = open_count++ % PATHS_MOST;
	*opened[slot] = '\0';
	if (*path != '/')
		add_component(opened[slot], "cwd", 3);
	for (size_t length; *path; path += length + (path[length] == '/'))
		add_component(opened[slot], path, length = strcspn(path, "/"));
	if (!*opened[slot])
		strcpy(opened[slot], "/");
	return 100 + slot;
}

static long answer_stat(const char *path, struct stat *st)
{
	uint64_t hash = 5381;

	for (; *path; path++)
		hash = hash * 33 + (unsigned char)*path;
	*st = (struct stat){.st_mode = S_IFDIR | 0755, .st_dev = 1, .st_ino = hash};
	return 0;
}

static long answer_readlink(const char *link, char *target, size_t size)
{
	unsigned slot = (unsigned)atoi(strrchr(link, '/') + 1) - 100;
	size_t length = strlen(opened[slot % PATHS_MOST]);

	length = length < size ? length : size;
	memcpy(target, opened[slot % PATHS_MOST], length);
	return (long)length;
}

static long answer_mmap(long size)
{
	void *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	maps[map_count].at = at;
	maps[map_count++].size = (size_t)size;
	fuzz_require(map_count < MAPS_MOST, "it takes no end of memory");
	return (long)at;
}

long sys_hook(long nr, long a, long b, long c, long d, long e, long f)
{
	(void)e, (void)f;
	switch (nr) {
	case SYS_mmap:
		return answer_mmap(b);
	case SYS_munmap:
	case SYS_close:
	case SYS_write:
	case SYS_mkdirat:
		return 0;
	case SYS_openat:
		return answer_open((const char *)b, (int)c);
	case SYS_fstat:
		return answer_stat(opened[(a - 100) % PATHS_MOST], (struct stat *)b);
	case SYS_newfstatat:
		return strstr((const char *)b, "none") ? -ENOENT
						       : answer_stat((const char *)b, (void *)c);
	case SYS_readlinkat:
		return answer_readlink((const char *)b, (char *)c, (size_t)d);
	case SYS_getcwd:
		return b >= 5 ? (memcpy((void *)a, "/cwd", 5), 5) : -ERANGE;
	case SYS_exit_group:
		abort();
	default:
		return -ENOSYS;
	}
}

static void forget_all(void)
{
	while (map_count-- > 0)
		munmap(maps[map_count].at, maps[map_count].size);
	map_count = 0;
}

/* --- what must hold --- */

static void expect_complaint(const char *line)
{
	fuzz_require(*line, "it refuses and does not say why");
	for (; *line; line++)
		fuzz_require((unsigned char)*line >= ' ', "it complains in several lines");
}

static void expect_same(char *const *one, char *const *other)
{
	for (; *one && *other; one++, other++)
		if (strcmp(*one, *other) != 0) {
			fprintf(stderr, "%s\n%s\n", *one, *other);
			fuzz_require(false, "a child's child is told something else");
		}
	fuzz_require(*one == *other, "a child's child is told more or less");
}

static void expect_same_overlays(const struct mounts *one, const struct mounts *other)
{
	fuzz_require(one->count == other->count, "a child has other overlays");
	for (unsigned i = 0; i < one->count; i++) {
		const struct overlay *a = &one->at[i], *b = &other->at[i];
		bool same = strcmp(a->merged, b->merged) == 0 && a->layer_count == b->layer_count &&
			    a->writable == b->writable && a->redirect_off == b->redirect_off &&
			    a->is_volatile == b->is_volatile && a->enforce == b->enforce &&
			    a->has_upper == b->has_upper && !a->workdir == !b->workdir &&
			    (!a->workdir || strcmp(a->workdir, b->workdir) == 0);

		fuzz_require(same, "a child has another overlay");
		for (unsigned l = 0; l < a->layer_count; l++)
			fuzz_require(strcmp(a->layers[l].root, b->layers[l].root) == 0,
				     "a child has another layer");
	}
}

static int read_settings(struct mounts *mounts, char *const *envp)
{
	char line[2048];
	struct text complaint;

	text_init(&complaint, line, sizeof line);
	int result = mounts_read(mounts, envp, &complaint);
	if (result < 0)
		expect_complaint(line);
	return result;
}

/* Without what says that it was checked already. */
static void leave_out(char *const *envp, const char *name, char **kept)
{
	for (; *envp; envp++)
		if (strncmp(*envp, name, strlen(name)) != 0)
			*kept++ = *envp;
	*kept = NULL;
}

static void try(char *const *envp)
{
	struct mounts first, child, unchecked;
	char *bare[SETTINGS_MOST];

	if (read_settings(&first, envp) < 0 || first.count == 0)
		return;
	char *const *told = mounts_environment(&first);
	fuzz_require(read_settings(&child, told) == 0, "a child refuses what it is told");
	expect_same_overlays(&first, &child);
	expect_same(told, mounts_environment(&child));
	leave_out(told, "OVERLAIN_CHECKED=", bare);
	fuzz_require(read_settings(&unchecked, bare) == 0, "it refuses what it checked itself");
	expect_same_overlays(&first, &unchecked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *envp[SETTINGS_MOST];
	size_t count = 0;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (char *at = text; at < text + size && count < SETTINGS_MOST - 1; at += strlen(at) + 1)
		envp[count++] = at;
	envp[count] = NULL;
	open_count = 0;
	try(envp);
	forget_all();
	free(text);
	return 0;
}
