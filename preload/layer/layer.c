/* Opening a layer: how its root is reached from a path. */
#include "overlain/layer.h"

#include <string.h>
#include <sys/resource.h>

/* The layers that are reached through a descriptor of ours. */
static struct layer *kept;

#define REACH_LENGTH 26
#define REACH_NUMBER 13 /* where its number begins, after slashes that mean nothing */

static int descriptor_of(const struct layer *layer)
{
	const char *at = layer->reach + REACH_NUMBER;
	int fd = 0;
	while (*at == '/')
		at++;
	for (; *at != '/'; at++)
		fd = fd * 10 + (*at - '0');
	return fd;
}

int layer_descriptor(const struct layer *layer)
{
	return layer->reach == layer->root ? -1 : descriptor_of(layer);
}

/*
 * Reaches LAYER as "/proc/self/fd//////N/", always of one length, so that another thread finds the
 * length right whichever of the two texts it meets.
 */
static void reach_through(struct layer *layer, int fd)
{
	char *reach = layer->short_reach[layer->reach == layer->short_reach[0]];
	char number[12];
	struct text t;
	text_init(&t, number, sizeof number);
	text_add_number(&t, (uint64_t)fd);
	memset(reach, '/', REACH_LENGTH);
	memcpy(reach, "/proc/self/fd", REACH_NUMBER);
	memcpy(reach + REACH_LENGTH - 1 - text_length(&t), number, text_length(&t));
	layer->reach_length = REACH_LENGTH;
	__atomic_store_n(&layer->reach, reach, __ATOMIC_RELEASE);
}

/* Most programs may open more than so many, and do not. */
#define NUMBER_USUAL 1000
/* Whoever may open fewer than 256 files needs the numbers. */
#define NUMBER_LEAST 192
/* The smallest table of descriptors has 64. */
#define NUMBER_LOW 48

/* The lowest number a descriptor of ours is to have: high, and out of the program's way. */
static int least_number(void)
{
	struct rlimit limit = {.rlim_cur = 32};
	SYS4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
	return limit.rlim_cur > 1024 ? NUMBER_USUAL : (int)(limit.rlim_cur - limit.rlim_cur / 4);
}

/* A copy of FD from LEAST on, or as high as may be; -errno. */
static int copy_high(int fd, int least)
{
	int copy;
	do
		copy = sys_fcntl(fd, F_DUPFD_CLOEXEC, least);
	while (copy < 0 && (least /= 2) > 2);
	return copy;
}

/*
 * A table of descriptors that has to grow holds up the caller where there are threads, until no
 * processor uses the old one: some ten milliseconds. So what they have copied gets a number that
 * the smallest table has, unless the program itself came up to that.
 */
static enum numbers { UNUSED, LOW, HIGH } numbers;
static bool (*has_threads)(void);

void layer_ask_for_threads(bool (*asked)(void))
{
	has_threads = asked;
}

static enum numbers numbers_now(void)
{
	struct rlimit limit;
	const enum numbers now = __atomic_load_n(&numbers, __ATOMIC_RELAXED);
	if (now != UNUSED)
		return now;
	const bool low = has_threads && has_threads() &&
			 SYS4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit) == 0 &&
			 limit.rlim_cur > NUMBER_USUAL;
	return low ? LOW : HIGH;
}

bool layer_copy_higher(void)
{
	return __atomic_exchange_n(&numbers, HIGH, __ATOMIC_RELAXED) == LOW;
}

int layer_copy_high(int fd)
{
	enum numbers now = numbers_now(), unused = UNUSED;
	int copy = sys_fcntl(fd, F_DUPFD_CLOEXEC, now == LOW ? NUMBER_LOW : NUMBER_USUAL);
	if (copy >= 0)
		__atomic_compare_exchange_n(&numbers, &unused, now, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
	return copy == -EINVAL ? copy_high(fd, least_number()) : copy;
}

bool layer_may_keep(int copy)
{
	return copy >= NUMBER_LEAST ||
	       (copy >= NUMBER_LOW && __atomic_load_n(&numbers, __ATOMIC_RELAXED) == LOW);
}

int layer_keep_high(int fd)
{
	int copy = fd < 0 ? fd : layer_copy_high(fd);
	if (copy < 0)
		return fd;
	sys_close(fd);
	return copy;
}

int layer_kept(int from)
{
	int lowest = INT_MAX;
	for (const struct layer *l = kept; l; l = l->next_kept) {
		int fd = descriptor_of(l);
		if (fd >= from && fd < lowest)
			lowest = fd;
	}
	return lowest;
}

int layer_vacate(int fd)
{
	for (struct layer *l = kept; l; l = l->next_kept) {
		if (descriptor_of(l) != fd)
			continue;
		int copy = copy_high(fd, fd + 1);
		if (copy < 0)
			return copy;
		reach_through(l, copy);
	}
	return 0;
}

/* A root that does not fit in front of a path is reached through a descriptor. */
static int reach_by_descriptor(struct layer *layer)
{
	CLOSE_SCOPED int fd =
		sys_openat(AT_FDCWD, layer->root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	int copy = fd < 0 ? fd : copy_high(fd, least_number());
	if (fd < 0)
		return fd;
	reach_through(layer, copy < 0 ? sys_steal_fd(&fd) : copy);
	layer->next_kept = kept;
	kept = layer;
	return 0;
}

int layer_open(struct layer *layer, const char *root)
{
	size_t length = strlen(root);
	if (length > PATH_MAX)
		return -ENAMETOOLONG;
	layer->root = root;
	layer->root_length = (uint16_t)(length - 1);
	if (length >= PATH_ROOM)
		return reach_by_descriptor(layer);
	layer->reach = root;
	layer->reach_length = (uint16_t)length;
	return 0;
}
