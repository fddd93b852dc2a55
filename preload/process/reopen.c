/*
 * What is open on a lower's object that comes to stand elsewhere. On the kernel's overlay a
 * descriptor goes along: with the copy of a file that was open for reading (overlayfs.rst), with a
 * directory that moves, and with one that is removed (bury.c). On disk a lower's objects stay where
 * they are; so the object is opened anew and put in the old one's place, in this process.
 */
#include "internal.h"

#include <string.h>

/* What fcntl(2) says of an open file that opening it again may keep. */
#define KEPT (O_ACCMODE | O_APPEND | O_NONBLOCK | O_NOATIME | O_PATH | O_LARGEFILE)

/*
 * The end of a fifo that was opened, or a device, stays what it is; what is open as a place alone
 * (O_PATH) does not.
 */
static bool goes_along(uint8_t type, int flags)
{
	return type == DT_REG || type == DT_DIR || (flags & O_PATH);
}

bool descriptor_replace(int fd, const char *path, uint8_t type)
{
	int flags = sys_fcntl(fd, F_GETFL, 0), own = sys_fcntl(fd, F_GETFD, 0);
	if (flags < 0 || own < 0 || !goes_along(type, flags))
		return false;
	const int itself = type == DT_LNK ? O_NOFOLLOW : 0;
	CLOSE_SCOPED int copy = sys_openat(AT_FDCWD, path, (flags & KEPT) | itself | O_CLOEXEC, 0);
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
	if (!descriptor_brief(fd, &d) || d.kind != DESCRIPTOR_FILE || d.layer == 0 ||
	    d.length >= sizeof d.path || process_borrowed())
		return;
	const struct overlay *ov = &process_mounts()->at[d.overlay];
	process_join(ov);
	if ((overlay_recall_hash(ov, d.hash, &n) && !overlay_in_upper(ov, &n)) ||
	    !descriptor_find(fd, &d) || d.length >= sizeof d.path)
		return;
	PATH_BRIEF(p, d.length);
	path_set(p, d.path, d.length);
	if (!ov->writable || overlay_lookup(ov, p, &n) || !overlay_in_upper(ov, &n) ||
	    n.type != d.type || !n.ino || sys_fstat(fd, &st) ||
	    st.st_dev != ov->layers[d.layer].dev)
		return;
	if (n.ino != (d.ino ? d.ino : overlay_show_ino(ov, d.layer, st.st_ino)))
		return; /* the name is another object's by now */
	descriptor_replace(fd, overlay_reach(ov, &n, p), n.type);
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
	if (descriptor_replace(fd, s->path, d->type))
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

/* FROM became TO, all of what this process has open below it, and its working directory. */
struct moving {
	const struct overlay *overlay;
	const struct path *from, *to;
};

/* What follows a lower's root and the name that moved in REAL, or NULL; LAYER is that lower. */
static const char *below_moving(const struct moving *m, const char *real, unsigned *layer)
{
	struct reversed r;
	const struct path *from = m->from;
	reverse_layer(real, false, &r);
	*layer = r.layer;
	if (r.overlay != m->overlay || r.layer == 0 ||
	    !text_below(r.rest, strlen(r.rest), from->bytes + PATH_ROOM, from->length))
		return NULL;
	return r.rest + from->length;
}

/*
 * True when AT is what ST, which lies in LAYER, has become. What took its name is not. A directory
 * whose number could not be kept came up with its time, and just now.
 */
static bool is_moved(struct place *at, unsigned layer, const struct stat *st)
{
	struct stat now;
	const struct node *n = &at->node;
	if (!node_is_dir(n) || n->ino)
		return overlay_is_copy(at->overlay, n, layer, st);
	return overlay_in_upper(at->overlay, n) && S_ISDIR(st->st_mode) &&
	       sys_lstat(overlay_reach(at->overlay, n, &at->path), &now) == 0 &&
	       now.st_mtim.tv_sec == st->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == st->st_mtim.tv_nsec;
}

/* Makes AT, which has room for it, what TO with REST behind it is now; false unless it is ST's. */
static bool find_moved(const struct moving *m, const char *rest, unsigned layer,
		       const struct stat *st, struct place *at)
{
	struct path *p = &at->path;
	memcpy(path_rel(p), m->to->bytes + PATH_ROOM, m->to->length);
	memcpy(path_rel(p) + m->to->length, rest, strlen(rest) + 1);
	path_cut(p, m->to->length + strlen(rest));
	at->overlay = m->overlay;
	at->alone = NULL;
	at->removed = false;
	return !overlay_lookup(at->overlay, p, &at->node) && is_moved(at, layer, st);
}

/* FD, or AT_FDCWD, which the kernel calls REAL. */
static void go_along(const struct moving *m, int fd, const char *real)
{
	struct stat st;
	unsigned layer;
	const char *rest = below_moving(m, real, &layer);
	if (!rest || sys_fstatat(fd, "", &st, AT_EMPTY_PATH))
		return;
	_Alignas(struct place) char memory[offsetof(struct place, path.bytes) + PATH_ROOM +
					   m->to->length + strlen(rest) +
					   sizeof(((struct path_patch *)0)->saved)];
	struct place *at = (struct place *)memory;
	if (!find_moved(m, rest, layer, &st, at))
		return;
	const char *path = overlay_reach(at->overlay, &at->node, &at->path);
	if (fd == AT_FDCWD && SYS1(SYS_chdir, path) == 0)
		cwd_enter(at);
	else if (fd != AT_FDCWD && descriptor_replace(fd, path, at->node.type))
		descriptor_note(fd, at);
}

/* False where SIZE bytes do not hold what the kernel calls FD. */
static bool take_along(const struct moving *m, int fd, size_t size)
{
	char real[size];
	ssize_t length = fd == AT_FDCWD ? sys_getcwd(real, size) : descriptor_real(fd, real, size);
	if (length > 0)
		go_along(m, fd, real);
	return length != -ERANGE;
}

static void visit_moving(int fd, const struct descriptor *d, void *data)
{
	const struct moving *m = data;
	if (d->kind == DESCRIPTOR_OUTSIDE || d->overlay != m->overlay->index || d->layer == 0)
		return;
	if (!take_along(m, fd, NAME_SHORT))
		take_along(m, fd, PATH_MAX);
}

static void move_one_way(const struct place *from, const struct place *to)
{
	struct moving m = {.overlay = from->overlay, .from = &from->path, .to = &to->path};
	descriptor_each(visit_moving, &m);
	if (node_is_dir(&from->node) && !take_along(&m, AT_FDCWD, NAME_SHORT))
		take_along(&m, AT_FDCWD, PATH_MAX);
}

/* True when something of a lower may be open there. */
static bool had_lower(const struct place *at)
{
	return node_is_dir(&at->node) || !overlay_in_upper(at->overlay, &at->node);
}

void descriptor_moved(const struct place *from, const struct place *to, bool exchanged)
{
	if (process_borrowed())
		return;
	if (had_lower(from))
		move_one_way(from, to);
	if (exchanged && had_lower(to))
		move_one_way(to, from);
}
