/* Mode, owner, times and size of a name. What is changed is in the upper first. */
#include "attributes.h"

/* With other flags the kernel refuses a call before it looks at the path. */
#define FLAGS_KNOWN (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)

/* Brings AT into the upper if RAISE allows it, and holds it. */
static int raise_to(struct place *at, raise_call *raise, struct hold *h)
{
	int error = raise(at);
	return (int)edge(error ? error : file_hold(at, h));
}

/* A symlink in the place of what was looked at is not followed. */
static int chmod_itself(const struct place *at, const struct hold *h, mode_t mode)
{
	const struct grip *g = &h->grip;
	const char *name = grip_name(g);
	int error = -ENOSYS;
	if (hold_is_link(h))
		return NEXT(fchmodat)(g->dirfd, name, mode, 0);
	if (next_is_libc(NEXT_fchmodat))
		error = (int)SYS4(SYS_fchmodat2, g->dirfd, name, mode, AT_SYMLINK_NOFOLLOW);
	if (error == -ENOSYS)
		error = NEXT(fchmodat)(g->dirfd, name, mode, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
	return (int)edge(error == -EOPNOTSUPP ? file_is_still(at, h, EOPNOTSUPP) : error);
}

/* Whoever may write may set the times to now: utimensat(2). */
static raise_call *may_date(const struct timespec times[2])
{
	bool now = !times || (times[0].tv_nsec == UTIME_NOW && times[1].tv_nsec == UTIME_NOW);
	return now ? file_raise_either : file_raise_owned;
}

struct change attributes_change(const struct place *at, bool closed)
{
	return node_is_dir(&at->node) ? change_begin(at->overlay, &at->path, closed)
				      : (struct change){.overlay = NULL};
}

void attributes_changed(struct change *change)
{
	struct node n;
	if (change_knew(change, &n)) {
		n.marks = (uint16_t)((n.marks & ~NODE_OPEN) | NODE_STICKY);
		change_end_with(change, &n);
	}
	change_end(change);
}

int attributes_chmod(struct place *at, mode_t mode)
{
	HOLD_SCOPED h = HOLD_NONE;
	if (at->node.type == DT_LNK)
		return (int)edge(-EOPNOTSUPP);
	int error = raise_to(at, file_raise_owned, &h);
	ATTRIBUTES_CHANGE(attributes_change(at, (mode & 0111) != 0111));
	return error ? error : chmod_itself(at, &h, mode);
}

/* Which of the three calls it was: outside merged it stays that one. */
enum chmod_how { FCHMODAT, CHMOD, FCHMODAT2 };

static int chmod_outside(const struct place *at, mode_t mode, int flags, enum chmod_how how)
{
	if (how == CHMOD)
		return NEXT(chmod)(at->name, mode);
	return how == FCHMODAT
		       ? NEXT(fchmodat)(at->dirfd, at->name, mode, flags)
		       : (int)NEXT(syscall)(SYS_fchmodat2, at->dirfd, at->name, mode, flags);
}

/* The kernel looks whether anything can be changed before it looks at what. */
static int chmod_inside(struct place *at, mode_t mode, enum chmod_how how)
{
	if (how == FCHMODAT2 && at->node.type == DT_LNK && !at->overlay->writable)
		return (int)edge(-EROFS);
	return attributes_chmod(at, mode);
}

static int change_mode(int dirfd, const char *path, mode_t mode, int flags, enum chmod_how how)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, place_flags(flags));
	if (error)
		return (int)edge(error);
	if (at.self && dirfd != AT_FDCWD)
		return descriptor_chmod(dirfd, mode, &at);
	do
		result = at.overlay ? chmod_inside(&at, mode, how)
				    : chmod_outside(&at, mode, flags, how);
	while (again(result, &at));
	return result;
}

