/* call_stdio [thread|signal|constructor]: streams in every mode, reopened ones, temporary files. */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "call_where.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *error_name(int error)
{
	return error ? strerrorname_np(error) : "fine";
}

static void show_content(const char *path)
{
	char data[128];
	int fd = open(path, O_RDONLY);
	ssize_t size = fd < 0 ? -1 : read(fd, data, sizeof data - 1);

	data[size < 0 ? 0 : size] = 0;
	printf("  %s: %ld %s\n", path, (long)size, data);
	close(fd);
}

/* What a stream is good for. */
static void use(const char *title, const char *path, FILE *file)
{
	char line[64] = "";
	int error = errno;

	if (!file) {
		printf("%s %s: %s\n", title, path, error_name(error));
		return;
	}
	int flags = fcntl(fileno(file), F_GETFL), own = fcntl(fileno(file), F_GETFD);

	printf("%s %s: flags %o close-on-exec %d at %ld", title, path, flags & ~0100000, own,
	       ftell(file));
	if ((flags & O_ACCMODE) != O_WRONLY)
		printf(" reads %s", fgets(line, sizeof line, file) ? "yes" : "no");
	if ((flags & O_ACCMODE) != O_RDONLY) {
		fseek(file, 0, SEEK_CUR);
		printf(" writes %d", fputs("[written]", file));
	}
	printf(" ends %d %s\n", fclose(file), line);
}

static void open_modes(void)
{
	static const char *const modes[] = {"r",  "r+",  "w",   "w+",          "a",
					    "a+", "rb",  "r+e", "wx",          "w+x",
					    "rm", "r+c", "re",  "r,ccs=UTF-8", "ae,ccs=UTF-8",
					    "z",  "",    "rw",  "xr",          "r+m,ccs=utf-8"};
	static const char *const paths[] = {"merged/README",   "merged/fresh",  "merged/docs",
					    "merged/rel",      "merged/loop",   "merged/nope/x",
					    "merged/old/gone", "merged/secret", ""};

	for (size_t i = 0; i < COUNT(modes); i++)
		for (size_t j = 0; j < COUNT(paths); j++) {
			char title[32];

			snprintf(title, sizeof title, "fopen %s", modes[i]);
			errno = 0;
			use(title, paths[j], fopen(paths[j], modes[i]));
			if (strcmp(paths[j], "merged/fresh") == 0) {
				show_content(paths[j]);
				unlink(paths[j]);
			}
		}
	show_content("merged/README");
	show_content("merged/old/gone");
}

/* A stream on PATH, made into one in MODE on TO. */
static void reopen(const char *path, const char *first, const char *to, const char *mode)
{
	char title[64];
	FILE *file = fopen(path, first);

	snprintf(title, sizeof title, "freopen %s as %s", to ? to : "itself", mode);
	if (!file) {
		printf("%s: no %s\n", title, path);
		return;
	}
	int before = fileno(file);

	errno = 0;
	file = freopen(to, mode, file);
	if (file)
		printf("same number %d\n", fileno(file) == before);
	use(title, path, file);
	show_content(path);
}

static void reopen_modes(void)
{
	static const char *const modes[] = {"r", "r+", "a", "a+", "re", "w"};

	for (size_t i = 0; i < COUNT(modes); i++) {
		reopen("merged/docs/guide.txt", "r", NULL, modes[i]);
		reopen("merged/kept1", "r", NULL, modes[i]);
		reopen("merged/README", "r", "merged/src/main.c", modes[i]);
		reopen("merged/README", "r+", "merged/nope/x", modes[i]);
		reopen("/dev/null", "r", "merged/kept2", modes[i]);
	}
	reopen("merged/README", "r", "merged/fresh", "wx");
	reopen("merged/README", "r", "merged/fresh", "wx");
	reopen("merged/README", "r", "beside", "w");
	reopen("merged/README", "r", "beside", "a+");
	show_content("merged/fresh");
	show_content("beside");
	unlink("merged/fresh");
}

/* The six letters differ each time. */
static void show_made(const char *call, char *name, long result, size_t suffix)
{
	struct stat st = {0};
	int error = errno, found = lstat(name, &st);
	size_t length = strlen(name);

	if (result >= 0)
		remove(name);
	if (strstr(call, "-1") == NULL && error != EINVAL && length >= 6 + suffix)
		memcpy(name + length - suffix - 6, "......", 6);
	printf("%s %s: %s %d %o\n", call, name, result < 0 ? error_name(error) : "made", found,
	       st.st_mode);
}

static void make_temporary(const char *template)
{
	char name[512];
	int fd;

#define MAKE(title, call, suffix)                                                                  \
	strcpy(name, template);                                                                    \
	fd = call;                                                                                 \
	printf("flags %o %d\n", fd < 0 ? 0 : fcntl(fd, F_GETFL) & ~0100000,                        \
	       fd < 0 ? 0 : fcntl(fd, F_GETFD));                                                   \
	show_made(title, name, fd, suffix);                                                        \
	close(fd)
	MAKE("mkstemp", mkstemp(name), 0);
	MAKE("mkostemp", mkostemp(name, O_CLOEXEC | O_APPEND), 0);
	MAKE("mkstemps", mkstemps(name, 4), 4);
	MAKE("mkstemps -1", mkstemps(name, -1), 0);
	MAKE("mkostemps", mkostemps(name, 4, O_SYNC), 4);
	strcpy(name, template);
	show_made("mkdtemp", name, mkdtemp(name) ? 0 : -1, 0);
}

static void make_all_temporary(void)
{
	static const char *const templates[] = {"merged/tmp.XXXXXX",
						"merged/docs/XXXXXX",
						"merged/tmpXXXXXX.txt",
						"merged/tmpXXXXX",
						"merged/nope/fXXXXXX",
						"merged/README/fXXXXXX",
						"XXXXX",
						"merged/dirlink/fXXXXXX",
						"merged/hidden/fXXXXXX"};

	for (size_t i = 0; i < COUNT(templates); i++)
		make_temporary(templates[i]);
}

static void read_table(void)
{
	FILE *table = setmntent("merged/docs/guide.txt", "r");

	printf("setmntent %d %d\n", table != NULL, table && getmntent(table) != NULL);
	if (table)
		endmntent(table);
	printf("setmntent %d\n", setmntent("merged/nope", "r") != NULL);
}

/* Nothing has this name, and everybody may see what is written there. */
static void use_nameless(void)
{
	FILE *file = tmpfile();
	char line[16] = "";

	fputs("nameless", file);
	rewind(file);
	printf("tmpfile %s", fgets(line, sizeof line, file));
	printf(" %d\n", fclose(file));
}

void run(void)
{
	open_modes();
	reopen_modes();
	make_all_temporary();
	read_table();
	use_nameless();
	fflush(stdout);
}
