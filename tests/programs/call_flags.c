/* call_flags [thread|signal|constructor]: calls that take flags, with every one and some odd. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call_paths.h"
#include "call_where.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static int said(long result)
{
	return result < 0 ? -errno : (int)result;
}

static const char *told(int result)
{
	static char number[16];

	if (result < 0)
		return strerrorname_np(-result);
	snprintf(number, sizeof number, "%d", result);
	return number;
}

/* Directories that a path may start from. */
static int merged, docs, here;

/* What was opened, by where it lies. */
static void show_open(int fd)
{
	char link[40];
	static char name[4096];
	struct stat st;

	if (fd < 0) {
		printf(" %s", strerrorname_np(-fd));
		return;
	}
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, name, sizeof name - 1);

	name[length < 0 ? 0 : length] = 0;
	const char *found = strstr(name, "/merged");
	char *nameless = strchr(name, '#');

	if (nameless)
		*nameless = 0;

	fstat(fd, &st);
	printf(" %s:%o:%o", found ? found : "outside", st.st_mode & S_IFMT,
	       fcntl(fd, F_GETFL) & ~0100000);
	close(fd);
}

static int open_by(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};

	int fd;

	/* The kernel gives up where anything is renamed meanwhile. */
	do
		fd = said(syscall(SYS_openat2, dirfd, path, &how, sizeof how));
	while (fd == -EAGAIN && !(resolve & RESOLVE_CACHED));
	return fd;
}

static void open_resolved(void)
{
	static const char *const paths[] = {"README",
					    "docs/both.txt",
					    "docs/../README",
					    "rel",
					    "dirlink",
					    "dirlink/both.txt",
					    "around",
					    "loop",
					    "..",
					    "../merged/README",
					    "docs/deep",
					    "nope",
					    "docs/../../..",
					    "/README",
					    "/merged/README",
					    "README/",
					    "docs/",
					    "abs/both.txt",
					    "",
					    ".",
					    "docs/deep/er/..",
					    "docs/out",
					    "docs//both.txt",
					    "old/gone"};
	static const uint64_t resolves[] = {0,
					    RESOLVE_BENEATH,
					    RESOLVE_IN_ROOT,
					    RESOLVE_NO_SYMLINKS,
					    RESOLVE_NO_MAGICLINKS,
					    RESOLVE_NO_XDEV,
					    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
					    RESOLVE_IN_ROOT | RESOLVE_NO_XDEV,
					    RESOLVE_BENEATH | RESOLVE_IN_ROOT,
					    0x40};
	const int *starts[] = {&merged, &docs, &here};

	for (size_t i = 0; i < COUNT(resolves); i++)
		for (size_t j = 0; j < COUNT(paths); j++) {
			printf("openat2 %lx %s:", (unsigned long)resolves[i], paths[j]);
			for (size_t k = 0; k < COUNT(starts); k++)
				if (*starts[k] != here || resolves[i] != RESOLVE_IN_ROOT)
					show_open(open_by(*starts[k], paths[j], O_RDONLY, 0,
							  resolves[i]));
			puts("");
		}
	show_open(open_by(merged, "README", O_RDONLY, 0600, 0));
	show_open(open_by(merged, "README", 1ULL << 40, 0, 0));
	show_open(open_by(merged, "made", O_CREAT | O_WRONLY, 0640, RESOLVE_BENEATH));
	show_open(open_by(merged, "made", O_CREAT | O_EXCL | O_WRONLY, 0640, RESOLVE_IN_ROOT));
	show_open(open_by(merged, "dirlink/made", O_CREAT | O_RDWR, 0640, RESOLVE_BENEATH));
	show_open(open_by(merged, "made", O_CREAT | O_WRONLY, 0200000, 0));
	show_open(open_by(merged, "docs", O_TMPFILE | O_RDWR, 0600, RESOLVE_BENEATH));
	show_open(open_by(merged, "docs", O_PATH | O_NOFOLLOW, 0, RESOLVE_BENEATH));
	show_open(open_by(merged, "rel", O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS));
	show_open(open_by(merged, "made", O_WRONLY | O_TRUNC, 0, RESOLVE_CACHED));
	show_open(open_by(1000, "README", O_RDONLY, 0, 0));
	show_open(said(syscall(SYS_openat2, merged, "README", NULL, sizeof(struct open_how))));
	show_open(said(syscall(SYS_openat2, merged, "README", &(struct open_how){0}, 7)));
	show_open(said(syscall(SYS_openat2, merged, (char *)16, &(struct open_how){0},
			       sizeof(struct open_how))));
	puts("");
}

