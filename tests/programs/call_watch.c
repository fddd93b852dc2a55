/* call_watch: what inotify tells of directories and files below `merged`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOWHERE ((const char *)16)

static int watcher;

/* Which names have come up, whatever happened to them on the way. */
static void show_names(const char *what)
{
	char buffer[8192] __attribute__((aligned(8)));
	ssize_t size = read(watcher, buffer, sizeof buffer);
	const char *last = "";

	printf("%s:", what);
	for (ssize_t at = 0; at < size;) {
		const struct inotify_event *event = (const void *)(buffer + at);

		if (event->len && strcmp(event->name, last) != 0)
			printf(" %s", last = event->name);
		at += (ssize_t)(sizeof *event + event->len);
	}
	puts("");
}

static void make(const char *path)
{
	close(open(path, O_CREAT | O_WRONLY, 0600));
}

static void try(const char *path, unsigned mask)
{
	int watch = inotify_add_watch(watcher, path, mask);

	printf("watch %s %x: %s\n", path == NOWHERE ? "(nowhere)" : path, mask,
	       watch < 0 ? strerrorname_np(errno) : "done");
	if (watch >= 0)
		inotify_rm_watch(watcher, watch);
}

static void watch_directory(const char *path)
{
	char name[128];
	int watch = inotify_add_watch(watcher, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);

	printf("same again %d\n",
	       watch == inotify_add_watch(watcher, path, IN_CREATE | IN_MOVED_TO));
	snprintf(name, sizeof name, "%s/by-us", path);
	make(name);
	show_names(path);
	fflush(stdout);
	if (fork() == 0) {
		snprintf(name, sizeof name, "%s/by-a-child", path);
		make(name);
		snprintf(name, sizeof name, "%s/directory", path);
		mkdir(name, 0700);
		snprintf(name, sizeof name, "%s/moved", path);
		make("merged/src/fresh");
		rename("merged/src/fresh", name);
		_exit(0);
	}
	wait(NULL);
	show_names(path);
	inotify_rm_watch(watcher, watch);
	show_names(path);
}

static void watch_file(const char *path)
{
	int watch = inotify_add_watch(watcher, path, IN_MODIFY);
	int fd = open(path, O_WRONLY | O_APPEND);
	struct inotify_event event;

	write(fd, "x", 1);
	close(fd);
	printf("%s: modified %d\n", path,
	       read(watcher, &event, sizeof event) == sizeof event && event.mask == IN_MODIFY);
	inotify_rm_watch(watcher, watch);
	read(watcher, &event, sizeof event);
}

static void mark(const char *path)
{
	int group = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY);

	if (group < 0)
		return;
	printf("mark %s: %s\n", path,
	       fanotify_mark(group, FAN_MARK_ADD, FAN_MODIFY, AT_FDCWD, path) < 0
		       ? strerrorname_np(errno)
		       : "done");
	close(group);
}

int main(void)
{
	watcher = inotify_init1(IN_NONBLOCK);
	watch_directory("merged");
	watch_directory("merged/docs");
	watch_directory("merged/docs/deep/er");
	watch_directory("merged/dirlink/deep");
	watch_directory("merged/new");
	watch_directory("merged/hidden");
	watch_file("merged/new/file");
	watch_file("merged/docs/both.txt");
	try("merged/nope", IN_CREATE);
	try("merged/old/gone", IN_CREATE);
	try("merged/README", IN_ONLYDIR | IN_CREATE);
	try("merged/rel", IN_DONT_FOLLOW | IN_ATTRIB);
	try("merged/dangling", IN_ATTRIB);
	try("merged/README", 0);
	try("", IN_CREATE);
	try(NOWHERE, IN_CREATE);
	mark("merged/nope");
	mark("merged/old/gone");
	return 0;
}
