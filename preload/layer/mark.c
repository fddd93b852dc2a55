/* Whiteouts and the marks on directories. */
#include "overlain/layer.h"

#include <string.h>
#include <sys/sysmacros.h>

static const char *const spaces[] = {LAYER_XATTR, LAYER_XATTR_TRUSTED, LAYER_XATTR_FUSE};
#define SPACES (sizeof spaces / sizeof *spaces)

/* The value of mark NAME of PATH in whichever namespace has it: its length, or -errno. */
static ssize_t read_mark(const char *path, const char *name, void *value, size_t size)
{
	ssize_t got = -ENODATA;
	for (unsigned i = 0; i < SPACES && got == -ENODATA; i++) {
		char full[64];
		struct text t;
		text_init(&t, full, sizeof full);
		text_add(&t, spaces[i]);
		text_add(&t, name);
		got = sys_lgetxattr(path, full, value, size);
	}
	return got;
}

/*
 * An error there: nobody knows what the marks are, and what is hidden must not come to light. Not
 * so where there is no such thing as a mark, or no such object any more.
 */
static bool tells(ssize_t size)
{
	return size >= 0 || size == -ENODATA || size == -EOPNOTSUPP || size == -ENOSYS ||
	       size == -ERANGE || size == -ENOENT || size == -ENOTDIR || size == -ENAMETOOLONG;
}

/* A mark that may not be read is the common one: the kernel reads it with other rights. */
static int opaque_marks(const char *path)
{
	char value = 0;
	ssize_t size = read_mark(path, "opaque", &value, 1);
	if (size == -EACCES || size == -EPERM)
		return MARK_OPAQUE;
	if (size != 1)
		return tells(size) ? 0 : (int)size;
	return value == 'y' ? MARK_OPAQUE : value == 'x' ? MARK_XWHITE : 0;
}

/* The part of an attribute's name behind the overlay's own prefix, or NULL. */
static const char *own_suffix(const char *name)
{
	const char *suffix = NULL;
	for (unsigned i = 0; i < SPACES && !suffix; i++)
		suffix = text_after(name, spaces[i]);
	return suffix;
}

/*
 * Which of MARKS (COUNT of them) the object PATH has, a bit for each; or -errno, -EOPNOTSUPP where
 * there is no such thing. One listing tells, for all namespaces; few objects have any.
 */
static int which_marks(const char *path, const char *const *marks, unsigned count)
{
	char list[256], value;
	ssize_t size = sys_llistxattr(path, list, sizeof list);
	int found = 0;
	if (size == -EOPNOTSUPP || size == -ENOSYS)
		return -EOPNOTSUPP;
	if (!tells(size))
		return (int)size;
	for (unsigned i = 0; i < count && size == -ERANGE; i++)
		if (read_mark(path, marks[i], &value, 0) >= 0)
			found |= 1 << i;
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(list + at) + 1) {
		const char *suffix = own_suffix(list + at);
		for (unsigned i = 0; i < count && suffix; i++)
			if (text_same(suffix, marks[i]))
				found |= 1 << i;
	}
	return found;
}

/* Marks, or -errno, -EOPNOTSUPP as above. */
static int directory_marks(const char *path)
{
	static const char *const marks[] = {"opaque", "impure", "redirect"};
	int found = which_marks(path, marks, 3);
	int opaque = found > 0 && (found & 1) ? opaque_marks(path) : 0;
	if (found < 0 || opaque < 0)
		return found < 0 ? found : opaque;
	return opaque | (found & 2 ? MARK_IMPURE : 0) | (found & 4 ? MARK_ELSEWHERE : 0);
}

/* 1 when PATH, no directory, has MARK; 0, -errno. */
static int has_mark(const char *path, const char *mark)
{
	int found = which_marks(path, &mark, 1);
	return found == -EOPNOTSUPP ? 0 : found;
}

bool layer_hides(const struct layer *layer, struct path *p)
{
	struct stat st;
	const size_t last = path_last(p);
	PATH_PATCH_SCOPED struct path_patch mark =
		path_patch(p, last, LAYER_WH, path_rel(p) + last, p->length - last);
	return mark.size && sys_lstat(layer_path(layer, p), &st) == 0;
}

