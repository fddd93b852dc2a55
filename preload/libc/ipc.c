/* Keys and shared memory: names that stand for files. */
#include "overlain/libc.h"

#include <string.h>

/* ftok(3): made of the numbers merged shows, which outlive a copy-up. */
key_t ftok(const char *path, int project)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return -1;
	return (key_t)((st.st_ino & 0xffff) | (st.st_dev & 0xff) << 16 |
		       ((unsigned)project & 0xff) << 24);
}

/* shm_open(3) names files below here. It is the kernel's own unless some merged covers it. */
#define DIRECTORY "/dev/shm/"

struct shared_name {
	char path[sizeof DIRECTORY + NAME_MAX];
};

static bool is_inside(struct shared_name *s, const char *name)
{
	struct place at;
	struct text t;
	if (!process_ready() || pointer_string(name, PATH_MAX) < 0)
		return false;
	name += strspn(name, "/");
	if (!*name || text_find(name, '/') || strlen(name) > NAME_MAX)
		return false;
	text_init(&t, s->path, sizeof s->path);
	text_add(&t, DIRECTORY);
	text_add(&t, name);
	return place_find(&at, AT_FDCWD, s->path, 0) == 0 && at.overlay;
}

int shm_open(const char *name, int flags, mode_t mode)
{
	struct shared_name s;
	return is_inside(&s, name) ? open(s.path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode)
				   : NEXT(shm_open)(name, flags, mode);
}

int shm_unlink(const char *name)
{
	struct shared_name s;
	return is_inside(&s, name) ? unlink(s.path) : NEXT(shm_unlink)(name);
}
