/*
 * What operations cost in system calls: exact, on every machine. A row allows so many calls beyond
 * those of a bare directory, of an operation whose directory is known, and of the first one of a
 * process; programs/budget_calls.c makes them.
 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/calls_mark.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(budgets, .init = scratch_make, .fini = scratch_remove, .timeout = 120);

#define DEEP "1/2/3/4/5/6/7/8/9"

/* The area's lowers, the lowest COUNT of them: "lowN:…:low499", with an upper of their own. */
enum { LOWERS = 500 };
static const struct layers *lowest(int count)
{
	static struct layers layers;
	char *list = format("low%d", LOWERS - count);

	for (int i = LOWERS - count + 1; i < LOWERS; i++)
		list = format("%s:low%d", list, i);
	layers = (struct layers){list, format("up%d", count), format("work%d", count)};
	return &layers;
}

/* So many lower files as a numbered operation needs, at NAME0, NAME1 … */
static char *numbered(const char *name)
{
	char *text = format("%s", "");

	for (int i = 0; i < CALLS_UNTIL_KNOWN + CALLS_MEASURED; i++)
		text = format("%s%s%d = x\n", text, name, i);
	return text;
}

#define UPPER "mine/file = x\nmine/sub/file = x\nwide/new = x"

/* With so many lowers, what the upper begins with. */
static void plant_upper(const char *area, int lowers)
{
	shell_text(area, format("mkdir work%d", lowers));
	plant(format("%s/up%d", area, lowers), UPPER, 9);
}

/*
 * What is looked for lies in the lowest layer, in the upper, and in a directory that every layer
 * has.
 */
static const char *new_area(void)
{
	const char *area = format("%s/area", scratch());
	const char *text =
		format("file = x\nlink -> file\ndir/file = x\ndir/two = x\n"
		       "wide/file = x\nwide/deep/file = x\n" DEEP "/file = x\n" DEEP
		       "/link -> file\n1/2/3/4/file = x\n1/2/3/4/link -> file\n%s%s%s%s%s",
		       numbered("top"), numbered("copy/f"), numbered("removed/f"),
		       numbered(DEEP "/copy"), numbered(DEEP "/removed"));

	shell_text("/", format("mkdir -p %s/merged", area));
	for (int i = 0; i < LOWERS - 1; i++)
		plant(format("%s/low%d", area, i),
		      format("own%d = x\nwide/own%d = x\nwide/deep/own%d = x", i, i, i), i % 8);
	plant(format("%s/low%d", area, LOWERS - 1), text, 0);
	plant(format("%s/plain", area), text, 0);
	plant_over(format("%s/plain", area), UPPER, 9);
	return area;
}

/*
 * More than bare. A first look costs one call for each layer that may have the name, and where a
 * lower has it another for each layer above, in which a ".wh." file may hide it; a directory that
 * several layers have two more for each, its marks; and so for each directory on the way that is
 * not known yet.
 */