/* 1 when P, a directory, holds the OCI form's mark of an opaque directory; 0, -errno. */
static int has_opaque_file(const struct layer *layer, struct path *p)
{
	struct stat st;
	PATH_PATCH_SCOPED struct path_patch mark = path_patch(
		p, p->length, p->length ? "/" : "", LAYER_WH_OPAQUE, strlen(LAYER_WH_OPAQUE));
	int error = mark.size ? sys_lstat(layer_path(layer, p), &st) : -ENOENT;
	/* Who may not look into it sees nothing of what it hides either. */
	return error == 0 ? 1 : tells(error) || error == -EACCES ? 0 : error;
}

bool layer_is_xwhiteout(const char *path)
{
	return has_mark(path, "whiteout") > 0;
}

bool layer_is_opaque(const char *path)
{
	char value;
	return read_mark(path, "opaque", &value, 1) == 1 && value == 'y';
}

bool layer_is_xmarked(const char *path)
{
	int marks = directory_marks(path);
	return marks > 0 && (marks & MARK_XWHITE);
}

__attribute__((noinline)) static bool is_marked(int fd)
{
	char path[64];
	struct text t;
	text_init(&t, path, sizeof path);
	text_add_descriptor(&t, fd);
	text_add(&t, "/."); /* what the link leads to */
	return layer_is_xmarked(path);
}

/* Directories that hold files are asked once. */
static bool is_xmarked(struct reading *reading)
{
	if (reading->xmarked == XMARKED_ASK)
		reading->xmarked = is_marked(reading->fd) ? XMARKED : XMARKED_NO;
	return reading->xmarked == XMARKED;
}

int layer_entry_is_whiteout(struct reading *reading, const struct dirent64 *entry)
{
	struct stat st;
	bool maybe = entry->d_type == DT_CHR || entry->d_type == DT_UNKNOWN ||
		     (entry->d_type == DT_REG && is_xmarked(reading));
	if (!maybe)
		return 0;
	if (entry->d_type == DT_CHR && entry->d_ino == reading->whiteout)
		return 1;
	int error = sys_fstatat(reading->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW);
	/* Who may list a directory need not be let look into it: devices there are whiteouts. */
	if (error == -EACCES && entry->d_type == DT_CHR)
		return 1;
	if (error)
		return error == -ENOENT ? 0 : error;
	if (S_ISCHR(st.st_mode)) {
		if (st.st_rdev == 0)
			reading->whiteout = st.st_ino;
		return st.st_rdev == 0;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > 0 || !is_xmarked(reading))
		return 0;
	char path[64 + NAME_MAX];
	struct text t;
	text_init(&t, path, sizeof path);
	text_add_descriptor(&t, reading->fd);
	text_add(&t, "/");
	text_add(&t, entry->d_name);
	return layer_is_xwhiteout(path);
}

/* A file that is empty, or lacks data. */
static int look_at_file(const char *path, const struct stat *st, struct look *look)
{
	/* A metacopy has attributes of its own, and its data in a layer below. */
	const int marked = has_mark(path, st->st_size ? "metacopy" : "whiteout");
	if (marked > 0 && st->st_size)
		look->marks = MARK_ELSEWHERE;
	else if (marked > 0)
		look->type = DT_WHT;
	return marked < 0 ? marked : 0;
}

/*
 * 1 when P, a directory without a mark that says so, is opaque; 0, -errno. Where there are no
 * marks, a ".wh." file beside it, which hides what lies below, does the same.
 */
static int is_opaque_by_file(const struct layer *layer, struct path *p, bool has_marks)
{
	const int within = has_opaque_file(layer, p);
	return within || has_marks ? within : layer_hides(layer, p);
}

int layer_look(const struct layer *layer, struct path *p, bool want_marks, struct look *look,
	       struct stat *seen)
{
	struct stat own, *st = seen ? seen : &own;
	char *path = layer_path(layer, p);
	int error = sys_lstat(path, st);
	*look = (struct look){0};
	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	if (error || layer_stat_tells(st, want_marks, look))
		return error;
	if (!S_ISDIR(st->st_mode))
		return look_at_file(path, st, look);
	int marks = directory_marks(path);
	const bool has_marks = marks != -EOPNOTSUPP;
	if (has_marks && marks < 0)
		return marks;
	look->marks |= (uint8_t)(has_marks ? marks : 0);
	int opaque = look->marks & MARK_OPAQUE ? 1 : is_opaque_by_file(layer, p, has_marks);
	look->marks |= opaque > 0 ? MARK_OPAQUE : 0;
	return opaque < 0 ? opaque : 0;
}

