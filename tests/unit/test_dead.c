/* What a process leaves when it is killed in the middle is taken up by the next one. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../preload/overlay/pair.h"
#include "rooms.h"
#include "support/expect.h"

TestSuite(dead, .init = rooms_make, .fini = rooms_remove);

static const struct overlay *usual(void)
{
	return OPEN(.lower = {"f = 1\nw = 1"}, .upper = "w whiteout");
}

/* A process that has begun something and waits to be killed; it holds what it holds. */
static pid_t begun(void (*begin)(const struct overlay *ov), const struct overlay *ov)
{
	int ends[2];
	char byte;

	cr_assert_eq(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		begin(ov);
		if (write(ends[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	cr_assert_eq(read(ends[0], &byte, 1), 1);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int half_made(void)
{
	int count = 0;
	DIR *dir = opendir("wk/work");

	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] == '#';
	closedir(dir);
	return count;
}

static void begin_copy(const struct overlay *ov)
{
	static struct stage s;

	stage_begin(ov, &s);
	sys_mkdir(s.path, 0700);
}

Test(dead, what_lives_is_left_alone)
{
	pid_t pid = begun(begin_copy, usual());

	rooms_again();
	cr_expect_eq(half_made(), 1, "its maker is at it still");
	end(pid);
	rooms_again();
	cr_expect_eq(half_made(), 0, "its maker is gone");
}

static void begin_birth(const struct overlay *ov)
{
	static struct birth b;
	struct node n;
	struct path *p = rooms_path("w");

	overlay_lookup(ov, p, &n);
	overlay_birth_begin(&b, ov, p, &n, DT_DIR);
	sys_mkdirat(b.dirfd, b.path, 0700);
}

Test(dead, turns_end_with_their_holder)
{
	const struct overlay *ov = usual();
	pid_t pid = begun(begin_birth, ov);
	struct turn turn;

	rooms_again();
	cr_expect_eq(half_made(), 1, "its maker is at it still");
	cr_expect_not(turn_try(ov, &turn), "and has the turn");
	end(pid);
	cr_expect(turn_try(ov, &turn), "nobody has it");
	turn_give(&turn);
	EXPECT(make_dir(ov, "w"), "");
	rooms_again();
	cr_expect_eq(half_made(), 0, "its maker is gone");
}

static void begin_nothing(const struct overlay *ov)
{
	(void)ov;
}

/* A child inherits what a thread of its parent held, and lives on. */
Test(dead, what_was_forked_meanwhile_holds_nothing)
{
	const struct overlay *ov = usual();
	struct flock all = {.l_type = F_WRLCK};
	struct turn turn;
	struct stage s;

	stage_begin(ov, &s);
	stage_arrives(&s);
	turn_take(ov, &turn);
	overlay_forks();
	pid_t pid = begun(begin_nothing, ov);
	turn_give(&turn);
	stage_end(&s);
	int fd = shared_file(ov);
	cr_expect_eq(fcntl(fd, F_OFD_SETLK, &all), 0, "something is locked still");
	close(fd);
	end(pid);
}

static const struct overlay *held_in;
static pthread_barrier_t is_held;

static void *hold(void *none)
{
	static struct stage s;
	static struct turn turn;

	stage_begin(held_in, &s);
	stage_arrives(&s);
	turn_take(held_in, &turn);
	pthread_barrier_wait(&is_held);
	pause();
	return none;
}

static int child_lives[2], child_may_go[2];

static void hold_and_fork(const struct overlay *ov)
{
	char byte;
	pthread_t thread;

	held_in = ov;
	pthread_barrier_init(&is_held, NULL, 2);
	pthread_create(&thread, NULL, hold, NULL);
	pthread_barrier_wait(&is_held);
	overlay_forks();
	if (fork() == 0) {
		overlay_forked();
		close(child_may_go[1]);
		if (write(child_lives[1], "", 1) == 1)
			_exit(read(child_may_go[0], &byte, 1) != 0);
	}
	if (read(child_lives[0], &byte, 1) != 1)
		_exit(1);
}

/* It is killed, and the child that one of its threads has forked while another held something is
 * not. */
Test(dead, its_children_hold_nothing)
{
	const struct overlay *ov = usual();
	struct flock all = {.l_type = F_WRLCK};

	cr_assert_eq(pipe(child_lives) + pipe(child_may_go), 0);
	end(begun(hold_and_fork, ov));
	int fd = shared_file(ov);
	cr_expect_eq(fcntl(fd, F_OFD_SETLK, &all), 0, "something is locked still");
	close(fd);
	close(child_may_go[1]);
}

static void begin_change(const struct overlay *ov)
{
	change_begin(ov, rooms_path("f"), true);
}

Test(dead, counters_that_stay_behind_are_set_right)
{
	const struct overlay *ov = usual();
	struct node n;

	end(begun(begin_change, ov));
	EXPECT(overlay_lookup(ov, rooms_path("f"), &n), "");
	cr_expect_not(overlay_recall(ov, rooms_path("f"), &n), "it is not trusted yet");
	for (int tries = 0; tries < 4; tries++) {
		for (int i = 0; i < SUSPECTS; i++)
			ov->shared->suspects[i].since -= 60;
		EXPECT(overlay_lookup(ov, rooms_path("f"), &n), "");
	}
	cr_expect(overlay_recall(ov, rooms_path("f"), &n), "it is again");
}

Test(dead, a_change_that_only_slept_is_told_of)
{
	const struct overlay *ov = usual();
	struct node n;
	struct path *f = rooms_path("f");
	struct change slow = change_begin(ov, f, true);

	for (int i = 0; i < 5; i++) {
		EXPECT(overlay_lookup(ov, f, &n), "");
		for (int s = 0; s < SUSPECTS; s++)
			ov->shared->suspects[s].since -= 60;
	}
	cr_expect(overlay_recall(ov, f, &n), "nobody waits for it");
	change_end(&slow);
	cr_expect_not(overlay_recall(ov, f, &n), "its end counts all the same");
	EXPECT(overlay_lookup(ov, f, &n), "");
	cr_expect(overlay_recall(ov, f, &n), "and all is well again");
}
