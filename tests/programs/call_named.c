/*
 * call_named: files that libc opens by a name it is told, and calls of the system's administrator.
 * `call_named refused` makes those where they would succeed in a layer.
 */
#include <errno.h>
#include <fcntl.h>
#include <libintl.h>
#include <nl_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acct.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmpx.h>

static void told(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
}

static void use_catalogues(void)
{
	nl_catd catalogue = catopen("merged/words.cat", 0);

	printf("catopen: %s\n", catgets(catalogue, 1, 1, "none"));
	catclose(catalogue);
	told("catopen nope", catopen("merged/nope.cat", 0) == (nl_catd)-1 ? -1 : 0);
	bindtextdomain("house", "merged/docs");
	bindtextdomain("house", "merged/nope");
	printf("gettext: %s\n", dgettext("house", "untranslated"));
}

static struct utmpx entry(const char *user)
{
	struct utmpx e = {.ut_type = USER_PROCESS, .ut_pid = 1, .ut_id = "ab", .ut_line = "tty"};

	strcpy(e.ut_user, user);
	return e;
}

static void show_entries(const char *path)
{
	struct utmpx *e;

	printf("%s %d:", path, utmpxname(path));
	setutxent();
	while ((e = getutxent()))
		printf(" %s", e->ut_user);
	endutxent();
	puts("");
}

static void keep_records(void)
{
	struct utmpx first = entry("first"), second = entry("second");

	show_entries("merged/records");
	utmpxname("merged/records");
	setutxent();
	told("pututxline", pututxline(&first) ? 0 : -1);
	endutxent();
	show_entries("merged/records");
	updwtmpx("merged/log", &second);
	show_entries("merged/log");
	show_entries("merged/nope");
	updwtmpx("merged/nope", &second);
}

/* A key stays what it is when the file is copied up. */
static void make_keys(void)
{
	key_t before = ftok("merged/README", 'a');
	int fd = open("merged/README", O_WRONLY | O_APPEND);

	write(fd, "more", 4);
	close(fd);
	printf("ftok: same %d, other %d\n", before == ftok("merged/README", 'a'),
	       before != ftok("merged/README", 'b'));
	told("ftok", ftok("merged/nope", 'a'));
}

/* Nobody has a file system or a root there. */
static void administer(const char *path)
{
	unsigned long long attributes[4] = {1}; /* MOUNT_ATTR_RDONLY */
	struct dqblk quota;

	printf("-- %s\n", path);
	told("chroot", chroot(path));
	told("pivot_root", syscall(SYS_pivot_root, path, path));
	told("umount", umount(path));
	told("umount2", umount2(path, UMOUNT_NOFOLLOW));
	told("mount", mount("none", path, "tmpfs", 0, NULL));
	told("mount MS_BIND", mount(path, "/", NULL, MS_BIND, NULL));
	told("swapon", swapon(path, 0));
	told("swapoff", swapoff(path));
	told("acct", acct(path));
	told("quotactl", quotactl(QCMD(Q_GETQUOTA, USRQUOTA), path, 0, (caddr_t)&quota));
#ifdef SYS_open_tree
	told("open_tree", syscall(SYS_open_tree, AT_FDCWD, path, 0));
	told("move_mount", syscall(SYS_move_mount, AT_FDCWD, path, AT_FDCWD, path, 0));
	told("fspick", syscall(SYS_fspick, AT_FDCWD, path, 0));
	told("mount_setattr",
	     syscall(SYS_mount_setattr, AT_FDCWD, path, 0, attributes, sizeof attributes));
#endif
}

static void name_by_handle(void)
{
	struct {
		struct file_handle head;
		unsigned char body[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount;

	told("name_to_handle_at",
	     name_to_handle_at(AT_FDCWD, "merged/nope", &handle.head, &mount, 0));
	told("name_to_handle_at",
	     name_to_handle_at(AT_FDCWD, "merged/old/gone", &handle.head, &mount, 0));
	told("name_to_handle_at", name_to_handle_at(AT_FDCWD, "merged/dangling", &handle.head,
						    &mount, AT_SYMLINK_FOLLOW));
	told("name_to_handle_at", name_to_handle_at(AT_FDCWD, "", &handle.head, &mount, 0));
	told("name_to_handle_at",
	     name_to_handle_at(AT_FDCWD, "merged/README", &handle.head, &mount, 0x40));
	told("open_by_handle_at", open_by_handle_at(-1, &handle.head, O_RDONLY));
}

/* The child is no longer in the directory its parent was in. */
static void go_into_background(void)
{
	char line[16] = "";
	int ends[2];

	chdir("merged/docs");
	pipe(ends);
	fflush(stdout);
	if (fork() == 0) {
		char here[4096];
		int result = daemon(0, 0);

		dprintf(ends[1], "%d %s %d", result, getcwd(here, sizeof here),
			access("tmp", F_OK) == 0);
		_exit(0);
	}
	close(ends[1]);
	wait(NULL);
	ssize_t size = read(ends[0], line, sizeof line - 1);

	printf("daemon: %.*s\n", (int)size, line);
	chdir("../..");
}

/* The handle of a lower's file opens what merged has of it, and for writing no lower's file. */
static void open_by_handle(void)
{
	struct {
		struct file_handle head;
		unsigned char body[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount, root = open("merged", O_RDONLY);
	char data[32] = "";

	told("merged has none",
	     name_to_handle_at(AT_FDCWD, "merged/README", &handle.head, &mount, 0));
	told("name_to_handle_at",
	     name_to_handle_at(AT_FDCWD, "low/README", &handle.head, &mount, 0));
	int fd = open_by_handle_at(root, &handle.head, O_RDWR);

	if (fd < 0 && errno == EPERM) {
		puts("not permitted here");
		return;
	}
	printf("%d\n", (int)write(fd, "WROTE", 5));
	close(fd);
	fd = open("merged/README", O_RDONLY);
	printf("%d %.5s\n", (int)read(fd, data, sizeof data - 1), data);
	close(fd);
	close(root);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "refused") == 0) {
		administer("merged/docs");
		open_by_handle();
		return 0;
	}
	use_catalogues();
	keep_records();
	make_keys();
	administer("merged/nope");
	administer("merged/old/gone");
	name_by_handle();
	go_into_background();
	return 0;
}
