/* The configuration, read once; and whose memory this is. */
#include "overlain/debug.h"
#include "overlain/process.h"

#include <sys/mman.h>
#include <string.h>
#include <unistd.h>

enum { UNREAD, READING, BARE, STANDING };

static int state;
static uintptr_t reader; /* the thread that does */
static struct mounts mounts;

/* Wiped in a child of fork, shared with a child of vfork: a page of its own (MADV_WIPEONFORK). */
#if defined(__aarch64__)
#define PAGE_MAX 65536
#else
#define PAGE_MAX 4096
#endif
static pid_t *owner;

static pid_t *owner_page(void)
{
	return __atomic_load_n(&owner, __ATOMIC_ACQUIRE);
}

/* Before the first vfork: programs that start none need no such page. */
static void take_ownership(void)
{
	pid_t *none = NULL, *page = owner_page() ? NULL : sys_pages(PAGE_MAX);
	if (!page)
		return;
	*page = sys_getpid();
	if (SYS3(SYS_madvise, page, PAGE_MAX, MADV_WIPEONFORK) < 0 ||
	    !__atomic_compare_exchange_n(&owner, &none, page, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		sys_munmap(page, PAGE_MAX);
}

/*
 * The thread that called vfork last: it sleeps until its child is gone, so when it is seen to run
 * here again nobody borrows its memory. Two at a time are not told apart, and one that does not
 * sleep is no sign: then it is asked forever.
 */
static uintptr_t lender;
static bool several;

void process_lend(bool until_gone)
{
	place_links_made();
	take_ownership();
	uintptr_t before = __atomic_exchange_n(&lender, sys_thread(), __ATOMIC_RELAXED);
	if (!until_gone || (before && before != sys_thread()))
		__atomic_store_n(&several, true, __ATOMIC_RELAXED);
}

bool process_borrowed(void)
{
	uintptr_t thread = __atomic_load_n(&lender, __ATOMIC_RELAXED);
	pid_t *page = thread ? owner_page() : NULL;
	if (!page)
		return false;
	pid_t self = sys_getpid(), none = 0;
	__atomic_compare_exchange_n(page, &none, self, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	if (__atomic_load_n(page, __ATOMIC_RELAXED) != self)
		return true;
	if (thread == sys_thread() && !__atomic_load_n(&several, __ATOMIC_RELAXED))
		__atomic_store_n(&lender, 0, __ATOMIC_RELAXED);
	return false;
}

/* The C library's own note of it, where there is that; said of a program with threads, or that had.
 */
extern const char __libc_single_threaded __attribute__((weak));

static bool has_threads(void)
{
	return &__libc_single_threaded && !__libc_single_threaded;
}

/* It knows of openat2(2) only of late, and before that says on stderr that it does not. */
static bool is_under_valgrind(char *const *envp)
{
	const char *at = text_setting(envp, "LD_PRELOAD");
	for (; at && (at = text_find(at, '/')); at++)
		if (text_starts(at, "/vgpreload_"))
			return true;
	return false;
}

/* Nobody else can be here yet but a thread or a signal handler of a constructor before ours. */
static bool read_configuration(void)
{
	int expected = UNREAD;
	char line[1024];
	struct text complaint;
	if (!__atomic_compare_exchange_n(&state, &expected, READING, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == READING) {
			if (reader == sys_thread())
				return false;
			SYS1(SYS_sched_yield, 0);
		}
		return state == STANDING;
	}
	reader = sys_thread();
	char **envp = process_environment();
	text_init(&complaint, line, sizeof line);
	if (mounts_read(&mounts, envp, &complaint) < 0 || mounts_enforce(&mounts, &complaint) < 0) {
		complain(line);
		sys_exit(125);
	}
	if (mounts.count == 0) {
		__atomic_store_n(&state, BARE, __ATOMIC_RELEASE);
		return false;
	}
	grips_keep_while(way_may_keep);
	layer_ask_for_threads(has_threads);
	if (is_under_valgrind(envp))
		layer_lacks_openat2();
	__atomic_store_n(&state, STANDING, __ATOMIC_RELEASE);
	environment_adopt(envp);
	return true;
}

bool process_ready(void)
{
	int now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
	return now >= BARE ? now == STANDING : read_configuration();
}

__attribute__((constructor)) static void begin(void)
{
	process_ready();
}

const struct mounts *process_mounts(void)
{
	return &mounts;
}

/* Where merged is "/", these stay the kernel's own, and so do the layers that are written. */
static bool left_out(const struct overlay *ov, const char *name, size_t length)
{
	static const char *const kernel[] = {"/proc", "/sys", "/dev"};
	for (unsigned i = 0; i < sizeof kernel / sizeof *kernel; i++)
		if (text_below(name, length, kernel[i], strlen(kernel[i])))
			return true;
	if (!ov->writable)
		return false;
	return text_below(name, length, ov->layers[0].root, ov->layers[0].root_length) ||
	       text_below(name, length, ov->workdir, strlen(ov->workdir));
}

const struct overlay *process_overlay(const char *name, size_t length, const char **rest)
{
	for (unsigned i = 0; i < mounts.count; i++) {
		const struct overlay *ov = &mounts.at[i];
		size_t skip = ov->merged_length;
		bool below = text_below(name, length, ov->merged, ov->merged_length);
		if (!below && ov->alias) {
			skip = ov->alias_length;
			below = text_below(name, length, ov->alias, ov->alias_length);
		}
		if (!below || (ov->merged_length == 0 && left_out(ov, name, length)))
			continue;
		*rest = name + skip;
		return ov;
	}
	return NULL;
}

__attribute__((noinline)) int process_join_now(const struct overlay *ov)
{
	return overlay_join(&mounts.at[ov->index]);
}

void process_join_all(void)
{
	if (!process_ready())
		return;
	for (unsigned i = 0; i < mounts.count; i++)
		process_join(&mounts.at[i]);
}

void process_renounces(void)
{
	process_join_all();
	search_changes();
}

void process_leave_all(void)
{
	for (unsigned i = 0; i < mounts.count; i++)
		overlay_leave(&mounts.at[i]);
}

bool process_leads(const char *name, size_t length)
{
	for (unsigned i = 0; i < mounts.count; i++) {
		const struct overlay *ov = &mounts.at[i];
		if (text_below(ov->merged, ov->merged_length, name, length) ||
		    (ov->alias && text_below(ov->alias, ov->alias_length, name, length)))
			return true;
	}
	return false;
}
