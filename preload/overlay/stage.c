/*
 * Things half-made: they live in workdir/work until one rename publishes them, or until the next
 * process sweeps away what a dead one left there.
 *
 * A name is "#N", and its maker holds the lock on byte N of the shared file while it is in use; or
 * "#tN" when it was made in a turn; or "#oN", when it is a link whose text is a name that is owed a
 * whiteout. Locks die with their holder, whatever its number was and in whichever namespace: what
 * can be locked by another belongs to nobody any more.
 */
#include "internal.h"

#include <linux/fs.h>
#include <string.h>

#define IN_TURN 't'
#define OWING   'o'
#define NUMBERS (((uint64_t)1 << 62) - 1)
#define SPREAD  ((uint64_t)0x9e3779b97f4a7c15)

/* Unique among threads by their number, among namespaces and lives by a random start. */
static uint64_t fresh_number(void)
{
	static uint64_t start, count;
	uint64_t salt = __atomic_load_n(&start, __ATOMIC_RELAXED);
	if (!salt) {
		SYS3(SYS_getrandom, &salt, sizeof salt, 1 /* GRND_NONBLOCK */);
		__atomic_store_n(&start, salt, __ATOMIC_RELAXED);
	}
	salt += __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
	return (salt ^ ((uint64_t)sys_gettid() * SPREAD)) & NUMBERS;
}

static void begin(const struct overlay *ov, struct stage *s, uint64_t number, char kind)
{
	struct text t;
	s->overlay = ov;
	s->published = false;
	shared_stage_begins(ov);
	text_init(&t, s->path, sizeof s->path);
	text_add(&t, ov->work.reach);
	text_add_char(&t, '#');
	if (kind)
		text_add_char(&t, kind);
	text_add_hex(&t, number);
}

void stage_begin(const struct overlay *ov, struct stage *s)
{
	uint64_t number;
	s->fd = ov->shared ? shared_hold(ov, &s->forks) : -1;
	do
		number = fresh_number();
	while (s->fd >= 0 && shared_claim(s->fd, (off_t)number) == -EAGAIN);
	begin(ov, s, number, 0);
}

void stage_in_turn(const struct overlay *ov, struct stage *s)
{
	s->fd = -1;
	begin(ov, s, fresh_number(), IN_TURN);
}

int stage_owing(const struct overlay *ov, struct stage *s, struct path *p)
{
	s->fd = -1;
	begin(ov, s, fresh_number(), OWING);
	return sys_symlink(path_rel(p), s->path);
}

static int discard_at(int dirfd, const char *name);

static int discard_entry(struct reading *reading, const struct dirent64 *entry, void *data)
{
	(void)data;
	discard_at(reading->fd, entry->d_name);
	return 0;
}

static int discard_directory(int dirfd, const char *name)
{
	int error = sys_unlinkat(dirfd, name, AT_REMOVEDIR);
	if (error != -ENOTEMPTY && error != -EEXIST)
		return error;
	CLOSE_SCOPED int fd =
		sys_openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	entries_in(fd, discard_entry, NULL);
	return sys_unlinkat(dirfd, name, AT_REMOVEDIR);
}

/*
 * Removes whatever stands there, directories with all they hold. Who has one of them open may look
 * at it still: its mode stays.
 */
static int discard_at(int dirfd, const char *name)
{
	int error = sys_unlinkat(dirfd, name, 0);
	if (error != -EISDIR && error != -EPERM)
		return error == -ENOENT ? 0 : error;
	if (discard_directory(dirfd, name) == 0)
		return 0;
	LOAN_SCOPED loan; /* what is not there any more takes it back as well */
	layer_lend(&loan, dirfd, name);
	return discard_directory(dirfd, name);
}

/* renameat2(2) that moves directories which may not be written to as well: the kernel wants to. */
static int move(const struct grip *from, const struct grip *to, unsigned flags)
{
	int error = sys_renameat(from->dirfd, grip_name(from), to->dirfd, grip_name(to), flags);
	if (error != -EACCES)
		return error;
	LOAN_SCOPED mine, other = LOAN_NONE;
	int lent = layer_lend(&mine, from->dirfd, grip_name(from)), too = -EACCES;
	if (flags & RENAME_EXCHANGE)
		too = layer_lend(&other, to->dirfd, grip_name(to));
	if (lent && too)
		return lent != -EACCES ? lent : too;
	return sys_renameat(from->dirfd, grip_name(from), to->dirfd, grip_name(to), flags);
}

int stage_withdraw(struct stage *s, const struct grip *from)
{
	const struct grip here = grip_plain(s->path);
	return move(from, &here, 0);
}