static int set_mode(int fd, mode_t mode)
{
	int error = sys_chmod_open(fd, mode);
	char link[40];
	struct text t;
	if (error != -ENOSYS)
		return error;
	text_init(&t, link, sizeof link);
	text_add_descriptor(&t, fd);
	return sys_chmod(link, mode);
}

int layer_lend(struct loan *loan, int dirfd, const char *path)
{
	struct stat st;
	*loan = LOAN_NONE;
	CLOSE_SCOPED int fd = sys_openat(dirfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	int error = fd < 0 ? fd : sys_fstat(fd, &st);
	if (!error && (!S_ISDIR(st.st_mode) || (st.st_mode & 0700) == 0700 ||
		       st.st_uid != (uid_t)SYS1(SYS_geteuid, 0)))
		error = -EACCES;
	if (!error)
		error = set_mode(fd, (st.st_mode & 07777) | 0700);
	if (!error)
		*loan = (struct loan){sys_steal_fd(&fd), st.st_mode & 07777};
	return error;
}

void layer_give_back(struct loan *loan)
{
	enum { TRIES = 3 };
	for (int i = 0; loan->fd >= 0 && i < TRIES && set_mode(loan->fd, loan->mode); i++)
		;
	sys_close_scoped(&loan->fd);
	*loan = LOAN_NONE;
}

/*
 * Devices and symlinks take no marks: where there was a directory, it was moved away meanwhile, and
 * left a whiteout, or made room for a symlink.
 */
static int why_refused(const char *path)
{
	struct stat st;
	if (sys_lstat(path, &st))
		return -EPERM;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	return S_ISCHR(st.st_mode) && st.st_rdev == 0 ? -ENOENT : -EPERM;
}

/* ATTEMPT at the directory PATH, and once more with all rights to it where the first lacked some.
 */
static int insist(const char *path, int (*attempt)(const char *path, const void *data),
		  const void *data)
{
	int error = attempt(path, data);
	if (error != -EACCES)
		return error;
	LOAN_SCOPED loan;
	error = layer_lend(&loan, AT_FDCWD, path);
	return error ? error : attempt(path, data);
}

struct mark {
	const char *name, *value;
};

static int set_mark(const char *path, const void *data)
{
	const struct mark *mark = data;
	char full[64];
	struct text t;
	text_init(&t, full, sizeof full);
	text_add(&t, LAYER_XATTR);
	text_add(&t, mark->name);
	return sys_lsetxattr(path, full, mark->value, strlen(mark->value), 0);
}

int layer_mark(const char *path, const char *mark, const char *value)
{
	int error = insist(path, set_mark, &(struct mark){mark, value});
	return error == -EPERM ? why_refused(path) : error;
}

/* Nothing is written to it that would be lost when it is closed. */
static int make_empty(int dirfd, const char *path)
{
	CLOSE_SCOPED int fd =
		sys_openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? fd : 0;
}

/* The file may be there already. */
static int make_opaque_file(const char *path, const void *data)
{
	(void)data;
	const size_t size = strlen(path) + 1 + sizeof LAYER_WH_OPAQUE;
	char name[size];
	struct text t;
	text_init(&t, name, size);
	text_add(&t, path);
	text_add(&t, "/");
	text_add(&t, LAYER_WH_OPAQUE);
	int error = make_empty(AT_FDCWD, name);
	return error == -EEXIST ? 0 : error;
}

int layer_make_opaque(const char *path)
{
	int error = layer_mark(path, "opaque", "y");
	return error == -EOPNOTSUPP ? insist(path, make_opaque_file, NULL) : error;
}

int layer_make_whiteout(int dirfd, const char *path, enum whiteout_form form)
{
	if (form == WHITEOUT_DEVICE)
		return sys_mknodat(dirfd, path, S_IFCHR, makedev(0, 0));
	int error = make_empty(dirfd, path);
	if (error || form == WHITEOUT_FILE)
		return error;
	error = layer_mark(path, "whiteout", "y");
	if (error)
		sys_unlink(path);
	return error;
}
