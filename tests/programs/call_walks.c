/* call_walks: every way libc has to walk a tree but fts, from the directory above `merged`. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Lines that come in the order of the disk are sorted before they are shown. */
static char *lines[4096];
static size_t line_count;

#define LINE(...)                                                                                  \
	do {                                                                                       \
		if (asprintf(&lines[line_count++], __VA_ARGS__) < 0)                               \
			abort();                                                                   \
	} while (0)

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void show_lines(const char *title)
{
	qsort(lines, line_count, sizeof *lines, by_text);
	printf("-- %s\n", title);
	for (size_t i = 0; i < line_count; i++)
		puts(lines[i]);
	line_count = 0;
}

/* --- by descriptor --- */

static void read_records(int fd, size_t room)
{
	char buffer[4096];
	ssize_t size;

	while ((size = getdents64(fd, buffer, room)) > 0)
		for (ssize_t at = 0; at < size;) {
			struct dirent64 *entry = (void *)(buffer + at);

			LINE("%s %d", entry->d_name, entry->d_type);
			at += entry->d_reclen;
		}
	LINE("ends with %zd", size);
}

static void walk_descriptors(void)
{
	char small[8];
	int fd = open("merged", O_RDONLY | O_DIRECTORY), copy = dup(fd);

	read_records(fd, 4096);
	show_lines("getdents64");
	read_records(fd, 4096);
	show_lines("getdents64 at the end");
	lseek(copy, 0, SEEK_SET);
	read_records(fd, 100);
	show_lines("getdents64 in pieces, rewound through a copy");
	lseek(fd, 0, SEEK_SET);
	printf("too small: %zd %d\n", getdents64(fd, small, sizeof small), errno);
	printf("nowhere: %zd %d\n", getdents64(fd, (void *)16, 4096), errno);
	close(copy);
	close(fd);
}

static int no_dots(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void show_scan(int count, struct dirent ***list)
{
	printf("%d", count);
	for (int i = 0; i < count; i++)
		printf(" %s", (*list)[i]->d_name);
	puts("");
}

static void scan_directories(void)
{
	struct dirent **list;
	int fd = open("merged", O_PATH);

	show_scan(scandir("merged", &list, NULL, alphasort), &list);
	show_scan(scandir("merged/dirlink", &list, no_dots, alphasort), &list);
	show_scan(scandirat(fd, "docs", &list, no_dots, alphasort), &list);
	show_scan(scandirat(fd, "README", &list, NULL, NULL), &list);
	show_scan(scandir("merged/nope", &list, NULL, NULL), &list);
	close(fd);
}

/* --- nftw --- */

static int flags_now;

static int visit(const char *path, const struct stat *st, int type, struct FTW *info)
{
	struct stat again;
	int there = 0;

	if ((flags_now & FTW_CHDIR) && type != FTW_NS && type != FTW_SLN && type != FTW_DNR)
		there = lstat(path[info->base] ? path + info->base : ".", &again);
	LINE("%s %d base %d level %d mode %o %d", path, type, info->base, info->level,
	     type == FTW_NS || type == FTW_SLN ? 0 : st->st_mode, there);
	return (flags_now & FTW_ACTIONRETVAL) && strstr(path, "deep") ? FTW_SKIP_SUBTREE : 0;
}

static int visit_plainly(const char *path, const struct stat *st, int type)
{
	(void)st;
	LINE("%s %d", path, type);
	return strcmp(path, "merged/docs/deep") == 0 ? 7 : 0;
}

static void walk_ftw(void)
{
	static const int flags[] = {
		FTW_PHYS,
		FTW_PHYS | FTW_DEPTH,
		FTW_PHYS | FTW_CHDIR,
		FTW_PHYS | FTW_CHDIR | FTW_DEPTH,
		FTW_PHYS | FTW_MOUNT,
		FTW_PHYS | FTW_ACTIONRETVAL,
		FTW_PHYS | FTW_ACTIONRETVAL | FTW_CHDIR | FTW_DEPTH,
	};
	char title[64];

	for (size_t i = 0; i < COUNT(flags); i++)
		for (int descriptors = 1; descriptors < 20; descriptors += 9) {
			flags_now = flags[i];
			sprintf(title, "nftw %d %d: %d", flags[i], descriptors,
				nftw("merged", visit, descriptors, flags[i]));
			show_lines(title);
		}
	flags_now = 0;
	printf("through links: %d\n", nftw("merged/dirlink", visit, 5, 0));
	show_lines("nftw 0");
	printf("nowhere: %d %d\n", nftw("merged/nope", visit, 5, 0), errno);
	printf("odd: %d %d\n", nftw("merged", visit, 5, 0x4000), errno);
	printf("stopped: %d\n", ftw("merged/docs/deep", visit_plainly, 5));
	show_lines("ftw");
}

/* --- glob --- */

static void match(void)
{
	static const char *const patterns[] = {
		"merged/*",       "merged/*/*.txt", "merged/d*/",     "merged/README",
		"merged/nope*",   "merged/.*",      "merged/[a-k]*",  "merged/{docs,src}/*",
		"merged/*/*/*/*", "merged/old/*",   "merged/hidden/*"};
	static const int flags[] = {0, GLOB_MARK | GLOB_BRACE, GLOB_NOCHECK, GLOB_ONLYDIR,
				    GLOB_PERIOD};

	for (size_t i = 0; i < COUNT(patterns); i++)
		for (size_t j = 0; j < COUNT(flags); j++) {
			glob_t g = {0};

			printf("%s %d: %d", patterns[i], flags[j],
			       glob(patterns[i], flags[j], NULL, &g));
			for (size_t k = 0; k < g.gl_pathc; k++)
				printf(" %s", g.gl_pathv[k]);
			puts("");
			globfree(&g);
		}
}

int main(void)
{
	walk_descriptors();
	scan_directories();
	walk_ftw();
	match();
	return 0;
}