static void look_by_statx(void)
{
	static const unsigned masks[] = {0,           STATX_TYPE, STATX_INO,         STATX_MTIME,
					 STATX_BTIME, STATX_ALL,  STATX_BASIC_STATS, STATX_MNT_ID,
					 0x80000000};
	static const int flags[] = {0,
				    AT_STATX_SYNC_AS_STAT,
				    AT_STATX_FORCE_SYNC,
				    AT_STATX_DONT_SYNC,
				    AT_SYMLINK_NOFOLLOW,
				    AT_NO_AUTOMOUNT,
				    AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC,
				    0x200};

	for (size_t i = 0; i < COUNT(masks); i++)
		for (size_t j = 0; j < COUNT(flags); j++) {
			struct statx stx = {0};
			int result = said(statx(merged, "rel", flags[j], masks[i], &stx));

			printf("statx %x %x: %s %o %lu\n", masks[i], (unsigned)flags[j],
			       told(result), stx.stx_mode, (unsigned long)stx.stx_size);
		}
	printf("statx nowhere: %s\n", told(said(statx(merged, "rel", 0, STATX_ALL, (void *)16))));
}

static void move(unsigned flags, const char *from, const char *to)
{
	struct stat st;

	printf("renameat2 %x %s %s: %s", flags, from, to,
	       told(said(renameat2(merged, from, merged, to, flags))));
	printf(" %d", fstatat(merged, from, &st, AT_SYMLINK_NOFOLLOW));
	printf(" %d\n", fstatat(merged, to, &st, AT_SYMLINK_NOFOLLOW));
}

static void move_by_flags(void)
{
	move(RENAME_NOREPLACE, "kept1", "old/gone");
	move(RENAME_NOREPLACE, "old/gone", "old/stays");
	move(RENAME_NOREPLACE, "old/gone", "kept1");
	move(RENAME_EXCHANGE, "kept1", "README");
	move(RENAME_EXCHANGE, "kept1", "docs/both.txt");
	move(RENAME_EXCHANGE, "kept1", "nope");
	move(RENAME_EXCHANGE, "kept1", "new");
	move(RENAME_EXCHANGE, "new", "kept1");
	move(RENAME_EXCHANGE, "kept1", "kept1");
	move(RENAME_WHITEOUT, "kept1", "kept3");
	move(RENAME_NOREPLACE | RENAME_EXCHANGE, "kept1", "kept2");
	move(RENAME_EXCHANGE | RENAME_WHITEOUT, "kept1", "kept2");
	move(8, "kept1", "kept2");
	move(0, "kept2", "kept2");
	move(0, "twin1", "twin2");
	move(0, "new", "new/below");
	move(RENAME_EXCHANGE, "new", "new/file");
	move(0, "kept1", "new/");
	move(0, "new/", "newer/");
	move(0, "newer", "new");
}

static void ask_by_number(void)
{
	static const char *const names[] = {"README",   "docs", "secret", "rel",
					    "dangling", "nope", ""};
	static const int modes[] = {F_OK, R_OK, W_OK, X_OK, R_OK | W_OK | X_OK, 8};
	static const int flags[] = {0, AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x800};

	for (size_t i = 0; i < COUNT(names); i++)
		for (size_t j = 0; j < COUNT(modes); j++) {
			printf("%s %d:", names[i], modes[j]);
			for (size_t k = 0; k < COUNT(flags); k++) {
				printf(" %s", told(said(syscall(SYS_faccessat2, merged, names[i],
								modes[j], flags[k]))));
				printf(" %s",
				       told(said(faccessat(merged, names[i], modes[j], flags[k]))));
			}
			printf(" %s\n",
			       told(said(syscall(SYS_faccessat, merged, names[i], modes[j]))));
		}
}

static void show_mode(const char *what, const char *name, int result)
{
	struct stat st = {0};

	fstatat(merged, name, &st, AT_SYMLINK_NOFOLLOW);
	printf("%s %s: %s %o\n", what, name, told(result), st.st_mode);
}