/* AT_EMPTY_PATH is known to libc since 2.39: where it is not, it says so whatever the path. */
static bool libc_knows(int flags)
{
	int saved = errno;
	bool known = !(flags & AT_EMPTY_PATH) ||
		     NEXT(fchmodat)(-1, "", 0, flags & AT_EMPTY_PATH) == 0 || errno != EINVAL;
	errno = saved;
	return known;
}

int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
	if ((flags & ~FLAGS_KNOWN) || !libc_knows(flags))
		return NEXT(fchmodat)(dirfd, path, mode, flags);
	return change_mode(dirfd, path, mode, flags, FCHMODAT);
}

int chmod_by_number(int dirfd, const char *path, mode_t mode, int flags)
{
	if (flags & ~FLAGS_KNOWN)
		return (int)NEXT(syscall)(SYS_fchmodat2, dirfd, path, mode, flags);
	return change_mode(dirfd, path, mode, flags, FCHMODAT2);
}

int chmod(const char *path, mode_t mode)
{
	return change_mode(AT_FDCWD, path, mode, 0, CHMOD);
}

int lchmod(const char *path, mode_t mode)
{
	return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

/* An owner that cannot be copies nothing up. */
static int try_chown(const struct place *at, uid_t uid, gid_t gid)
{
	TRIAL_SCOPED struct trial t = {.made = false};
	if (!trial_begin(&t, at))
		return 0;
	return NEXT(fchownat)(AT_FDCWD, t.stage.path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int attributes_chown(struct place *at, uid_t uid, gid_t gid)
{
	HOLD_SCOPED h = HOLD_NONE;
	int error = (int)edge(file_owned(at));
	if (!error)
		error = try_chown(at, uid, gid);
	if (!error)
		error = raise_to(at, file_raise, &h);
	ATTRIBUTES_CHANGE(attributes_change(at, false));
	return error ? error
		     : NEXT(fchownat)(h.grip.dirfd, grip_name(&h.grip), uid, gid, hold_flags(&h));
}

/* Which of the three calls it was: outside merged it stays that one. */
enum how { FCHOWNAT, CHOWN, LCHOWN };

static int chown_outside(const struct place *at, uid_t uid, gid_t gid, int flags, enum how how)
{
	if (how == CHOWN)
		return NEXT(chown)(at->name, uid, gid);
	return how == LCHOWN ? NEXT(lchown)(at->name, uid, gid)
			     : NEXT(fchownat)(at->dirfd, at->name, uid, gid, flags);
}

static int change_owner(int dirfd, const char *path, uid_t uid, gid_t gid, int flags, enum how how)
{
	struct place at;
	int result, error = place_find(&at, dirfd, path, place_flags(flags));
	if (error)
		return (int)edge(error);
	if (at.self && dirfd != AT_FDCWD)
		return descriptor_chown(dirfd, uid, gid, &at);
	do
		result = at.overlay ? attributes_chown(&at, uid, gid)
				    : chown_outside(&at, uid, gid, flags, how);
	while (again(result, &at));
	return result;
}

int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags)
{
	if (flags & ~FLAGS_KNOWN)
		return NEXT(fchownat)(dirfd, path, uid, gid, flags);
	return change_owner(dirfd, path, uid, gid, flags, FCHOWNAT);
}

int chown(const char *path, uid_t uid, gid_t gid)
{
	return change_owner(AT_FDCWD, path, uid, gid, 0, CHOWN);
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
	return change_owner(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW, LCHOWN);
}

static bool is_time(const struct timespec *t)
{
	return t->tv_nsec == UTIME_NOW || t->tv_nsec == UTIME_OMIT ||
	       (t->tv_nsec >= 0 && t->tv_nsec < 1000000000);
}

int attributes_utimens(struct place *at, const struct timespec times[2])
{
	HOLD_SCOPED h = HOLD_NONE;
	const char *path;
	int error = file_reach(at, &path);
	if (!error && times && !(is_time(&times[0]) && is_time(&times[1])))
		error = -EINVAL;
	if (error)
		return (int)edge(error);
	error = raise_to(at, may_date(times), &h);
	return error ? error
		     : NEXT(utimensat)(h.grip.dirfd, grip_name(&h.grip), times, hold_flags(&h));
}

/* Then the kernel does not look at the path; nor where it cannot read the times. */
static bool is_no_change(const struct timespec times[2])
{
	return times && (!pointer_readable(times, 2 * sizeof *times) ||
			 (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT));
}

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
{
	struct place at;
	if (!path || (flags & ~FLAGS_KNOWN) || is_no_change(times))
		return NEXT(utimensat)(dirfd, path, times, flags);
	int result, error = place_find(&at, dirfd, path, place_flags(flags));
	if (error)
		return (int)edge(error);
	if (at.self && dirfd != AT_FDCWD)
		return descriptor_utimens(dirfd, times, &at);
	do
		result = at.overlay ? attributes_utimens(&at, times)
				    : NEXT(utimensat)(at.dirfd, at.name, times, flags);
	while (again(result, &at));
	return result;
}

/* utimes(2) counts in microseconds. */
static int utimes_at(int dirfd, const char *path, const struct timeval times[2], int flags)
{
	if (!times)
		return utimensat(dirfd, path, NULL, flags);
	for (int i = 0; i < 2; i++)
		if (times[i].tv_usec < 0 || times[i].tv_usec > 999999)
			return (int)edge(-EINVAL);
	const struct timespec fine[2] = {{times[0].tv_sec, times[0].tv_usec * 1000},
					 {times[1].tv_sec, times[1].tv_usec * 1000}};
	return utimensat(dirfd, path, fine, flags);
}

int utimes(const char *path, const struct timeval times[2])
{
	return utimes_at(AT_FDCWD, path, times, 0);
}

int lutimes(const char *path, const struct timeval times[2])
{
	return utimes_at(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

/* Without a path it is the descriptor that is meant, which utimensat(2) refuses. */
int futimesat(int dirfd, const char *path, const struct timeval times[2])
{
	return path ? utimes_at(dirfd, path, times, 0) : futimes(dirfd, times);
}

int utime(const char *path, const struct utimbuf *times)
{
	if (!times)
		return utimensat(AT_FDCWD, path, NULL, 0);
	const struct timespec fine[2] = {{times->actime, 0}, {times->modtime, 0}};
	return utimensat(AT_FDCWD, path, fine, 0);
}

/* truncate(2) follows a symlink. */
static int truncate_itself(const struct place *at, const struct hold *h, off_t size)
{
	char text[GRIP_PATH];
	int result = NEXT(truncate)(grip_path(&h->grip, text), size);
	return result < 0 && errno == EINVAL ? (int)edge(file_is_still(at, h, EINVAL)) : result;
}

static int truncate_inside(struct place *at, off_t size)
{
	HOLD_SCOPED h = HOLD_NONE;
	const char *path;
	if (node_is_dir(&at->node))
		return (int)edge(-EISDIR);
	/* What comes up empty is not cut any more, and then not every file system says it changed.
	 */
	const struct timespec now[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_NOW}};
	const bool emptied = size == 0 && !overlay_in_upper(at->overlay, &at->node);
	int error = file_reach(at, &path);
	if (!error && at->node.type != DT_REG)
		error = -EINVAL;
	if (!error)
		error = file_raise_to_cut(at, size);
	if (!error)
		error = hold_object(&h, at->overlay, &at->path, &at->node);
	if (error)
		return (int)edge(error);
	int result = truncate_itself(at, &h, size);
	if (result == 0 && emptied)
		sys_utimensat(h.grip.dirfd, grip_name(&h.grip), now, hold_flags(&h));
	return result;
}

int truncate(const char *path, off_t size)
{
	struct place at;
	if (size < 0)
		return (int)edge(-EINVAL);
	int result, error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? truncate_inside(&at, size) : NEXT(truncate)(at.name, size);
	while (again(result, &at));
	return result;
}
