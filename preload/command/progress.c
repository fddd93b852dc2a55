/* Progress, drawn by a timer: whoever works only counts. */
#include "progress.h"
#include "overlain/sys.h"
#include "overlain/text.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static struct {
	const char *what;
	const char *volatile file;
	volatile int process;
	volatile uint64_t done;
	uint64_t total;
	struct timespec start;
	volatile sig_atomic_t drawn;
} at;

static void add_bytes(struct text *t, uint64_t bytes)
{
	static const char *const units[] = {" B", " kB", " MB", " GB", " TB", " PB"};
	unsigned unit = 0;
	uint64_t tenths = bytes * 10;
	for (; tenths >= 10000 && unit < 5; unit++)
		tenths /= 1000;
	text_add_number(t, tenths / 10);
	if (unit > 0) {
		text_add(t, ".");
		text_add_number(t, tenths % 10);
	}
	text_add(t, units[unit]);
}

static uint64_t in_file(const char *path)
{
	struct stat st;
	return path && sys_lstat(path, &st) == 0 ? (uint64_t)st.st_blocks * 512 : 0;
}

/* The number behind "wchar: " in /proc/PID/io. */
static uint64_t written_by(int pid)
{
	char path[32], text[512];
	struct text t;
	text_init(&t, path, sizeof path);
	text_add(&t, "/proc/");
	text_add_number(&t, (uint64_t)pid);
	text_add(&t, "/io");
	CLOSE_SCOPED int fd = pid > 0 ? sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0) : -1;
	ssize_t size = fd >= 0 ? sys_read(fd, text, sizeof text - 1) : 0;
	uint64_t number = 0;
	text[size > 0 ? size : 0] = '\0';
	const char *digits = strstr(text, "wchar: ");
	for (digits = digits ? digits + 7 : ""; *digits >= '0' && *digits <= '9'; digits++)
		number = number * 10 + (uint64_t)(*digits - '0');
	return number;
}

/* A signal handler: everything here is async-signal-safe. */
static void draw(int signal)
{
	char line[160];
	struct text t;
	struct timespec now;
	(void)signal;
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t milliseconds = (uint64_t)((now.tv_sec - at.start.tv_sec) * 1000 +
					   (now.tv_nsec - at.start.tv_nsec) / 1000000);
	uint64_t done = at.done + in_file(at.file) + written_by(at.process);
	uint64_t rate = milliseconds ? done * 1000 / milliseconds : 0;
	text_init(&t, line, sizeof line);
	text_add(&t, "\roverlain: ");
	text_add(&t, at.what);
	text_add(&t, " ");
	add_bytes(&t, done);
	text_add(&t, " of ");
	add_bytes(&t, at.total);
	text_add(&t, ", ");
	add_bytes(&t, rate);
	text_add(&t, "/s");
	if (rate > 0 && done < at.total) {
		text_add(&t, ", ");
		text_add_number(&t, (at.total - done) / rate + 1);
		text_add(&t, " s left");
	}
	text_add(&t, "\033[K");
	sys_write(STDERR_FILENO, line, text_length(&t));
	at.drawn = 1;
}

void progress_begin(const char *what, uint64_t total)
{
	const struct itimerval timer = {{0, 500000}, {1, 0}};
	struct sigaction action = {.sa_handler = draw, .sa_flags = SA_RESTART};
	if (!isatty(STDERR_FILENO))
		return;
	at.what = what;
	at.total = total;
	at.done = 0;
	at.drawn = 0;
	clock_gettime(CLOCK_MONOTONIC, &at.start);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

void progress_add(uint64_t bytes)
{
	at.done += bytes;
}

void progress_watch(const char *path)
{
	at.file = path;
}

void progress_watch_process(int pid)
{
	at.process = pid;
}

void progress_end(void)
{
	const struct itimerval none = {{0, 0}, {0, 0}};
	if (!at.what)
		return;
	setitimer(ITIMER_REAL, &none, NULL);
	at.what = NULL;
	at.file = NULL;
	at.process = 0;
	if (at.drawn)
		sys_write(STDERR_FILENO, "\r\033[K", 4);
}