static const struct row {
	const char *operation, *path; /* inside merged */
	struct cost {
		int fixed, each; /* for each lower */
	} warm, cold;
} rows[] = {
	/* What is there, in the lowest layer, in all of them, in the upper. */
	{"stat", "file", {0, 0}, {1, 2}},
	{"stat", "1/2/3/4/file", {0, 0}, {5, 2}},
	{"stat", DEEP "/file", {0, 0}, {10, 2}},
	{"stat", "wide/file", {0, 0}, {2, 5}},
	{"stat", "wide/deep/file", {0, 0}, {0, 8}},
	{"stat", "mine/file", {0, 0}, {7, 1}},
	{"stat", "mine/sub/file", {0, 0}, {10, 1}},
	{"stat", "dir", {0, 0}, {1, 2}},
	{"stat", "wide", {0, 0}, {1, 3}},
	{"stat", DEEP, {0, 0}, {9, 2}},
	{"lstat", "file", {0, 0}, {1, 2}},
	{"lstat", "1/2/3/4/link", {0, 0}, {5, 2}},
	{"lstat", DEEP "/link", {0, 0}, {10, 2}},
	{"access", "file", {0, 0}, {1, 2}},
	{"access", "1/2/3/4/file", {0, 0}, {5, 2}},
	{"access", DEEP "/file", {0, 0}, {10, 2}},
	{"readlink", "link", {0, 0}, {1, 2}},
	{"readlink", "1/2/3/4/link", {0, 0}, {5, 2}},
	{"readlink", DEEP "/link", {0, 0}, {10, 2}},
	{"open", "file", {0, 0}, {2, 2}},
	{"open", "1/2/3/4/file", {0, 0}, {6, 2}},
	{"open", DEEP "/file", {0, 0}, {11, 2}},
	{"open", "wide/file", {0, 0}, {3, 5}},
	{"open", "mine/file", {0, 0}, {8, 1}},
	{"open to write", "mine/file", {0, 0}, {8, 1}},
	{"append", "mine/sub/file", {0, 0}, {11, 1}},
	/* Each time another name of a directory that is known: where it lies, and in the upper. */
	{"first", "top", {1, 0}, {1, 2}},
	{"first", "copy/f", {0, 0}, {2, 2}},
	/* What is not there. */
	{"stat", "none", {-1, 0}, {0, 1}},
	{"stat", "1/2/3/4/none", {-1, 0}, {4, 2}},
	{"lstat", "dir/none", {-1, 0}, {1, 2}},
	{"access", DEEP "/none", {-1, 0}, {9, 2}},
	{"open", "dir/none", {-1, 0}, {1, 2}},
	{"readlink", "1/none", {-1, 0}, {1, 2}},
	{"stat", "none/none", {-1, 0}, {0, 1}},
	{"stat", "mine/none", {-1, 0}, {6, 1}},
	{"stat", "wide/none", {-1, 0}, {1, 4}},
	/* From where the program stands, or has a directory open. */
	{"fstatat", ".", {0, 0}, {1, 2}},
	{"fstatat", "1/2/3/4", {0, 0}, {0, 0}},
	{"fstatat", DEEP, {0, 0}, {0, 0}},
	{"fstatat", "wide", {0, 0}, {1, 2}},
	{"openat", DEEP, {0, 0}, {1, 0}},
	{"relative", ".", {0, 0}, {1, 2}},
	{"relative", "1/2/3/4", {0, 0}, {0, 0}},
	{"relative", DEEP, {0, 0}, {0, 0}},
	{"relative", "wide", {0, 0}, {1, 2}},
	{"chdir", "dir", {0, 0}, {1, 2}},
	{"chdir", DEEP, {0, 0}, {9, 2}},
	/* A snapshot of all parts is made each time. */
	{"list", "dir", {0, 0}, {2, 2}},
	{"list", "wide", {9, 4}, {9, 7}},
	/* Open files: reads, writes, seeks, mappings, attributes, further descriptors. */
	{"descriptor", "file", {0, 0}, {0, 0}},
	{"descriptor", "mine/file", {0, 0}, {0, 0}},
	{"descriptor", "mine/new", {0, 0}, {0, 0}},
	/*
	 * Changes; "cold" has the copy-up of the directories on the way, and two for the directory
	 * that a name lies in, which is opened for it; for the second change in it five, and it
	 * stays.
	 */
	{"create", "new", {0, 0}, {2, 1}},
	{"create", "mine/fresh", {0, 0}, {10, 1}},
	{"create", "1/2/3/4/new", {0, 0}, {108, 3}},
	{"create", DEEP "/new", {0, 0}, {155, 3}},
	{"mkdir", "newdir", {0, 0}, {1, 1}},
	{"mkdir", DEEP "/newdir", {0, 0}, {45, 3}},
	{"rename", "mine/file", {4, 0}, {18, 1}},
	/* Each of these for another file, so with a first look at it. */
	{"copy-up", "copy/f", {33, 0}, {56, 2}},
	{"copy-up", DEEP "/copy", {33, 0}, {73, 3}},
	{"unlink", "removed/f", {1, 0}, {27, 2}},
	{"unlink", DEEP "/removed", {1, 0}, {40, 3}},
};
enum { ROWS = sizeof rows / sizeof *rows };

static struct calls *measure(const char *const *settings, const char *root)
{
	struct calls *calls = calloc(ROWS, sizeof *calls);

	for (int i = 0; i < ROWS; i++) {
		calls[i].operation = rows[i].operation;
		calls[i].path = rows[i].path;
	}
	calls_measure(calls, ROWS, settings, root);
	return calls;
}

static long tenths(struct cost cost, int lowers)
{
	return 10L * (cost.fixed + cost.each * lowers);
}

static void expect_within(const struct row *row, const char *when, long seen, long bare, long more)
{
	cr_log_info("%s %s, %s: %ld.%ld of %ld.%ld", row->operation, row->path, when, seen / 10,
		    seen % 10, (bare + more) / 10, (bare + more) % 10);
	cr_expect(seen <= bare + more,
		  "%s %s, %s: %ld.%ld system calls, bare %ld.%ld, %ld more are allowed",
		  row->operation, row->path, when, seen / 10, seen % 10, bare / 10, bare % 10,
		  more / 10);
}

