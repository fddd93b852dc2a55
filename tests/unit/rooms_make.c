#include "rooms_make.h"

static int begin(struct birth *b, const struct overlay *ov, struct path *p, uint8_t type)
{
	struct node n;
	int error = overlay_lookup(ov, p, &n);

	return error ? error : overlay_birth_begin(b, ov, p, &n, type);
}

int rooms_mkdir(const struct overlay *ov, struct path *p, mode_t mode)
{
	struct birth b;
	int error = begin(&b, ov, p, DT_DIR);

	return error ? error : overlay_birth_end(&b, sys_mkdirat(b.dirfd, b.path, mode));
}

int rooms_symlink(const struct overlay *ov, const char *target, struct path *p)
{
	struct birth b;
	int error = begin(&b, ov, p, DT_LNK);

	return error ? error : overlay_birth_end(&b, sys_symlinkat(target, b.dirfd, b.path));
}

int rooms_mkfifo(const struct overlay *ov, struct path *p, mode_t mode)
{
	struct birth b;
	int error = begin(&b, ov, p, DT_FIFO);

	return error ? error
		     : overlay_birth_end(&b, sys_mknodat(b.dirfd, b.path, S_IFIFO | mode, 0));
}
