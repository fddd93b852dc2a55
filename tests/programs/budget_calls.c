/*
 * Repeats one kind of operation: `budget_calls OPERATION PATH COUNT`. The difference between two
 * counts is what the operation costs once everything is known.
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int opened = -1;
static const char *self;
static struct stat st;
static char data[64];

static void do_stat(const char *path)
{
	stat(path, &st);
}

static void do_lstat(const char *path)
{
	lstat(path, &st);
}

static void do_access(const char *path)
{
	(void)!access(path, R_OK);
}

static void do_readlink(const char *path)
{
	(void)!readlink(path, data, sizeof data);
}

static void do_open(const char *path)
{
	close(open(path, O_RDONLY | O_CLOEXEC));
}

static void do_create(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
	unlink(path);
}

static void do_mkdir(const char *path)
{
	mkdir(path, 0755);
	rmdir(path);
}

static void do_list(const char *path)
{
	DIR *dir = opendir(path);

	while (dir && readdir(dir))
		;
	if (dir)
		closedir(dir);
}

/* Of an open directory, the name "file" in it. */
static void do_fstatat(const char *path)
{
	(void)path;
	fstatat(opened, "file", &st, 0);
}

static void do_descriptor(const char *path)
{
	(void)path;
	(void)!write(opened, data, sizeof data);
	lseek(opened, 0, SEEK_SET);
	(void)!read(opened, data, sizeof data);
	lseek(opened, 0, SEEK_SET);
	fstat(opened, &st);
}

static void do_nothing(const char *path)
{
	(void)path;
}

static void do_start(const char *path)
{
	char *argv[] = {(char *)self, "nothing", (char *)path, "0", NULL};
	pid_t child;

	if (posix_spawn(&child, self, NULL, NULL, argv, environ) == 0)
		waitpid(child, NULL, 0);
}

static const struct operation {
	const char *name;
	void (*run)(const char *path);
	int flags; /* what PATH is opened with before; 0: it is not */
} operations[] = {
	{"stat", do_stat, 0},
	{"lstat", do_lstat, 0},
	{"access", do_access, 0},
	{"readlink", do_readlink, 0},
	{"open", do_open, 0},
	{"create", do_create, 0},
	{"mkdir", do_mkdir, 0},
	{"list", do_list, 0},
	{"fstatat", do_fstatat, O_PATH | O_DIRECTORY},
	{"descriptor", do_descriptor, O_RDWR | O_CREAT},
	{"nothing", do_nothing, 0},
	{"start", do_start, 0},
};

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	self = argv[0];
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
		if (strcmp(argv[1], operations[i].name))
			continue;
		if (operations[i].flags)
			opened = open(argv[2], operations[i].flags | O_CLOEXEC, 0644);
		for (int n = atoi(argv[3]); n > 0; n--)
			operations[i].run(argv[2]);
		return 0;
	}
	return 2;
}
