#include "stage.h"

#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support/format.h"
#include "support/listing.h"

static char *root, *lower_before;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void remove_all(const char *path)
{
	chmod(format("%s/work", path), 0700); /* the kernel leaves it closed */
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_file(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd < 0 || write(fd, content, strlen(content)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void make_entry(const char *layer, const char *line)
{
	char *path = format("%s/%s", layer, line), *end = path + strcspn(path, "=*>@!");
	char kind = *end;
	int error = 0;

	*end = '\0';
	if (end[-1] == '/') {
		error = mkdir(path, 0755);
		if (!error && kind == '!')
			error = setxattr(path, "user.overlay.opaque", "y", 1, 0);
	} else if (kind == '=' || kind == '*') {
		make_file(path, end + 1);
		chmod(path, kind == '*' ? 0755 : 0644);
	} else if (kind == '>') {
		error = system(format("cp %s %s", end + 1, path));
	} else {
		error = kind == '@' ? symlink(end + 1, path) : mknod(path, S_IFCHR, makedev(0, 0));
	}
	if (error)
		err(1, "%s", path);
}

static void make_layer(const char *name, const char *const *lines)
{
	mkdir(name, 0755);
	for (; *lines; lines++)
		make_entry(name, *lines);
}

static char *environment[16];

void area_setting(char *setting)
{
	int i = 0;

	while (environment[i] &&
	       !starts_with(environment[i], format("%.*s=", (int)strcspn(setting, "="), setting)))
		i++;
	environment[i] = setting;
}

/* The library, and the layers as merged. */
static void set_environment(void)
{
	area_setting("PATH=/usr/bin:/bin");
	area_setting("LD_PRELOAD=" BUILD_DIR "/liboverlain.so");
	area_setting(format("OVERLAIN_MERGED=%s/merged", root));
	area_setting(format("OVERLAIN_LOWERDIR=%s/low", root));
	area_setting(format("OVERLAIN_UPPERDIR=%s/upper", root));
	area_setting(format("OVERLAIN_WORKDIR=%s/work", root));
}

/* Nothing here asks for a disk, and without one it is over sooner. */
static void use_memory(void)
{
	if (mount("tmpfs", root, "tmpfs", 0, NULL) || chdir(root))
		err(1, "tmpfs");
	if (setxattr(".", "user.probe", "", 0, 0) && umount2(root, MNT_DETACH))
		err(1, "umount");
	if (chdir(root))
		err(1, "%s", root);
}

void area_make(const char *const *lower)
{
	const char *parent = getenv("TMPDIR");

	root = mkdtemp(format("%s/overlain-crash.XXXXXX", parent ? parent : "/tmp"));
	if (!root || chdir(root))
		err(1, "no directory");
	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS))
		err(1, "unshare");
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	use_memory();
	mkdir("merged", 0755);
	make_layer("low", lower);
	set_environment();
	lower_before = listing("low", LIST_EXACT | LIST_XATTRS);
}

void area_remove(void)
{
	if (chdir("/"))
		err(1, "/");
	umount2(root, MNT_DETACH);
	remove_all(root);
}

void area_reset(const char *const *upper)
{
	remove_all("upper");
	remove_all("work");
	make_layer("upper", upper);
	mkdir("work", 0755);
}

void area_exec(const char *verb, const char *const *words)
{
	char *argv[12] = {"crash", (char *)(uintptr_t)verb};

	for (int i = 2; words && *words; i++)
		argv[i] = (char *)(uintptr_t)*words++;
	execve("/proc/self/exe", argv, environment);
	_exit(127);
}

char *area_shown(void)
{
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC))
		err(1, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		area_exec("--list", NULL);
	}
	close(ends[1]);
	FILE *from = fdopen(ends[0], "r");
	char *text = NULL;
	size_t size = 0;
	if (getdelim(&text, &size, '\0', from) < 0)
		text = format("%s", "");
	fclose(from);
	waitpid(pid, &status, 0);
	return status ? format("the lister ended with %#x", (unsigned)status) : text;
}

static char *kernel_shown(void)
{
	const char *options = "userxattr,volatile,lowerdir=low,upperdir=upper,workdir=work";

	if (mount("overlay", "merged", "overlay", 0, options))
		return format("the kernel does not mount it: %m");
	/* To a hand-made upper its own numbers are news: they agree at second sight. */
	char *text = listing("merged", 0);
	umount("merged");
	return text;
}

char *area_fault_quick(void)
{
	char *lower = listing("low", LIST_EXACT | LIST_XATTRS);

	if (strcmp(lower, lower_before) != 0)
		return format("the lower changed: %s", first_difference(lower_before, lower));
	free(lower);
	if (rmdir("work/work") && access("work/work", F_OK) == 0)
		return format("something is left in workdir:\n%s", listing("work/work", 0));
	return NULL;
}

char *area_fault(const char *shown)
{
	char *fault = area_fault_quick();
	if (fault)
		return fault;
	char *kernel = kernel_shown(), *difference = first_difference(kernel, shown);
	free(kernel);
	return difference ? format("the kernel shows another tree: %s", difference) : NULL;
}
