/* What programs do to a tree, one step each. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utmp.h>

#include "operations.h"

static int touch(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | flags, 0644);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : close(fd);
}

static int append(const struct operands *o)
{
	return touch(o->a, O_APPEND, "more");
}

/* By a call that does not say what became of it. */
static int log_in(const struct operands *o)
{
	const struct utmp entry = {.ut_type = USER_PROCESS};

	updwtmp(o->a, &entry);
	return 0;
}

/* Opens it for that, and does not. */
static int copy(const struct operands *o)
{
	return touch(o->a, O_APPEND, "");
}

static int empty(const struct operands *o)
{
	return touch(o->a, O_TRUNC, "");
}

static int create(const struct operands *o)
{
	return touch(o->a, O_CREAT | O_EXCL, "");
}

static int rename_in_vain(const struct operands *o)
{
	return rename(o->a, o->b) && errno == ENOTEMPTY ? 0 : -1;
}

static int step_out(const struct operands *o)
{
	(void)o;
	return chdir("..");
}

/* At the end of a link. */
static int create_through(const struct operands *o)
{
	return touch(o->a, O_CREAT, "");
}

static int change_mode(const struct operands *o)
{
	return chmod(o->a, 0700);
}

static int set_attribute(const struct operands *o)
{
	char list[256];

	return listxattr(o->a, list, sizeof list) < 0 ? -1
						      : setxattr(o->a, "user.key", "value", 5, 0);
}

/* A descriptor opened before the copy-up goes on with the copy. */
static int change_open(const struct operands *o)
{
	int fd = open(o->a, O_RDONLY);

	return fd < 0 || touch(o->a, O_APPEND, "") || fchmod(fd, 0700) ? -1 : close(fd);
}

static int do_unlink(const struct operands *o)
{
	return unlink(o->a);
}

static int do_symlink(const struct operands *o)
{
	return symlink("text", o->a);
}

static int make_fifo(const struct operands *o)
{
	return mkfifo(o->a, 0600);
}

static int make_socket(const struct operands *o)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(name.sun_path, o->a);
	return fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) ? -1 : close(fd);
}

static int do_link(const struct operands *o)
{
	return link(o->a, o->b);
}

static int make_dir(const struct operands *o)
{
	return mkdir(o->a, 0755);
}

static int remove_dir(const struct operands *o)
{
	return rmdir(o->a);
}

static int do_rename(const struct operands *o)
{
	return rename(o->a, o->b);
}

static int exchange(const struct operands *o)
{
	return renameat2(AT_FDCWD, o->a, AT_FDCWD, o->b, RENAME_EXCHANGE);
}

/* A file that has no name until it is whole. */
static int link_unnamed(const struct operands *o)
{
	int fd = open(".", O_TMPFILE | O_WRONLY, 0644);
	char name[32];

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return fd < 0 || linkat(AT_FDCWD, name, AT_FDCWD, o->a, AT_SYMLINK_FOLLOW) ? -1 : close(fd);
}

/* The same in another directory, and it stays without. */
static int open_unnamed(const struct operands *o)
{
	int fd = open(o->a, O_TMPFILE | O_WRONLY, 0644);

	return fd < 0 ? -1 : close(fd);
}

/* An access list that lets one more user read: see acl(5) and linux/posix_acl_xattr.h. */
static int set_list(const struct operands *o)
{
	struct entry {
		unsigned short tag, rights;
		unsigned id;
	};
	struct {
		unsigned version;
		struct entry at[5];
	} list = {2, {{1, 6, ~0u}, {2, 4, 7}, {4, 4, ~0u}, {16, 4, ~0u}, {32, 4, ~0u}}};

	return setxattr(o->a, "system.posix_acl_access", &list, sizeof list, 0);
}

static int remove_attribute(const struct operands *o)
{
	return removexattr(o->a, "user.key");
}

static int change_owner(const struct operands *o)
{
	return lchown(o->a, (uid_t)-1, getegid());
}

static int change_times(const struct operands *o)
{
	const struct timespec times[2] = {{1, 2}, {3, 4}};

	return utimensat(AT_FDCWD, o->a, times, 0);
}

static int cut(const struct operands *o)
{
	return truncate(o->a, 2);
}

static int watch(const struct operands *o)
{
	int fd = inotify_init();

	return fd < 0 || inotify_add_watch(fd, o->a, IN_CREATE) < 0 ? -1 : close(fd);
}

/* --- by a descriptor from before --- */

static int held;

static int hold(const struct operands *o)
{
	held = open(o->a, O_RDONLY);
	return held < 0 ? -1 : 0;
}

static int change_held(const struct operands *o)
{
	(void)o;
	return fchmod(held, 0700);
}

/* What is open on a directory that another process has moved since. */
static int hold_moved(const struct operands *o)
{
	return hold(o) || rename(o->a, o->b) ? -1 : 0;
}

