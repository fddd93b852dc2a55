/* Names of AF_UNIX sockets, translated in both directions; see unix(7). */
#include "address.h"

#include <string.h>

#define NAME_AT offsetof(struct sockaddr_un, sun_path)

/* The path in NAME, as a string in PATH; false for other families and forms. */
static bool take_path(const void *name, socklen_t size, char *path)
{
	const struct sockaddr_un *un = name;
	if (!name || size <= NAME_AT || pointer_string(name, 1) == -EFAULT ||
	    un->sun_family != AF_UNIX || !un->sun_path[0])
		return false;
	size_t room = size - NAME_AT < SUN_PATH_SIZE ? size - NAME_AT : SUN_PATH_SIZE;
	size_t length = strnlen(un->sun_path, room);
	memcpy(path, un->sun_path, length);
	path[length] = 0;
	return true;
}

int target_find(struct target *t, const void *name, socklen_t size, unsigned flags)
{
	t->at.overlay = NULL;
	t->at.crossed = false;
	t->at.tried = true;
	if (!process_ready() || !take_path(name, size, t->path))
		return 0;
	return place_find(&t->at, AT_FDCWD, t->path, flags);
}

static int put_path(struct address *a, const char *path)
{
	size_t length = strlen(path);
	if (length >= SUN_PATH_SIZE)
		return -ENAMETOOLONG;
	memcpy(a->name.sun_path, path, length + 1);
	a->size = (socklen_t)(NAME_AT + length + 1);
	return 0;
}

static int open_first(const char *path, size_t length)
{
	char first[length + 1];
	memcpy(first, path, length);
	first[length] = 0;
	return sys_openat(AT_FDCWD, first, O_PATH | O_CLOEXEC, 0);
}

/* A longer path goes by a descriptor: of the socket, or of the directory it is made in. */
int address_set(struct address *a, const char *path, bool birth)
{
	char name[64 + NAME_MAX];
	struct text t;
	size_t first = strlen(path);
	*a = (struct address){.name.sun_family = AF_UNIX, .fd = -1};
	if (put_path(a, path) == 0)
		return 0;
	while (birth && path[first - 1] != '/')
		first--;
	a->fd = open_first(path, first);
	if (a->fd < 0)
		return a->fd;
	text_init(&t, name, sizeof name);
	text_add(&t, "/proc/self/fd/");
	text_add_number(&t, (uint64_t)a->fd);
	text_add(&t, birth ? "/" : "");
	text_add(&t, path + first);
	return put_path(a, name);
}

int address_outside(struct address *a, const struct target *t, bool birth)
{
	a->fd = -1;
	if (!t->at.crossed)
		return 0;
	int error = address_set(a, t->at.name, birth);
	return error ? error : 1;
}

/*
 * The last names given out, for the kernel tells a name as it was bound: relative ones, and those
 * that went by a descriptor. Other processes find what lies in a layer by reverse_path.
 */
#define BOUND 64
static BULKY struct bound {
	char told[SUN_PATH_SIZE + 1]; /* empty while it is written */
	char asked[SUN_PATH_SIZE + 1];
} bound[BOUND];
static unsigned bound_count;

void address_remember(const struct address *a, const char *path)
{
	struct bound *b = &bound[__atomic_fetch_add(&bound_count, 1, __ATOMIC_RELAXED) % BOUND];
	__atomic_store_n(&b->told[0], 0, __ATOMIC_RELEASE);
	memcpy(b->asked, path, strlen(path) + 1);
	memcpy(b->told + 1, a->name.sun_path + 1, strlen(a->name.sun_path));
	__atomic_store_n(&b->told[0], a->name.sun_path[0], __ATOMIC_RELEASE);
}

static const char *recall(const char *told)
{
	unsigned last = __atomic_load_n(&bound_count, __ATOMIC_ACQUIRE);
	for (unsigned i = 1; i <= BOUND && i <= last; i++)
		if (text_same(bound[(last - i) % BOUND].told, told))
			return bound[(last - i) % BOUND].asked;
	return NULL;
}

void address_reveal(void *name, socklen_t room, socklen_t *size)
{
	char told[SUN_PATH_SIZE + 1];
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	if (!take_path(name, *size < room ? *size : room, told) || told[0] != '/' ||
	    !process_ready())
		return;
	const char *asked = recall(told);
	if (!asked && reverse_path(told, SUN_PATH_SIZE) > 0)
		asked = told;
	if (!asked)
		return;
	memcpy(un.sun_path, asked, strlen(asked) + 1);
	*size = (socklen_t)(NAME_AT + strlen(asked) + 1);
	memcpy(name, &un, *size < room ? *size : room);
}
