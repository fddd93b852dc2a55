/*
 * storm_signals ROUNDS [RESTART]: a timer's handler uses the tree while the program is in the
 * middle of its own calls. The directory holds common/s0 … s49, low0 … low15 with a file "f" each
 * and big0 … big7 of a million bytes, the last of which is a "z". Prints what was not as it must
 * be.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storm.h"

enum { BIG = 1000000 };

static volatile sig_atomic_t beats;

static void start_program(void)
{
	int status;
	pid_t pid = vfork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", "test -f common/s1", NULL);
		_exit(1);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	must(status == 0, "handler: a program");
}

static void beat(int sig)
{
	int saved = errno;
	struct stat st;
	(void)sig;
	int fd = open("beat", O_CREAT | O_WRONLY | O_TRUNC, 0644);
	must(fd >= 0 && close(fd) == 0 && stat("beat", &st) == 0, "handler: create");
	must(rename("beat", "beaten") == 0 && unlink("beaten") == 0, "handler: rename, unlink");
	must(mkdir("beat.d", 0755) == 0 && rmdir("beat.d") == 0, "handler: mkdir, rmdir");
	fd = open("common/s3", O_WRONLY | O_APPEND);
	must(fd >= 0 && close(fd) == 0, "handler: copy-up");
	if (++beats % 50 == 0)
		start_program();
	errno = saved;
}

static void open_files(int round)
{
	char path[32], last;
	struct stat st;
	sprintf(path, "common/s%d", round % 50);
	int fd = open(path, O_WRONLY | O_APPEND);
	must(fd >= 0 && write(fd, "x", 1) == 1, "append");
	close(fd);
	sprintf(path, "big%d", round % 8);
	fd = open(path, O_RDWR);
	must(fd >= 0 && fstat(fd, &st) == 0 && st.st_size == BIG, "copy-up");
	must(pread(fd, &last, 1, BIG - 1) == 1 && last == 'z', "the whole of it");
	close(fd);
}

static void use_directories(int round)
{
	char path[32], other[32], here[4096];
	int entries = 0;
	sprintf(path, "low%d", round % 16);
	sprintf(other, "away%d", round % 16);
	must(rename(path, other) == 0 && rename(other, path) == 0, "rename");
	DIR *dir = opendir("common");
	while (dir && readdir(dir))
		entries++;
	must(dir && closedir(dir) == 0 && entries == 52, "list");
	must(mkdir("made", 0755) == 0 && rmdir("made") == 0, "mkdir, rmdir");
	must(getcwd(here, sizeof here) && strstr(here, "merged"), "getcwd");
}

int main(int argc, char **argv)
{
	const struct itimerval fast = {{0, 4000}, {0, 4000}}, off = {0};
	struct sigaction action = {.sa_handler = beat, .sa_flags = argc > 2 ? SA_RESTART : 0};
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &fast, NULL);
	for (int round = 0; round < (argc > 1 ? atoi(argv[1]) : 0) || beats < 60; round++) {
		open_files(round);
		use_directories(round);
	}
	setitimer(ITIMER_REAL, &off, NULL);
	printf("%d wrong\n", wrong);
	return wrong != 0;
}
