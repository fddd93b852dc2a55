/*
 * A file that was open for reading when it was copied up. On the kernel's overlay such a descriptor
 * reads the copy from then on (overlayfs.rst); here it is opened anew and put in the old one's
 * place, in this process.
 */
#include "internal.h"

#include <string.h>

/* What fcntl(2) says of an open file that opening it again may keep. */
#define KEPT (O_ACCMODE | O_APPEND | O_NONBLOCK | O_NOATIME | O_PATH | O_LARGEFILE)

static bool replace(int fd, const char *path)
{
	int flags = sys_fcntl(fd, F_GETFL, 0), own = sys_fcntl(fd, F_GETFD, 0);
	if (flags < 0 || own < 0)
		return false;
	CLOSE_SCOPED int copy = sys_openat(AT_FDCWD, path, (flags & KEPT) | O_CLOEXEC, 0);
	if (copy < 0)
		return false;
	off_t at = sys_lseek(fd, 0, SEEK_CUR);
	if (at > 0)
		sys_lseek(copy, at, SEEK_SET);
	return SYS3(SYS_dup3, copy, fd, own & FD_CLOEXEC ? O_CLOEXEC : 0) >= 0;
}

struct search {
	const struct place *at;
	const char *path; /* on disk, in the upper */
};

void descriptor_refresh(int fd)
{
	struct descriptor d;
	struct node n;
	struct stat st;
	if (!descriptor_find(fd, &d) || d.kind != DESCRIPTOR_FILE || d.layer == 0 ||
	    d.length >= sizeof d.path || process_borrowed())
		return;
	const struct overlay *ov = &process_mounts()->at[d.overlay];
	PATH_BRIEF(p, d.length);
	path_set(p, d.path, d.length);
	if (!ov->writable || overlay_lookup(ov, p, &n) || !overlay_in_upper(ov, &n) ||
	    n.type != d.type || !n.ino || sys_fstat(fd, &st) ||
	    st.st_dev != ov->layers[d.layer].dev)
		return;
	if (n.ino != (d.ino ? d.ino : overlay_show_ino(ov, d.layer, st.st_ino)))
		return; /* the name is another object's by now */
	replace(fd, overlay_reach(ov, &n, p));
	d.layer = 0;
	d.ino = n.ino;
	descriptor_set(fd, &d);
}

static void visit(int fd, const struct descriptor *d, void *data)
{
	const struct search *s = data;
	const char *name = s->at->path.bytes + PATH_ROOM;
	if (d->kind != DESCRIPTOR_FILE || d->overlay != s->at->overlay->index || d->layer == 0 ||
	    d->length != s->at->path.length || memcmp(d->path, name, d->length) != 0)
		return;
	/* One that could not be replaced is on the lower still, and must be known to be. */
	if (replace(fd, s->path))
		descriptor_note(fd, s->at);
}

void descriptor_reopen(const struct place *at)
{
	PATH_BRIEF(p, at->path.length);
	struct search s = {.at = at};
	if (process_borrowed())
		return;
	path_copy(p, &at->path);
	s.path = overlay_reach(at->overlay, &at->node, p);
	descriptor_each(visit, &s);
}
