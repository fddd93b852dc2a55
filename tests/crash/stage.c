#include "stage.h"

#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support/format.h"
#include "support/listing.h"

/* Whom everything in the area belongs to, and who does what is done AS_USER. */
#define USER 65534

/* What nothing may change: the lowers, and what merged hides. */
static const char *const sacred[] = {"low", "low2", "merged"};
enum { SACRED = sizeof sacred / sizeof *sacred };

static char *root, *sacred_before[SACRED];
static bool is_root;

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

static int give_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type, (void)ftw;
	return st->st_uid == USER ? 0 : lchown(path, USER, USER);
}

static void make_file(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd < 0 || write(fd, content, strlen(content)) < 0)
		err(1, "%s", path);
	close(fd);
}

static int make_many(const char *directory, int count)
{
	for (int i = 0; i < count; i++)
		make_file(format("%s/a name that takes as much room as only few others do, %d",
				 directory, i),
			  "");
	return 0;
}

/* To bind low ports, as soon as it is executed. */
static int give_capability(const char *path)
{
	const struct vfs_cap_data data = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = {{.permitted = 1U << CAP_NET_BIND_SERVICE}},
	};

	return setxattr(path, "security.capability", &data, sizeof data, 0);
}

/* A line without its mode. */
static const char *what_of(const char *line)
{
	return isdigit(*line) ? strchr(line, ' ') + 1 : line;
}

static char *path_of(const char *layer, const char *line, char *kind)
{
	char *path = format("%s/%s", layer, what_of(line)), *end = path + strcspn(path, "=>@!&#|^");

	*kind = *end;
	*end = '\0';
	return path;
}

static void make_entry(const char *layer, const char *line)
{
	char kind, *path = path_of(layer, line, &kind), *rest = path + strlen(path) + 1;
	bool is_directory = path[strlen(path) - 1] == '/';
	int error = is_directory && kind != '&' ? mkdir(path, 0755) : 0;

	if (error)
		err(1, "%s", path);
	switch (kind) {
	case '=':
		make_file(path, rest);
		break;
	case '>':
		error = system(format("cp %s %s", rest, path));
		break;
	case '@':
		error = symlink(rest, path);
		break;
	case '|':
		error = mkfifo(path, 0644);
		break;
	case '#':
		error = make_many(path, atoi(rest));
		break;
	case '!':
		error = is_directory ? setxattr(path, "user.overlay.opaque", "y", 1, 0)
				     : mknod(path, S_IFCHR, makedev(0, 0));
		break;
	case '&':
		error = setxattr(path, rest, "value", 5, 0);
		break;
	case '^':
		error = give_capability(path);
		break;
	}
	if (error)
		err(1, "%s", path);
}

/* What is below a closed directory comes behind it, so that is closed last. */
static void make_layer(const char *name, const char *const *lines)
{
	char kind;
	size_t count = 0;

	mkdir(name, 0755);
	for (; lines[count]; count++)
		make_entry(name, lines[count]);
	if (is_root)
		nftw(name, give_one, 16, FTW_PHYS);
	while (count-- > 0)
		if (what_of(lines[count]) != lines[count] &&
		    chmod(path_of(name, lines[count], &kind),
			  (mode_t)strtol(lines[count], NULL, 8)))
			err(1, "%s", lines[count]);
}

/* --- the environment of what runs there --- */

static char *environment[24];

static char **setting_of(const char *setting)
{
	int i = 0;

	while (environment[i] &&
	       !starts_with(environment[i], format("%.*s=", (int)strcspn(setting, "="), setting)))
		i++;
	return &environment[i];
}

void area_setting(const char *setting)
{
	*setting_of(setting) = (char *)(uintptr_t)setting;
}

static const char *setting_value(const char *name)
{
	const char *setting = *setting_of(name);

	return setting ? strchr(setting, '=') + 1 : NULL;
}

void area_settings(const char *const *more)
{
	memset(environment, 0, sizeof environment);
	area_setting("PATH=/usr/bin:/bin");
	area_setting(format("LD_PRELOAD=%s/lib/liboverlain.so", root));
	area_setting(format("OVERLAIN_MERGED=%s/merged", root));
	area_setting(format("OVERLAIN_LOWERDIR=%s/low", root));
	area_setting(format("OVERLAIN_UPPERDIR=%s/upper", root));
	area_setting(format("OVERLAIN_WORKDIR=%s/work", root));
	for (; *more; more++)
		area_setting(replaced(*more, "@", root));
}

bool area_can(const char *const *settings)
{
	for (; *settings; settings++)
		if (starts_with(*settings, AS_USER) && !is_root)
			return false;
	return true;
}

