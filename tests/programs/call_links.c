/*
 * call_links [thread|signal|constructor]: symlinks in every direction, made here: within `merged`,
 * into it, out of it, in chains and in circles, and those the kernel makes in /proc and /dev.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call_where.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char home[PATH_MAX];

/* What lies beside `merged` lies elsewhere on each machine. */
static const char *from_home(const char *name)
{
	size_t length = strlen(home);

	return strncmp(name, home, length) == 0 ? name + length : name;
}

static void link_to(const char *name, const char *target)
{
	if (symlink(target, name) < 0)
		printf("%s: %s\n", name, strerrorname_np(errno));
}

static void link_home(const char *name, const char *target)
{
	static char absolute[PATH_MAX];

	snprintf(absolute, sizeof absolute, "%.2000s/%.1000s", home, target);
	link_to(name, absolute);
}

/* NAME1 is a link to NAME2, and so on; the last one leads to TARGET. */
static void make_chain(const char *name, int length, const char *target)
{
	char from[64], to[64];

	for (int i = 1; i <= length; i++) {
		snprintf(from, sizeof from, "merged/%s%d", name, i);
		snprintf(to, sizeof to, "%s%d", name, i + 1);
		link_to(from, i == length ? target : to);
	}
}

static void make_links(void)
{
	mkdir("beside", 0755);
	mkdir("beside/inner", 0755);
	close(open("beside/file", O_CREAT | O_WRONLY, 0644));
	link_to("merged/up", "..");
	link_to("merged/out", "../beside");
	link_to("merged/out-and-in", "../merged/docs");
	link_to("merged/docs/up-up", "../../beside/file");
	link_home("merged/abs", "merged/docs");
	link_home("merged/abs-out", "beside/inner");
	link_home("merged/abs-file", "merged/README");
	link_home("merged/abs-nope", "merged/nope/x");
	link_to("beside/in", "../merged");
	link_to("beside/in-file", "../merged/README");
	link_to("beside/in-lower", "../merged/docs/deep");
	link_to("beside/through", "in/docs");
	link_to("beside/inner/back", "../../merged/rel");
	link_to("beside/nope", "../merged/nope");
	link_home("beside/abs-in", "merged");
	link_home("beside/abs-in-file", "merged/docs/both.txt");
	link_to("beside/around", "in/out/in/out/file");
	link_to("merged/circle1", "circle2");
	link_to("merged/circle2", "circle1");
	link_to("beside/circle", "../merged/to-circle");
	link_to("merged/to-circle", "../beside/circle");
	link_to("merged/self", "self");
	link_to("merged/slash", "docs/");
	link_to("merged/dot", "docs/.");
	link_to("merged/file-slash", "README/");
	make_chain("a", 20, "README");
	make_chain("b", 41, "README");
	make_chain("c", 19, "rel");
	make_chain("d", 20, "docs");
	make_chain("e", 40, "README");
}

static const char *const paths[] = {
	"merged/rel",
	"merged/dirlink/both.txt",
	"merged/dirlink/deep/er/leaf",
	"merged/dirlink/../README",
	"merged/up",
	"merged/up/merged/README",
	"merged/up/beside/file",
	"merged/out",
	"merged/out/file",
	"merged/out/in/README",
	"merged/out/..",
	"merged/out/../merged",
	"merged/out-and-in",
	"merged/out-and-in/both.txt",
	"merged/out-and-in/../README",
	"merged/docs/up-up",
	"merged/abs",
	"merged/abs/",
	"merged/abs/both.txt",
	"merged/abs/../README",
	"merged/abs-out",
	"merged/abs-out/back",
	"merged/abs-file",
	"merged/abs-file/",
	"merged/abs-nope",
	"beside/in",
	"beside/in/",
	"beside/in/README",
	"beside/in/docs/both.txt",
	"beside/in/old/gone",
	"beside/in/..",
	"beside/in-file",
	"beside/in-lower/er/leaf",
	"beside/in-lower/er/../../both.txt",
	"beside/through/both.txt",
	"beside/through/..",
	"beside/inner/back",
	"beside/nope",
	"beside/nope/x",
	"beside/abs-in/kind/inside",
	"beside/abs-in-file",
	"beside/around",
	"merged/../beside/in/README",
	"merged/docs/../../beside/file",
	"merged/docs/deep/../../../beside/in",
	"merged/circle1",
	"merged/circle1/x",
	"beside/circle",
	"merged/to-circle/x",
	"merged/self",
	"merged/slash",
	"merged/slash/both.txt",
	"merged/dot",
	"merged/file-slash",
	"merged/a1",
	"merged/b1",
	"merged/c1",
	"merged/d1/both.txt",
	"merged/d1/",
	"/proc/self/cwd/merged/README",
	"/proc/self/cwd/merged/docs/..",
	"/proc/thread-self/cwd/merged/rel",
	"/proc/self/root/etc/passwd",
	"/dev/stdin",
};

