/* What the calls do with a place inside merged: which object on disk, and when it is copied up. */
#include "overlain/debug.h"
#include "overlain/process.h"

#include <errno.h>

static int present(const struct place *at)
{
	if (node_absent(&at->node))
		return -ENOENT;
	return at->slash && !node_is_dir(&at->node) ? -ENOTDIR : 0;
}

int file_reach(struct place *at, const char **path)
{
	int error = present(at);
	if (!error)
		*path = overlay_reach(at->overlay, &at->node, &at->path);
	return error;
}

int file_way(struct place *at, struct way *way)
{
	int error = present(at);
	if (!error)
		way_find(way, at);
	return error;
}

static int copy_up(struct place *at, int *empty)
{
	bool was_lower = !overlay_in_upper(at->overlay, &at->node);
	/* Where it is gone meanwhile, AT goes on saying what was found: so it is looked for again.
	 */
	struct node n = at->node;
	int error = overlay_copy_up(at->overlay, &at->path, &n, empty);
	if (error || !was_lower)
		return error;
	at->node = n;
	if (debug_on(DEBUG_COPYUP))
		debug_say("copied up ", path_rel(&at->path), NULL);
	if (at->node.type != DT_DIR)
		descriptor_reopen(at);
	return 0;
}

int file_raise(struct place *at)
{
	int error = present(at);
	return error ? error : copy_up(at, NULL);
}

int file_is_still(const struct place *at, const struct hold *h, int error)
{
	struct stat st;
	const struct grip *g = &h->grip;
	bool other = !sys_fstatat(g->dirfd, grip_name(g), &st, hold_flags(h)) &&
		     IFTODT(st.st_mode) != at->node.type;
	return other ? -ELOOP : -error;
}

int file_owned(struct place *at)
{
	struct stat st;
	const char *path;
	int error = file_reach(at, &path);
	if (error || !at->overlay->writable || overlay_in_upper(at->overlay, &at->node))
		return error; /* the kernel is asked of that very object */
	const uid_t uid = (uid_t)SYS1(SYS_geteuid, 0);
	if (uid == 0)
		return 0;
	error = sys_lstat(path, &st);
	return error ? error : st.st_uid == uid ? 0 : -EPERM;
}

int file_raise_owned(struct place *at)
{
	int error = file_owned(at);
	return error ? error : file_raise(at);
}

static int file_raise_writable(struct place *at)
{
	int error = file_access(at, W_OK, AT_EACCESS);
	return error ? error : file_raise(at);
}

int file_raise_to_cut(struct place *at, off_t size)
{
	CLOSE_SCOPED int emptied = -1;
	int error = file_access(at, W_OK, AT_EACCESS);
	return error ? error : copy_up(at, size > 0 ? NULL : &emptied);
}

int file_raise_either(struct place *at)
{
	return file_owned(at) == -EPERM ? file_raise_writable(at) : file_raise(at);
}

/* A lower on a read-only mount says EROFS to a question about the copy that would be made. */
static int allows(const struct way *way, int mode, int flags)
{
	struct stat st;
	int error = sys_faccessat(way->dirfd, way->name, mode, flags | AT_SYMLINK_NOFOLLOW);
	if (error != -EROFS)
		return error;
	error = sys_fstatat(way->dirfd, way->name, &st, AT_SYMLINK_NOFOLLOW);
	if (error)
		return error;
	uid_t uid = (uid_t)SYS1(flags & AT_EACCESS ? SYS_geteuid : SYS_getuid, 0);
	if (uid == 0)
		return 0;
	unsigned bits = st.st_uid == uid ? st.st_mode >> 6 : st.st_mode;
	return (bits & (unsigned)mode) == (unsigned)mode ? 0 : -EACCES;
}

/* Fifos, sockets and devices can be written to whatever the file system is. */
static bool is_barred(const struct overlay *ov, const struct node *n, int mode)
{
	bool special =
		n->type == DT_FIFO || n->type == DT_CHR || n->type == DT_BLK || n->type == DT_SOCK;
	return (mode & W_OK) && !ov->writable && !special;
}

int file_access(struct place *at, int mode, int flags)
{
	struct way way;
	int error = file_way(at, &way);
	if (error)
		return error;
	if (is_barred(at->overlay, &at->node, mode))
		return overlay_refuses(at->overlay);
	do
		error = allows(&way, mode, flags & AT_EACCESS);
	while (way_lost(&way, at, -error));
	return error;
}