/* Nothing here asks for a disk, and without one it is over sooner. */
static void use_memory(void)
{
	if (mount("tmpfs", root, "tmpfs", 0, NULL) || chdir(root))
		err(1, "tmpfs");
	if (setxattr(".", "user.probe", "", 0, 0) && umount2(root, MNT_DETACH))
		err(1, "umount");
	if (chdir(root) || chmod(".", 0755))
		err(1, "%s", root);
}

/* Whoever is not root is root in a namespace of his own. */
static void enter_namespace(void)
{
	char *map = format("0 %u 1", geteuid());

	is_root = geteuid() == 0;
	if (unshare(is_root ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS))
		err(1, "unshare");
	if (!is_root) {
		int fd = open("/proc/self/uid_map", O_WRONLY);

		if (write(fd, map, strlen(map)) < 0)
			err(1, "uid_map");
		close(fd);
	}
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static void make_read_only(void)
{
	mkdir("low-ro", 0755);
	mkdir("nothing", 0755);
	if (mount("low", "low-ro", NULL, MS_BIND, NULL) ||
	    mount(NULL, "low-ro", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV,
		  NULL))
		err(1, "low-ro");
}

void area_make(const char *library, const char *const *lower, const char *const *beside)
{
	const char *parent = getenv("TMPDIR");

	root = mkdtemp(format("%s/overlain-crash.XXXXXX", parent ? parent : "/tmp"));
	if (!root || chdir(root))
		err(1, "no directory");
	enter_namespace();
	use_memory();
	if (system(format("mkdir lib && cp %s " BUILD_DIR "/overlain-audit.so lib", library)))
		errx(1, "%s, or the auditor beside it: cannot be copied", library);
	make_layer("low", lower);
	make_layer(".", beside);
	make_read_only();
	for (int i = 0; i < SACRED; i++)
		sacred_before[i] = listing(sacred[i], LIST_EXACT | LIST_XATTRS);
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
	remove_all("upper.work");
	make_layer("upper", upper);
	mkdir("work", 0755);
	if (is_root && chown("work", USER, USER))
		err(1, "work");
}

static void become_user(void)
{
	if (setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER))
		err(99, "user");
}

void area_exec(const char *verb, const char *const *words)
{
	char *argv[12] = {"crash", (char *)(uintptr_t)verb};

	for (int i = 2; words && *words; i++)
		argv[i] = (char *)(uintptr_t)*words++;
	if (setting_value(AS_USER))
		become_user();
	/* What is looked at depends on where things lie: always in the same places. */
	personality(ADDR_NO_RANDOMIZE);
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
	/* A setting without a value is none. */
	char **to = environment;
	for (char **from = environment; *from; from++)
		if ((*from)[strlen(*from) - 1] != '=')
			*to++ = *from;
	*to = NULL;
	execve("/proc/self/exe", argv, environment);
	_exit(127);
}

/* What a child writes to its standard output. */
static char *told_by(void (*child)(void))
{
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC))
		err(1, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		child();
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

static void list_under_library(void)
{
	area_exec("--list", NULL);
}

char *area_shown(void)
{
	return told_by(list_under_library);
}

static void list_plainly(void)
{
	if (setting_value(AS_USER))
		become_user();
	list_tree(stdout, "merged", 0);
	exit(0);
}

/* In an opaque directory the kernel lists whiteouts, too, and then finds nothing there. */
static void drop_whiteouts(char *text)
{
	char *found;

	while ((found = strstr(text, "  lstat: No such file or directory\n"))) {
		char *line = found, *end = strchr(found, '\n') + 1;

		while (line > text && line[-1] != '\n')
			line--;
		memmove(line, end, strlen(end) + 1);
	}
}

/* Without an upper it wants two lowers. */
static char *kernel_shown(void)
{
	const char *upper = setting_value("OVERLAIN_UPPERDIR");
	char *options = format(*upper ? "userxattr,volatile,lowerdir=%s,upperdir=upper,workdir=work"
				      : "userxattr,lowerdir=%s:nothing",
			       setting_value("OVERLAIN_LOWERDIR"));

	if (mount("overlay", "merged", "overlay", 0, options))
		return format("the kernel does not mount it: %m");
	/* To a hand-made upper its own numbers are news: they agree at second sight. */
	char *text = told_by(list_plainly);
	umount("merged");
	drop_whiteouts(text);
	return text;
}

char *area_fault_quick(void)
{
	for (int i = 0; i < SACRED; i++) {
		char *now = listing(sacred[i], LIST_EXACT | LIST_XATTRS);

		char *difference = first_difference(sacred_before[i], now);
		free(sacred_before[i]);
		sacred_before[i] = now;
		if (difference)
			return format("%s changed: %s", sacred[i], difference);
	}
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
