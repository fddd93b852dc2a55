/* The page processes share: making it, and what it says besides the changes of names. */
#include "config.h"
#include "pair.h"
#include "overlain/debug.h"

#include <linux/fs.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define SHARED_NAME "overlain.shared"

static void name_shared(const struct overlay *ov, char *path, size_t size)
{
	struct text t;
	text_init(&t, path, size);
	text_add(&t, ov->work.reach);
	text_add(&t, "../" SHARED_NAME);
}

int shared_file(const struct overlay *ov)
{
	char path[PATH_ROOM + 64];
	name_shared(ov, path, sizeof path);
	return sys_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
}

/* Who asks for a larger file than he may have is answered by a signal: setrlimit(2), SIGXFSZ. */
static bool may_be_made(void)
{
	struct rlimit limit;
	return SYS4(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, &limit) < 0 ||
	       limit.rlim_cur >= sizeof(struct shared);
}

/*
 * It has all its blocks before it has its name: a page that found no room when it is first written
 * would kill the writer (SIGBUS). Whoever finds it new sweeps, for nobody can have counted before.
 */
static void make_shared(const struct overlay *ov)
{
	char path[PATH_ROOM + 64];
	STAGE_SCOPED s = {.overlay = NULL};
	if (!may_be_made())
		return;
	stage_begin(ov, &s);
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, s.path, O_RDWR | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		return;
	int error = (int)SYS4(SYS_fallocate, fd, 0, 0, sizeof(struct shared));
	if (error == -EOPNOTSUPP || error == -ENOSYS)
		error = sys_ftruncate(fd, sizeof(struct shared));
	const uint64_t swept_never = ONE_BEGUN;
	if (!error)
		error = (int)sys_pwrite(fd, &swept_never, sizeof swept_never,
					offsetof(struct shared, stages));
	name_shared(ov, path, sizeof path);
	if (error >= 0)
		stage_publish(&s, path, RENAME_NOREPLACE);
}

/*
 * Whom workdir lets write may write to the page FD as well; and everybody where root set it up, for
 * a process that was root changes things, too.
 */
static void share(int fd, const char *directory)
{
	struct stat st;
	if (SYS1(SYS_geteuid, 0) == 0)
		sys_fchmod(fd, 0666);
	else if (sys_fstatat(AT_FDCWD, directory, &st, 0) == 0)
		sys_fchmod(fd, 0644 | (st.st_mode & 0022));
}

/*
 * Who may not write to it could change the tree without a word to the others, who would go on with
 * what they knew: so for him it is read-only. It is made only where it is not: others must not
 * "make" what is there in a sticky directory (fs.protected_regular in proc(5)).
 */
static int open_page(struct overlay *ov)
{
	struct stat st;
	char path[PATH_ROOM + 64];
	CLOSE_SCOPED int fd = shared_file(ov);
	if (fd == -ENOENT) {
		make_shared(ov);
		fd = shared_file(ov);
	}
	if (fd == -EACCES || fd == -EPERM) {
		ov->writable = false;
		ov->barred = true;
		name_shared(ov, path, sizeof path);
		fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	}
	int error = fd < 0 ? fd : sys_fstat(fd, &st);
	/* One that is too short is of no use to anybody, and would kill its readers. */
	if (!error && st.st_size < (off_t)sizeof(struct shared))
		error = -ENODATA;
	return error ? error : sys_steal_fd(&fd);
}

int shared_open(struct overlay *ov, bool fresh)
{
	if (!ov->writable)
		return 0;
	CLOSE_SCOPED int fd = open_page(ov);
	if (fd < 0)
		return fd;
	const int protection = ov->writable ? PROT_READ | PROT_WRITE : PROT_READ;
	void *at = sys_mmap(sizeof(struct shared), protection, MAP_SHARED, fd);
	if (sys_failed(at))
		return (int)(intptr_t)at;
	ov->shared = at;
	if (!ov->writable)
		return 0;
	stage_sweep(ov);
	if (!fresh)
		return 0;
	share(fd, ov->workdir);
	for (unsigned i = 0; i < TOLD; i++)
		ov->shared->told[i] = 0;
	return 0;
}

void shared_stage_begins(const struct overlay *ov)
{
	if (ov->shared)
		pair_begin(&ov->shared->stages);
}

void shared_stage_ends(const struct overlay *ov)
{
	if (ov->shared)
		pair_end(&ov->shared->stages);
}

bool shared_stages_open(const struct overlay *ov, uint64_t *pair)
{
	*pair = ov->shared ? ov->shared->stages : 0;
	return !is_equal(*pair);
}

void shared_stages_gone(const struct overlay *ov, uint64_t pair)
{
	pair_heal(&ov->shared->stages, pair);
}

enum whiteout_form shared_whiteout_form(const struct overlay *ov)
{
	return ov->shared ? ov->shared->whiteout_form : WHITEOUT_DEVICE;
}

void shared_set_whiteout_form(const struct overlay *ov, enum whiteout_form form)
{
	if (ov->shared)
		ov->shared->whiteout_form = form;
}

bool overlay_told(const struct overlay *ov, uint64_t what)
{
	return ov->shared && ov->writable &&
	       atomic_exchange(&ov->shared->told[what % TOLD], what) == what;
}

int overlay_refuses(const struct overlay *ov)
{
	static bool told;
	char line[strlen(ov->merged) + strlen(ov->workdir ? ov->workdir : "") + 80];
	struct text t;
	if (!ov->barred || __atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		return -EROFS;
	text_init(&t, line, sizeof line);
	text_add(&t, ov->merged_length ? ov->merged : "/");
	text_add(&t, ": read-only for user ");
	text_add_number(&t, (uint64_t)SYS1(SYS_geteuid, 0));
	text_add(&t, ", who may not write ");
	text_add(&t, ov->workdir);
	complain(line);
	return -EROFS;
}