bool file_access_remembered(const struct glimpse *g, int mode, int flags, int *error)
{
	*error = -ENOENT;
	if (node_absent(&g->node))
		return true;
	if (is_barred(g->overlay, &g->node, mode))
		return false;
	*error = allows(&g->way, mode, flags & AT_EACCESS);
	return glimpse_held(g, -*error);
}

static bool writes(int flags)
{
	return !(flags & O_PATH) && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC));
}

static int opened(int fd)
{
	return fd < 0 ? -errno : fd;
}

/* What openat(2) passes over openat2(2) does not take. */
#define STRICT_FLAGS                                                                               \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC |     \
	 O_ASYNC | O_DIRECT | 0100000 /* O_LARGEFILE */ | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |   \
	 O_CLOEXEC | O_SYNC | O_PATH | O_TMPFILE)

static bool makes(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

/* False where that cannot be done: *FD has no meaning then. */
static bool open_strictly(struct place *at, const struct opening *o, int *fd)
{
	if (!o->bare)
		return false;
	const int flags = o->flags & STRICT_FLAGS;
	*fd = layer_open_strictly(&at->overlay->layers[0], &at->path, flags,
				  makes(flags) ? o->mode & 07777 : 0);
	return *fd != -EMFILE && *fd != -ENFILE; /* it may take more than one on the way */
}

/* AT is in the upper, and no symlink. A fifo may keep the call waiting, which is for libc to end.
 */
static int open_in_upper(struct place *at, const struct opening *o)
{
	int fd;
	GRIP_SCOPED g = GRIP_NONE;
	if (at->node.type == DT_REG && open_strictly(at, o, &fd))
		return fd;
	int error = grip_take(&g, at->overlay, &at->path);
	if (error)
		return error;
	grip_lift(&g);
	return opened(o->call(g.dirfd, grip_name(&g), o->flags | O_NOFOLLOW, o->mode));
}

/* Whoever made it meanwhile is looked at once more. */
static int open_birth(struct birth *b, const struct opening *o)
{
	int error = overlay_birth_grip(b);
	if (error)
		return error;
	grip_lift(&b->grip);
	const int dirfd = b->staged ? AT_FDCWD : b->grip.dirfd;
	return opened(o->call(dirfd, b->path, o->flags | O_EXCL, o->mode));
}

static int create(struct place *at, const struct opening *o)
{
	struct birth b;
	int fd;
	if (!(o->flags & O_CREAT))
		return -ENOENT;
	int error = overlay_birth_announce(&b, at->overlay, &at->path, &at->node, DT_REG);
	if (error)
		return error;
	if (b.staged || !open_strictly(at, o, &fd))
		fd = open_birth(&b, o);
	error = overlay_birth_end(&b, fd);
	if (error < 0 && fd >= 0)
		sys_close(fd);
	return error;
}

/* O_TMPFILE: an unnamed file of the directory's upper part. */
static int open_unnamed(struct place *at, const struct opening *o)
{
	int fd;
	GRIP_SCOPED g = GRIP_NONE;
	if (!node_is_dir(&at->node))
		return node_absent(&at->node) ? -ENOENT : -ENOTDIR;
	if (!at->overlay->writable)
		return overlay_refuses(at->overlay);
	int error = file_access(at, W_OK | X_OK, AT_EACCESS);
	if (!error)
		error = copy_up(at, NULL);
	if (!error && open_strictly(at, o, &fd))
		return fd;
	if (!error)
		error = grip_take(&g, at->overlay, &at->path);
	if (error)
		return error;
	grip_lift(&g);
	return opened(o->call(g.dirfd, grip_name(&g), o->flags | O_NOFOLLOW, o->mode));
}

/* True when PATH is a program that runs: the kernel knows, and nothing comes of asking it. */
static bool is_running(const char *path)
{
	struct stat st;
	if (sys_lstat(path, &st) || !(st.st_mode & 0111))
		return false;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0);
	return fd == -ETXTBSY;
}

/*
 * Copies up what is opened for writing. The data is left behind where it would be cut off at once;
 * so whatever could still fail must fail before.
 */
static int raise_for(struct place *at, int flags, int *emptied)
{
	int wanted = (flags & O_ACCMODE) == O_WRONLY ? W_OK : R_OK | W_OK;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	int error = file_access(at, wanted, AT_EACCESS);
	if (error)
		return error;
	CLOSE_SCOPED int spare = sys_openat(
		AT_FDCWD, overlay_reach(at->overlay, &at->node, &at->path), O_PATH | O_CLOEXEC, 0);
	if (spare < 0)
		return spare;
	if (is_running(overlay_reach(at->overlay, &at->node, &at->path)))
		return -ETXTBSY;
	return copy_up(at, flags & O_TRUNC ? emptied : NULL);
}