static void show_stat(const char *what, int result, const struct stat *st)
{
	if (result < 0)
		printf(" %s %s", what, strerrorname_np(errno));
	else
		printf(" %s %o %ld", what, st->st_mode & S_IFMT,
		       S_ISREG(st->st_mode) ? (long)st->st_size : 0);
}

static void show_name(const char *what, const char *name)
{
	if (name)
		printf(" %s %s", what, from_home(name));
	else
		printf(" %s %s", what, strerrorname_np(errno));
}

static void read_link(const char *path)
{
	static char text[PATH_MAX];
	ssize_t length = readlink(path, text, sizeof text - 1);

	text[length < 0 ? 0 : length] = 0;
	show_name("readlink", length < 0 ? NULL : text);
}

static void follow(const char *path)
{
	struct stat st;
	static char here[PATH_MAX];
	int back = open(".", O_PATH);

	printf("%s:", from_home(path));
	int result = stat(path, &st);

	show_stat("stat", result, &st);
	result = lstat(path, &st);
	show_stat("lstat", result, &st);
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	printf(" open %s", fd < 0 ? strerrorname_np(errno) : "done");
	close(fd);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	printf(" nofollow %s", fd < 0 ? strerrorname_np(errno) : "done");
	close(fd);
	read_link(path);
	char *real = realpath(path, NULL);

	show_name("realpath", real);
	free(real);
	if (chdir(path) == 0) {
		show_name("getcwd", getcwd(here, sizeof here));
		printf(" %d %d", access("both.txt", F_OK), access("../README", F_OK));
	}
	fchdir(back);
	close(back);
	puts("");
}

/*
 * A chain as long as may be. The kernel, which begins anew where something changes meanwhile,
 * counts its links twice then.
 */
static void follow_forty(void)
{
	struct stat st;
	int tries = 100;

	while (stat("merged/e1", &st) < 0 && --tries)
		;
	printf("forty links: %s\n", tries ? "done" : strerrorname_np(errno));
}

/* What is open, by the names /proc and /dev have for it. */
static void follow_descriptors(void)
{
	static const char *const names[] = {"merged/README",  "merged/docs",
					    "merged/rel",     "merged/docs/deep/er/leaf",
					    "beside/in/kind", "merged"};
	char path[64];

	for (size_t i = 0; i < COUNT(names); i++) {
		int fd = open(names[i], O_RDONLY);

		printf("-- open on %s\n", names[i]);
		dup2(fd, 90);
		follow("/proc/self/fd/90");
		follow("/dev/fd/90");
		follow("/proc/self/fd/90/both.txt");
		follow("/proc/thread-self/fd/90");
		snprintf(path, sizeof path, "/proc/self/task/../fd/90");
		follow(path);
		chdir("/proc/self/fd");
		printf("from within:");
		read_link("90");
		puts("");
		chdir(home);
		int again = open("/dev/fd/90", O_WRONLY | O_APPEND);

		printf("for writing: %s\n", again < 0 ? strerrorname_np(errno) : "done");
		close(again);
		close(90);
		close(fd);
	}
}

/* Those of another process, which stands in merged. */
static void follow_processes(void)
{
	int ends[2];
	char path[64], ready;

	pipe(ends);
	fflush(stdout);
	pid_t child = fork();

	if (child == 0) {
		chdir("merged/docs");
		dup2(open("both.txt", O_RDONLY), 91);
		write(ends[1], "x", 1);
		pause();
	}
	read(ends[0], &ready, 1);
	static const char *const entries[] = {"cwd", "cwd/both.txt", "cwd/..", "fd/91", "root"};

	for (size_t i = 0; i < COUNT(entries); i++) {
		static char text[PATH_MAX];
		struct stat st;

		snprintf(path, sizeof path, "/proc/%d/%s", (int)child, entries[i]);
		int result = stat(path, &st);

		printf("another's %s:", entries[i]);
		show_stat("stat", result, &st);
		ssize_t length = readlink(path, text, sizeof text - 1);

		text[length < 0 ? 0 : length] = 0;
		show_name("readlink", length < 0 ? NULL : text);
		puts("");
	}
	kill(child, SIGTERM);
	waitpid(child, NULL, 0);
	close(ends[0]);
	close(ends[1]);
}

void run(void)
{
	if (!getcwd(home, sizeof home))
		return;
	make_links();
	for (size_t i = 0; i < COUNT(paths); i++)
		follow(paths[i]);
	for (size_t i = 0; i < COUNT(paths); i++) {
		static char absolute[PATH_MAX];

		snprintf(absolute, sizeof absolute, "%.2000s/%.1000s", home, paths[i]);
		if (paths[i][0] != '/')
			follow(absolute);
	}
	follow_forty();
	chdir("merged/docs");
	follow("../rel");
	follow("../up/beside/in/README");
	follow("/proc/self/cwd/both.txt");
	follow("/proc/self/cwd");
	chdir(home);
	follow_descriptors();
	follow_processes();
	fflush(stdout);
}