/*
 * Where the file system has no such flag (NFS), a further name replaces nothing either: the first
 * is left then. Directories have but one, and are looked for.
 */
static int publish_in_steps(struct stage *s, const struct grip *final)
{
	struct stat st;
	const struct grip here = grip_plain(s->path);
	int error = sys_linkat(AT_FDCWD, s->path, final->dirfd, grip_name(final), 0);
	if (error != -EPERM)
		return error;
	error = sys_fstatat(final->dirfd, grip_name(final), &st, AT_SYMLINK_NOFOLLOW)
			? move(&here, final, 0)
			: -EEXIST;
	s->published = !error;
	return error;
}

int stage_publish(struct stage *s, const struct grip *final, unsigned flags)
{
	const struct grip here = grip_plain(s->path);
	int error = move(&here, final, flags);
	s->published = !error && !(flags & RENAME_EXCHANGE);
	return error == -EINVAL && flags == RENAME_NOREPLACE ? publish_in_steps(s, final) : error;
}

int stage_remove(struct stage *s)
{
	int error = whiteouts_drop(s->path, DROP_OWN);
	s->published = !error && sys_rmdir(s->path) == 0;
	if (!s->published && error != -ENOTEMPTY)
		error = whiteouts_only(s->path);
	if (error)
		layer_make_opaque(s->path);
	return error;
}

void stage_discard(const char *path)
{
	discard_at(AT_FDCWD, path);
}

void stage_end(struct stage *s)
{
	if (!s->overlay)
		return;
	if (s->published || discard_at(AT_FDCWD, s->path) == 0)
		shared_stage_ends(s->overlay);
	shared_let_go(&s->fd, s->forks);
	s->overlay = NULL;
}

/* True when whoever made NAME is at it still. */
static bool is_claimed(const char *name, int fd, bool turn)
{
	uint64_t number = 0;
	if (name[1] == IN_TURN || name[1] == OWING)
		return !turn;
	for (const char *at = name + 1; *at; at++)
		number = number << 4 | (uint64_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
	return shared_claim(fd, (off_t)(number & NUMBERS)) != 0;
}

/* The whiteout comes back that had given way to what was never made. */
static void settle(const struct overlay *ov, int work, const char *name)
{
	struct path p;
	struct node n;
	GRIP_SCOPED at = GRIP_NONE;
	ssize_t length =
		SYS4(SYS_readlinkat, work, name, path_rel(&p), sizeof p.bytes - PATH_ROOM - 1);
	if (length <= 0)
		return;
	path_rel(&p)[length] = 0;
	p.length = (uint16_t)length;
	const bool gone = overlay_lookup(ov, &p, &n) == 0 && node_absent(&n);
	if (grip_take(&at, ov, &p) == 0)
		whiteout_return(ov, &at, gone);
}

/* Workdir as it is swept, in a TURN or not. */
struct sweep {
	const struct overlay *overlay;
	int claims; /* the shared file */
	bool turn;
	bool all; /* nothing has to stay */
};

static int sweep_entry(struct reading *reading, const struct dirent64 *entry, void *data)
{
	struct sweep *s = data;
	const char *name = entry->d_name;
	if (*name != '#')
		return 0;
	bool claimed = is_claimed(name, s->claims, s->turn);
	if (!claimed && name[1] == OWING)
		settle(s->overlay, reading->fd, name);
	s->all &= !claimed && discard_at(reading->fd, name) == 0;
	return 0;
}

void stage_sweep(const struct overlay *ov)
{
	uint64_t pair;
	if (!shared_stages_open(ov, &pair))
		return;
	TURN_SCOPED turn;
	struct sweep s = {.overlay = ov, .turn = turn_try(ov, &turn), .all = true};
	CLOSE_SCOPED int claims = shared_file(ov);
	s.claims = claims;
	if (claims >= 0 && entries_each(ov->work.reach, sweep_entry, &s) == 0 && s.all)
		shared_stages_gone(ov, pair);
}

static int make_scratch(const struct node *n, const char *path)
{
	if (node_is_dir(n))
		return sys_mkdir(path, 0700);
	if (n->type == DT_LNK)
		return sys_symlink(".", path);
	/* One of the special kinds that anybody may make stands for them all. */
	return sys_mknod(path, (n->type == DT_REG ? S_IFREG : S_IFIFO) | 0600, 0);
}

int overlay_scratch(const struct overlay *ov, const struct node *n, struct stage *s)
{
	if (!ov->writable)
		return -EROFS;
	stage_begin(ov, s);
	int error = node_absent(n) ? 0 : make_scratch(n, s->path);
	if (error)
		stage_end(s);
	return error;
}

void overlay_scratch_end(struct stage *s)
{
	stage_end(s);
}