/*
 * The very file that was emptied, for its name may be another's by now. The descriptor is higher
 * than those that are free again, so the program's is what it would be.
 */
static int open_emptied(int emptied, const struct opening *o)
{
	char link[32];
	struct text t;
	text_init(&t, link, sizeof link);
	text_add_descriptor(&t, emptied);
	return opened(o->call(AT_FDCWD, link, o->flags & ~O_NOFOLLOW, o->mode));
}

/* Nothing changes but the reader's own descriptor, so it may go the short way. */
static int open_to_read(struct place *at, const struct opening *o)
{
	struct way way;
	way_find(&way, at);
	for (;;) {
		int fd = opened(o->call(way.dirfd, way.name, o->flags));
		if (!way_lost(&way, at, fd < 0 ? -fd : 0))
			return fd;
		if (fd >= 0)
			sys_close(fd);
	}
}

bool file_learn(struct place *at, const struct way *way, const struct stat *st)
{
	at->unseen = !way_same(way) || !overlay_learn(at->overlay, &at->sole, st, &at->node) ||
		     (at->node.type == DT_LNK && (at->flags & PLACE_FOLLOW));
	return !at->unseen;
}

/*
 * AT is unseen: what can be opened there is what it is. A symlink, a whiteout, or what must be
 * asked for more is not, and left to place_again.
 */
static int open_unseen(struct place *at, const struct opening *o)
{
	struct way way;
	struct stat st;
	way_find(&way, at);
	CLOSE_SCOPED int fd = opened(o->call(way.dirfd, way.name, o->flags | O_NOFOLLOW));
	if ((fd < 0 && fd != -ENOENT) || (fd >= 0 && sys_fstat(fd, &st)))
		return -EAGAIN;
	if (!file_learn(at, &way, fd < 0 ? NULL : &st))
		return -EAGAIN;
	return node_absent(&at->node) ? -ENOENT : sys_steal_fd(&fd);
}

static int open_existing(struct place *at, const struct opening *asked)
{
	struct opening o = *asked;
	CLOSE_SCOPED int emptied = -1;
	const int flags = o.flags;
	const uint8_t type = at->node.type;
	int error = present(at);
	if (error)
		return error;
	if (flags & O_CREAT) {
		if (flags & O_EXCL)
			return -EEXIST;
		if (type == DT_DIR)
			return -EISDIR;
		error = overlay_may_open_made(at->overlay, &at->path, &at->node);
		if (error)
			return error;
	}
	if (writes(flags) && type == DT_DIR)
		return -EISDIR;
	if (writes(flags) && type == DT_REG && !overlay_in_upper(at->overlay, &at->node))
		error = raise_for(at, flags, &emptied);
	if (error)
		return error;
	/* It is there: no call needs to make it, and a lower's directory must not. */
	o.flags &= ~O_CREAT;
	if (!writes(flags) && (type == DT_REG || type == DT_DIR))
		return open_to_read(at, &o);
	if (emptied >= 0)
		return open_emptied(emptied, &o);
	if (type == DT_LNK)
		o.flags |= O_NOFOLLOW; /* it was not to be followed */
	else if (writes(flags) && overlay_in_upper(at->overlay, &at->node))
		return open_in_upper(at, &o);
	const char *path = overlay_reach(at->overlay, &at->node, &at->path);
	return opened(o.call(AT_FDCWD, path, o.flags, o.mode));
}

static const char *const kinds[] = {"upper", "lower"};

int file_open(struct place *at, const struct opening *asked)
{
	int fd;
	struct opening o = *asked;
	const int flags = o.flags;
	if (flags & O_PATH)
		o.flags &= ~(O_CREAT | O_EXCL | O_TRUNC);
	if ((o.flags & O_CREAT) && at->slash && !at->dots)
		return -EISDIR;
	if (at->unseen)
		fd = open_unseen(at, &o);
	else if ((flags & O_TMPFILE) == O_TMPFILE)
		fd = open_unnamed(at, &o);
	else if (node_absent(&at->node))
		fd = create(at, &o);
	else
		fd = open_existing(at, &o);
	if (fd < 0)
		return fd;
	if (node_absent(&at->node))
		at->node = (struct node){.type = DT_REG};
	else if ((flags & O_TMPFILE) == O_TMPFILE)
		at->node = (struct node){.type = DT_REG};
	fd = way_make_room(fd);
	descriptor_note(fd, at);
	if (debug_on(DEBUG_PATHS))
		debug_say("open ", path_rel(&at->path), ": ",
			  kinds[!overlay_in_upper(at->overlay, &at->node)], NULL);
	return fd;
}
