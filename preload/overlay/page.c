/*
 * The page processes share, as a file: making, finding and opening it.
 *
 * It is the one file of a directory in workdir that may be listed by those alone who may change the
 * overlay, and has a name that nobody can guess. A process that was root, and is no longer, may
 * search that directory and knows the name: by its memory, or by what it was started with. Nobody
 * else reaches the page: who could write to it could mislead all others, who could cut it would
 * kill them (SIGBUS), and who could only read it could hold its locks.
 */
#include "config.h"
#include "internal.h"
#include "pair.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define HOME "../overlain.page"
/* Room for what lies in there. */
#define PATH_SIZE (PATH_ROOM + 64)

/* The directory, or with NAME what lies in it. */
static void path_in_home(const struct overlay *ov, const char *name, char *path)
{
	struct text t;
	text_init(&t, path, PATH_SIZE);
	text_add(&t, ov->work.reach);
	text_add(&t, HOME "/");
	text_add(&t, name);
}

int shared_file(const struct overlay *ov)
{
	char path[PATH_SIZE];
	path_in_home(ov, ov->page, path);
	return *ov->page ? sys_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0) : -ENOENT;
}

bool page_is_named(const char *s)
{
	for (int i = 0; i < PAGE_NAME; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return true;
}

static int take_name(struct reading *reading, const struct dirent64 *entry, void *data)
{
	(void)reading;
	if (!page_is_named(entry->d_name) || entry->d_name[PAGE_NAME])
		return 0;
	memcpy(data, entry->d_name, PAGE_NAME + 1);
	return 1;
}

/* Learns the page's name: 0; -ENOENT where there is none. */
static int find(struct overlay *ov)
{
	char path[PATH_SIZE];
	path_in_home(ov, "", path);
	int found = entries_each(path, take_name, ov->page);
	return found > 0 ? 0 : found < 0 ? found : -ENOENT;
}

/* Those who were root search it; whom workdir lets make things there finds the page. */
static mode_t home_mode(const struct stat *workdir)
{
	const mode_t mode = workdir->st_mode;
	return 0700 | (SYS1(SYS_geteuid, 0) == 0 ? 0011 : 0) | (mode & 0020 ? 0050 : 0) |
	       (mode & 0002 ? 0005 : 0);
}

/* Lets into the directory PATH whom workdir lets in by now. */
static int open_home(const struct overlay *ov, const char *path)
{
	struct stat workdir, st;
	int error = sys_fstatat(AT_FDCWD, ov->workdir, &workdir, 0);
	if (!error)
		error = sys_lstat(path, &st);
	const mode_t mode = error ? 0 : home_mode(&workdir);
	return error || (st.st_mode & mode) == mode ? error : sys_chmod(path, mode);
}

/* Who asks for a larger file than he may have is answered by a signal: setrlimit(2), SIGXFSZ. */
static bool may_be_made(void)
{
	struct rlimit limit;
	return SYS4(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit) < 0 ||
	       limit.rlim_cur >= sizeof(struct shared);
}

/*
 * The page has all its blocks before it has its name: one that found no room when it is first
 * written would kill the writer (SIGBUS). Whoever finds it new sweeps, for nobody can have counted
 * before.
 */
static int make_page(const char *path)
{
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return fd;
	int error = (int)SYS4(SYS_fallocate, fd, 0, 0, sizeof(struct shared));
	if (error == -EOPNOTSUPP || error == -ENOSYS)
		error = sys_ftruncate(fd, sizeof(struct shared));
	const uint64_t swept_never = ONE_BEGUN;
	if (!error)
		error = (int)sys_pwrite(fd, &swept_never, sizeof swept_never,
					offsetof(struct shared, stages));
	return error < 0 ? error : sys_fchmod(fd, 0666); /* for all who come to it */
}

/* Of several who make one the first wins: a rename does not replace a directory that is not empty.
 */
static int make(const struct overlay *ov)
{
	uint64_t random[2];
	char path[PATH_SIZE + sizeof "/" + PAGE_NAME];
	struct text t;
	STAGE_SCOPED s = {.overlay = NULL};
	if (!may_be_made() ||
	    SYS3(SYS_getrandom, random, sizeof random, 1 /* GRND_NONBLOCK */) != sizeof random)
		return -EFBIG;
	stage_begin(ov, &s);
	text_init(&t, path, sizeof path);
	text_add(&t, s.path);
	text_add(&t, "/");
	for (unsigned i = 0; i < sizeof random / sizeof *random; i++)
		text_add_hex(&t, random[i] | 1ULL << 63); /* always 16 digits */
	int error = sys_mkdir(s.path, 0700);
	if (!error)
		error = make_page(path);
	if (!error)
		error = open_home(ov, s.path);
	path_in_home(ov, "", path);
	const struct grip final = grip_plain(path);
	return error ? error : stage_publish(&s, &final, 0);
}

/* Opens the page, whose name need not be known. */
static int open_page(struct overlay *ov)
{
	int fd = shared_file(ov);
	if (fd != -ENOENT)
		return fd;
	int error = find(ov);
	if (error == -ENOENT) {
		error = make(ov);
		error = error == -ENOTEMPTY || error == -EEXIST || !error ? find(ov) : error;
	}
	return error ? error : shared_file(ov);
}

/* Two threads may do so at a time. */
static int map_page(struct overlay *ov, int fd)
{
	struct stat st;
	struct shared *none = NULL;
	int error = sys_fstat(fd, &st);
	/* One that is too short is of no use to anybody, and would kill its readers. */
	if (!error && st.st_size < (off_t)sizeof(struct shared))
		error = -ENODATA;
	if (error)
		return error;
	void *at = sys_mmap(sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	if (sys_failed(at))
		return (int)(intptr_t)at;
	if (!__atomic_compare_exchange_n(&ov->shared, &none, at, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		sys_munmap(at, sizeof(struct shared));
	return 0;
}

static bool is_for_want(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

/*
 * Most programs never ask for a name in merged, and are spared the page. Those that could not come
 * to it any more when they do are made to join before (process_join_all).
 */
int overlay_join(struct overlay *ov)
{
	if (ov->joined)
		return 0;
	if (ov->writable && !ov->shared) {
		CLOSE_SCOPED int fd = open_page(ov);
		/* He could change the tree without a word to the others, who would go on with what
		 * they knew. */
		ov->barred = fd == -EACCES || fd == -EPERM;
		ov->writable = !ov->barred;
		const int error = fd < 0 ? fd : map_page(ov, fd);
		if (is_for_want(error))
			return error;
	}
	if (ov->shared)
		stage_sweep(ov);
	__atomic_store_n(&ov->joined, true, __ATOMIC_RELEASE);
	return 0;
}

void overlay_leave(struct overlay *ov)
{
	if (!ov->shared)
		return;
	ov->joined = false;
	sys_munmap(ov->shared, sizeof(struct shared));
	ov->shared = NULL;
}

void shared_begin(struct overlay *ov)
{
	char path[PATH_SIZE];
	overlay_join(ov);
	if (!ov->shared)
		return;
	path_in_home(ov, "", path);
	open_home(ov, path);
	shared_forget_told(ov);
}
