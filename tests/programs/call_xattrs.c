/* call_xattrs [thread|signal|constructor]: extended attributes by name, by link and by descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "call_where.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void told(long result)
{
	if (result < 0)
		printf(" %s", strerrorname_np(errno));
	else
		printf(" %ld", result);
}

static char *volatile nowhere = (char *)16;
static char long_name[300], huge[70000];

static const char *const objects[] = {"merged/marked", "merged/docs",     "merged/rel",
				      "merged/pipe",   "merged/new/file", "merged/src/main.c",
				      "merged/nope",   "merged/dirlink",  "merged/empty",
				      "merged/secret", "merged/dangling"};

static const char *const names[] = {"user.colour",
				    "user.none",
				    "user.",
				    "",
				    "nonsense",
				    "foo.bar",
				    "user.overlay.opaque",
				    "user.overlay.mine",
				    "user.overlay.",
				    "trusted.overlay.origin",
				    "security.none",
				    "system.posix_acl_access",
				    long_name,
				    "user.taste"};

/* A descriptor on PATH, for as long as a call takes. */
#define BY_DESCRIPTOR(call)                                                                        \
	do {                                                                                       \
		int fd = open(path, O_RDONLY | O_NONBLOCK);                                        \
		long result = call;                                                                \
		int saved = errno;                                                                 \
                                                                                                   \
		if (fd >= 0)                                                                       \
			close(fd);                                                                 \
		errno = saved;                                                                     \
		told(result);                                                                      \
	} while (0)

static void get(const char *path, const char *name)
{
	static const size_t sizes[] = {0, 1, 4, 64};
	char value[64];

	printf("get %s %.20s:", path, name);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		told(getxattr(path, name, value, sizes[i]));
		told(lgetxattr(path, name, value, sizes[i]));
		BY_DESCRIPTOR(fgetxattr(fd, name, value, sizes[i]));
	}
	told(getxattr(path, name, nowhere, 64));
	told(getxattr(path, nowhere, value, 64));
	puts("");
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void show_list(const char *list, long size)
{
	const char *all[32];
	size_t count = 0;

	told(size);
	for (long at = 0; at < size && count < COUNT(all); at += (long)strlen(list + at) + 1)
		all[count++] = list + at;
	qsort(all, count, sizeof *all, compare);
	for (size_t i = 0; i < count; i++)
		printf(" %s", all[i]);
}

/* Room for what is hidden may be asked for as well. */
static void list(const char *path)
{
	char all[256];
	long size = listxattr(path, all, sizeof all);

	printf("list %s:", path == nowhere ? "(nowhere)" : path);
	show_list(all, size);
	show_list(all, llistxattr(path, all, sizeof all));
	BY_DESCRIPTOR(flistxattr(fd, all, sizeof all));
	told(listxattr(path, NULL, 0) < size ? -1 : 0);
	BY_DESCRIPTOR(flistxattr(fd, NULL, 0) < size ? -1 : 0);
	told(listxattr(path, nowhere, 256));
	BY_DESCRIPTOR(flistxattr(fd, nowhere, 256));
	if (size > 3) {
		told(llistxattr(path, all, 3));
		BY_DESCRIPTOR(flistxattr(fd, all, 3));
	}
	puts("");
}

static void set(const char *path, const char *name)
{
	printf("set %s %.20s:", path, name);
	told(setxattr(path, name, "one", 3, XATTR_REPLACE));
	told(setxattr(path, name, "two", 3, XATTR_CREATE));
	told(setxattr(path, name, "three", 5, XATTR_CREATE));
	told(lsetxattr(path, name, "four", 4, 0));
	told(lsetxattr(path, name, "five", 4, 8));
	told(lsetxattr(path, name, "five", 4, XATTR_CREATE | XATTR_REPLACE));
	BY_DESCRIPTOR(fsetxattr(fd, name, "sixth", 5, 0));
	told(setxattr(path, name, nowhere, 5, 0));
	told(setxattr(path, nowhere, "x", 1, 0));
	told(setxattr(path, name, huge, sizeof huge, 0));
	told(setxattr(path, name, NULL, 0, 0));
	puts("");
	get(path, name);
	list(path);
	printf("remove %s %.20s:", path, name);
	told(removexattr(path, name));
	told(lremovexattr(path, name));
	BY_DESCRIPTOR(fremovexattr(fd, name));
	told(removexattr(path, nowhere));
	puts("");
}

void run(void)
{
	memset(long_name, 'n', sizeof long_name - 1);
	memcpy(long_name, "user.", 5);
	for (size_t i = 0; i < COUNT(objects); i++) {
		list(objects[i]);
		for (size_t j = 0; j < COUNT(names); j++)
			get(objects[i], names[j]);
	}
	for (size_t i = 0; i < COUNT(objects); i++)
		for (size_t j = 0; j < COUNT(names); j++)
			set(objects[i], names[j]);
	list("merged/docs/");
	list("merged/README/");
	list("");
	list(nowhere);
	get("merged/marked/", "user.colour");
	fflush(stdout);
}