static int create_below_held(const struct operands *o)
{
	int fd = openat(held, "n", O_CREAT | O_WRONLY | O_EXCL, 0644);

	(void)o;
	return fd < 0 ? -1 : close(fd);
}

/* Another process changes what this one has open: the descriptor follows at the next question. */
static int hold_changed(const struct operands *o)
{
	int status;
	char byte;

	if (hold(o) || read(held, &byte, 1) != 1)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(chmod(o->a, 0600) != 0);
	return waitpid(pid, &status, 0) < 0 || status ? -1 : 0;
}

static int read_held(const struct operands *o)
{
	struct stat st;
	char list[64];

	(void)o;
	return fstat(held, &st) || flistxattr(held, list, sizeof list) < 0 ? -1 : 0;
}

static int see_held(const struct operands *o)
{
	char name[32], buffer[256];

	(void)o;
	snprintf(name, sizeof name, "/proc/self/fd/%d", held);
	return readlink(name, buffer, sizeof buffer) < 0 ? -1 : 0;
}

/* Where it stands goes along, and what it has open there. */
static int stand_within(const struct operands *o)
{
	return chdir(o->a) || open(".", O_RDONLY | O_DIRECTORY) < 0 || open("a", O_RDONLY) < 0 ? -1
											       : 0;
}

static int rename_around(const struct operands *o)
{
	char from[64], to[64];

	snprintf(from, sizeof from, "../%s", o->a);
	snprintf(to, sizeof to, "../%s", o->b);
	return rename(from, to);
}

/* --- from a directory whose name nobody may follow any more --- */

static int stand_in_closed(const struct operands *o)
{
	return chmod(o->a, 0700) || chdir(o->a) || chdir(o->b) || chmod("..", 0) ? -1 : 0;
}

static int look_up(const struct operands *o)
{
	struct stat st;

	(void)o;
	return stat("..", &st);
}

static int create_here(const struct operands *o)
{
	struct stat st;

	(void)o;
	return stat("p", &st) || touch("n", O_CREAT | O_EXCL, "") ? -1 : 0;
}

/* --- sockets --- */

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	strcpy(name.sun_path, path);
	return name;
}

static int bind_far(const struct operands *o)
{
	struct sockaddr_un name = address_of(o->a);

	held = socket(AF_UNIX, SOCK_DGRAM, 0);
	return held < 0 || bind(held, (struct sockaddr *)&name, sizeof name);
}

static int send_far(const struct operands *o)
{
	struct sockaddr_un name = address_of(o->a);
	const struct sockaddr *to = (struct sockaddr *)&name;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	return fd < 0 || sendto(fd, "x", 1, 0, to, sizeof name) != 1 || connect(fd, to, sizeof name)
		       ? -1
		       : close(fd);
}

/* --- somebody watches how a copy comes on --- */

static int be_watched(const struct operands *o)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	char *end = terminal < 0 || unlockpt(terminal) ? NULL : ptsname(terminal);
	int fd = end ? open(end, O_RDWR | O_NOCTTY) : -1;

	(void)o;
	return fd < 0 || dup2(fd, 2) < 0 ? -1 : close(fd);
}

const struct verb verbs_changing[] = {
	{"append", append, NULL},
	{"log-in", log_in, NULL},
	{"copy", copy, NULL},
	{"append-watched", append, be_watched},
	{"empty", empty, NULL},
	{"create", create, NULL},
	{"create-outside", create, step_out},
	{"rename-refused", rename_in_vain, NULL},
	{"create-through", create_through, NULL},
	{"chmod", change_mode, NULL},
	{"chown", change_owner, NULL},
	{"utimes", change_times, NULL},
	{"truncate", cut, NULL},
	{"xattr", set_attribute, NULL},
	{"unset", remove_attribute, NULL},
	{"acl", set_list, NULL},
	{"open", change_open, NULL},
	{"unlink", do_unlink, NULL},
	{"symlink", do_symlink, NULL},
	{"mkfifo", make_fifo, NULL},
	{"socket", make_socket, NULL},
	{"link", do_link, NULL},
	{"mkdir", make_dir, NULL},
	{"rmdir", remove_dir, NULL},
	{"rename", do_rename, NULL},
	{"exchange", exchange, NULL},
	{"unnamed", link_unnamed, NULL},
	{"unnamed-in", open_unnamed, NULL},
	{"watch", watch, NULL},
	{"fchmod", change_held, hold},
	{"openat-moved", create_below_held, hold_moved},
	{"fstat-changed", read_held, hold_changed},
	{"proc-changed", see_held, hold_changed},
	{"rename-around", rename_around, stand_within},
	{"look-up-alone", look_up, stand_in_closed},
	{"create-alone", create_here, stand_in_closed},
	{"bind-far", bind_far, NULL},
	{"send-far", send_far, bind_far},
	{NULL, NULL, NULL},
};
