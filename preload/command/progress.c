/* Progress, drawn by a timer: whoever works only counts. */
#include "progress.h"
#include "overlain/meter.h"
#include "overlain/sys.h"
#include "overlain/text.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>

static struct {
	struct meter meter;
	const char *volatile file;
	volatile int process;
	volatile uint64_t done;
} at;

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
	(void)signal;
	meter_show(&at.meter, at.done + in_file(at.file) + written_by(at.process));
}

static void set_timer(long microseconds)
{
	const struct itimerval timer = {{0, microseconds}, {0, microseconds}};
	setitimer(ITIMER_REAL, &timer, NULL);
}

void progress_begin(const char *what, uint64_t total)
{
	struct sigaction action = {.sa_handler = draw, .sa_flags = SA_RESTART};
	at.done = 0;
	meter_begin(&at.meter, what, total);
	sigaction(SIGALRM, &action, NULL);
	if (at.meter.what)
		set_timer(500000);
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
	set_timer(0);
	meter_end(&at.meter);
	at.file = NULL;
	at.process = 0;
}
