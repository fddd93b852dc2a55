/* Opening a layer: how its root is reached from a path. */
#include "overlain/layer.h"

#include <string.h>
#include <sys/resource.h>

/*
 * A descriptor of our own lives high, so that programs which count theirs from zero, or close the
 * low ones, do not meet it.
 */
int layer_keep_high(int fd)
{
	struct rlimit limit;
	if (SYS4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &limit) != 0)
		limit.rlim_cur = 32;
	long top = limit.rlim_cur > 1024 ? 1000 : (long)limit.rlim_cur - 24;
	for (long least = top; least > 2; least /= 2) {
		int kept = sys_fcntl(fd, F_DUPFD_CLOEXEC, least);
		if (kept >= 0) {
			sys_close(fd);
			return kept;
		}
	}
	return fd;
}

/* A root that does not fit in front of a path is reached as "/proc/self/fd/N/". */
static int reach_by_descriptor(struct layer *layer)
{
	int fd = sys_openat(AT_FDCWD, layer->root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	struct text reach;
	text_init(&reach, layer->short_reach, sizeof layer->short_reach);
	text_add_descriptor(&reach, layer_keep_high(fd));
	text_add_char(&reach, '/');
	layer->reach = layer->short_reach;
	layer->reach_length = (uint16_t)text_length(&reach);
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