static void change_modes(void)
{
	static const int flags[] = {0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x800};
	static const char *const names[] = {"src/main.c", "rel", "nope", "kind"};

	for (size_t i = 0; i < COUNT(names); i++)
		for (size_t j = 0; j < COUNT(flags); j++) {
			mode_t mode = 0700 + (mode_t)j;

			show_mode("fchmodat2", names[i],
				  said(syscall(SYS_fchmodat2, merged, names[i], mode, flags[j])));
			show_mode("fchmodat", names[i],
				  said(fchmodat(merged, names[i], mode + 8, flags[j])));
		}
	int fd = openat(merged, "docs/guide.txt", O_RDONLY);

	show_mode("fchmodat2 AT_EMPTY_PATH", "docs/guide.txt",
		  said(syscall(SYS_fchmodat2, fd, "", 0604, AT_EMPTY_PATH)));
	show_mode("fchownat AT_EMPTY_PATH", "docs/guide.txt",
		  said(fchownat(fd, "", geteuid(), (gid_t)-1, AT_EMPTY_PATH)));
	show_mode("utimensat AT_EMPTY_PATH", "docs/guide.txt",
		  said(utimensat(fd, "", NULL, AT_EMPTY_PATH)));
	show_mode("futimens", "docs/guide.txt", said(syscall(SYS_utimensat, fd, NULL, NULL, 0)));
	show_mode("fchmodat ''", "docs/guide.txt", said(fchmodat(fd, "", 0600, 0)));
	close(fd);
}

/* Closes numbers, and then looks through those that are left. */
static void close_ranges(void)
{
	static const unsigned flags[] = {0, CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE, 8};

	for (size_t i = 0; i < COUNT(flags); i++) {
		int fd = openat(merged, "docs", O_RDONLY);

		for (int to = 100; to < 105; to++)
			dup2(fd, to);
		printf("close_range %x: %s", flags[i],
		       told(said(close_range(101, 103, (int)flags[i]))));
		for (int to = 100; to < 105; to++) {
			struct stat st;

			printf(" %s", told(said(fstatat(to, "both.txt", &st, 0))));
			printf(" %s", told(said(fcntl(to, F_GETFD))));
		}
		closefrom(100);
		printf(" %s\n", told(said(fcntl(104, F_GETFD))));
		close(fd);
	}
	printf("close_range backwards: %s\n", told(said(close_range(103, 101, 0))));
}

static void make_links(void)
{
	static const int flags[] = {0, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH, 0x800};
	static const char *const names[] = {"src/main.c", "rel", "dangling",   "docs",
					    "nope",       "",    "src/main.c/"};

	for (size_t i = 0; i < COUNT(names); i++)
		for (size_t j = 0; j < COUNT(flags); j++) {
			struct stat st = {0};

			printf("linkat %x %s: %s", (unsigned)flags[j], names[i],
			       told(said(linkat(merged, names[i], merged, "one-more", flags[j]))));
			fstatat(merged, "one-more", &st, AT_SYMLINK_NOFOLLOW);
			printf(" %o\n", st.st_mode & S_IFMT);
			unlinkat(merged, "one-more", 0);
		}
	int fd = openat(merged, "bin/hello", O_RDONLY);

	printf("linkat of a descriptor: %s\n",
	       told(said(linkat(fd, "", merged, "one-more", AT_EMPTY_PATH))));
	close(fd);
	printf("unlinkat: %s\n", told(said(unlinkat(merged, "one-more", AT_REMOVEDIR))));
	printf("unlinkat: %s\n", told(said(unlinkat(merged, "one-more", 0))));
	printf("unlinkat: %s\n", told(said(unlinkat(merged, "kind", 0))));
	printf("unlinkat: %s\n", told(said(unlinkat(merged, "kind", AT_REMOVEDIR))));
}

void run(void)
{
	merged = open("merged", O_RDONLY);
	docs = open("merged/docs", O_PATH);
	here = open(".", O_PATH);
	symlinkat("/docs", merged, "abs");
	symlinkat("../..", merged, "docs/out");
	open_resolved();
	look_by_statx();
	ask_by_number();
	change_modes();
	close_ranges();
	make_links();
	move_by_flags();
	fflush(stdout);
}