static void costs_with(int lowers, const char *area, const struct calls *bare)
{
	const struct calls *seen =
		measure(layers_settings(lowest(lowers), area), format("%s/merged", area));

	for (int i = 0; i < ROWS; i++) {
		const char *with = format("with %d lowers", lowers);

		expect_within(&rows[i], format("known, %s", with), seen[i].warm, bare[i].warm,
			      tenths(rows[i].warm, lowers));
		expect_within(&rows[i], format("first, %s", with), seen[i].cold * 10,
			      bare[i].cold * 10, tenths(rows[i].cold, lowers));
	}
}

Test(budgets, with_any_number_of_lowers)
{
	static const int counts[] = {1, 4, 16, 64, LOWERS};

	if (!can_trace())
		cr_skip_test();
	const char *area = new_area();
	const struct calls *bare = measure(NULL, format("%s/plain", area));
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		plant_upper(area, counts[i]);
		costs_with(counts[i], area, bare);
	}
}

/* An overlay no call is made in. */
static const char *const *elsewhere(void)
{
	static const struct layers layers = {"low", "up", "work"};

	shell_text(scratch(), "mkdir -p low up work merged");
	return layers_settings(&layers, scratch());
}

/*
 * Outside merged: what the program asked for. A name that is not there may be a link that leads
 * into merged, which is looked at once, but below /etc and its like.
 */
static const struct {
	const char *operation, *path;
	int first; /* more the first time */
} outside[] = {
	{"stat", "/etc/passwd", 0},   {"lstat", "/etc/passwd", 0},
	{"access", "/etc/passwd", 0}, {"readlink", "/proc/self/exe", 0},
	{"open", "/etc/passwd", 0},   {"list", "/etc", 0},
	{"chdir", "/usr/bin", 0},     {"openat", "/proc/self", 0},
	{"stat", "/etc/none", 0},     {"open", "/usr/none", 0},
	{"stat", "/nowhere/none", 2}, {"open", "/nowhere/none", 2},
	{"realpath", "/usr/none", 0}, {"realpath", "/nowhere/none", 2},
	{"relative", "/etc", 2},      {"relative", "/", 2},
};
enum { OUTSIDE = sizeof outside / sizeof *outside };

Test(budgets, outside)
{
	struct calls bare[OUTSIDE], seen[OUTSIDE];

	if (!can_trace())
		cr_skip_test();
	for (int i = 0; i < OUTSIDE; i++)
		seen[i] = bare[i] =
			(struct calls){.operation = outside[i].operation, .path = outside[i].path};
	calls_measure(bare, OUTSIDE, NULL, "/");
	calls_measure(seen, OUTSIDE, elsewhere(), "/");
	for (int i = 0; i < OUTSIDE; i++) {
		const struct row row = {.operation = outside[i].operation, .path = outside[i].path};

		expect_within(&row, "known", seen[i].warm, bare[i].warm, 0);
		expect_within(&row, "first", seen[i].cold * 10, bare[i].cold * 10,
			      outside[i].first * 10);
	}
}

/*
 * A child of a process that has read the configuration, beside one with a library that does
 * nothing: none for its own start, and before the exec a look at whether the program can be
 * covered.
 */
enum { LOOK_BEFORE_EXEC = 5 };

Test(budgets, start_of_a_process)
{
	static const char *const idle[] = {"LD_PRELOAD=" BUILD_DIR "/tests/idle.so", NULL};
	const struct row row = {.operation = "start", .path = "/bin/true"};
	struct calls bare = {"start", "/bin/true", 0, 0}, seen = bare;

	if (!can_trace())
		cr_skip_test();
	calls_measure(&bare, 1, idle, "/");
	calls_measure(&seen, 1, elsewhere(), "/");
	expect_within(&row, "known", seen.warm, bare.warm, LOOK_BEFORE_EXEC * 10);
}

#define SPAWNING "python3 -c 'import subprocess; subprocess.run([\"true\"], close_fds=True)'"

static long calls_of_script(const char *const *settings, const char *script)
{
	const char *traced =
		format("strace -f -qq -e signal=none -o trace %s; wc -l <trace", script);
	struct outcome outcome = shell(scratch(), settings, traced);

	cr_assert(outcome.status == 0, "%s", outcome.err);
	return atol(outcome.out);
}

/* Of a million numbers a child may have open, few are. */
Test(budgets, a_child_that_closes_everything)
{
	if (!can_trace())
		cr_skip_test();
	long bare = calls_of_script(NULL, SPAWNING);
	long measured = calls_of_script(elsewhere(), SPAWNING);

	cr_expect(measured <= bare + 500, "%ld system calls, bare %ld", measured, bare);
}
