/* What an operation costs once its directory is known, in system calls: exact, on every machine. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(budgets, .init = scratch_make, .fini = scratch_remove, .timeout = 120);

#define DEEP "1/2/3/4/5/6/7/8/9"

static void expect_cost(const char *const *settings, const char *operation, const char *path,
			long tenths)
{
	long measured = calls_of(settings, operation, path);

	cr_expect(measured <= tenths, "%s %s: %ld.%ld system calls, at most %ld.%ld are allowed",
		  operation, path, measured / 10, measured % 10, tenths / 10, tenths % 10);
}

/* The area's lowers, the lowest COUNT of them: "lowN:…:low499". */
enum { LOWERS = 500 };
static const struct layers *lowest(int count)
{
	static struct layers layers = {NULL, "up", "work"};
	char *list = format("low%d", LOWERS - count);

	for (int i = LOWERS - count + 1; i < LOWERS; i++)
		list = format("%s:low%d", list, i);
	layers.lowerdir = list;
	return &layers;
}

/* What is looked for lies in the lowest layer and, below another directory, in the upper. */
static char *new_area(int count)
{
	char *area = format("%s/area", scratch());
	const char *text = "file = x\nlink -> file\ndir/file = x\ndir/two = x\n" DEEP "/file = x\n"
			   "1/2/3/4/file = x\n";

	shell_text("/", format("mkdir -p %s/work %s/merged", area, area));
	for (int i = LOWERS - count; i < LOWERS - 1; i++)
		plant(format("%s/low%d", area, i), format("own%d = x", i), i % 8);
	plant(format("%s/low%d", area, LOWERS - 1), text, 0);
	plant(format("%s/up", area), "mine/file = x\nmine/sub/file = x", 9);
	plant(format("%s/plain", area), text, 0);
	return area;
}

static const struct row {
	const char *operation, *path; /* inside merged */
	int calls;
} existing[] = {
	{"stat", "file", 1},         {"lstat", "file", 1},
	{"stat", "1/2/3/4/file", 1}, {"stat", DEEP "/file", 1},
	{"stat", "mine/file", 1},    {"stat", "mine/sub/file", 1},
	{"stat", "dir", 1},          {"stat", DEEP, 1},
	{"access", "file", 1},       {"access", "1/2/3/4/file", 1},
	{"access", DEEP "/file", 1}, {"readlink", "link", 1},
	{"open", "file", 2},         {"open", "1/2/3/4/file", 2},
	{"open", DEEP "/file", 2},   {"open", "mine/file", 2},
	{"stat", "none", 0},         {"access", DEEP "/none", 0},
	{"open", "dir/none", 0},     {"readlink", "1/none", 0},
	{"stat", "none/none", 0},    {"stat", "mine/none", 0},
};

static void existing_with(int count)
{
	if (!can_trace())
		cr_skip_test();
	char *area = new_area(count);
	const char *const *settings = layers_settings(lowest(count), area);

	for (size_t i = 0; i < sizeof existing / sizeof *existing; i++) {
		const struct row *row = &existing[i];
		long extra = 0;

		/* close() of what could not be opened is the helper's own call. */
		if (strcmp(row->operation, "open") == 0 && row->calls == 0)
			extra = 10;
		expect_cost(settings, row->operation, format("%s/merged/%s", area, row->path),
			    row->calls * 10 + extra);
	}
}

Test(budgets, names_with_one_lower)
{
	existing_with(1);
}

Test(budgets, names_with_four_lowers)
{
	existing_with(4);
}

Test(budgets, names_with_sixteen_lowers)
{
	existing_with(16);
}

Test(budgets, names_with_sixty_four_lowers)
{
	existing_with(64);
}

Test(budgets, names_with_five_hundred_lowers)
{
	existing_with(500);
}

/* These cost what they cost in a plain directory. */
static const struct {
	const char *operation, *path;
	int more;
} as_bare[] = {
	{"create", "new", 0},          {"create", "dir/new", 0},     {"create", DEEP "/new", 0},
	{"mkdir", "new", 0},           {"mkdir", "dir/new", 0},      {"list", "dir", 0},
	{"fstatat", "dir", 0},         {"fstatat", ".", 0},          {"descriptor", "file", 0},
	{"descriptor", "dir/file", 0}, {"descriptor", "dir/new", 0},
};

Test(budgets, changes_and_descriptors)
{
	if (!can_trace())
		cr_skip_test();
	char *area = new_area(4);
	const char *const *settings = layers_settings(lowest(4), area);

	/* A listing first, while one layer alone has the directory. */
	expect_cost(settings, "list", format("%s/merged/dir", area),
		    calls_of(NULL, "list", format("%s/plain/dir", area)));
	for (size_t i = 0; i < sizeof as_bare / sizeof *as_bare; i++) {
		const char *path = as_bare[i].path;
		long bare = calls_of(NULL, as_bare[i].operation, format("%s/plain/%s", area, path));

		if (strcmp(as_bare[i].operation, "list") != 0)
			expect_cost(settings, as_bare[i].operation,
				    format("%s/merged/%s", area, path),
				    bare + as_bare[i].more * 10);
	}
}

/* A name that is not there may be a link that leads into merged: one look, but below /etc and its
 * like. */
static const struct {
	const char *operation, *path;
	int more;
} outside[] = {
	{"stat", "/etc/passwd", 0},   {"lstat", "/etc/passwd", 0}, {"access", "/etc/passwd", 0},
	{"open", "/etc/passwd", 0},   {"list", "/etc", 0},         {"fstatat", "/etc", 0},
	{"stat", "/etc/none", 0},     {"open", "/usr/none", 0},    {"stat", "/nowhere/none", 1},
	{"open", "/nowhere/none", 1},
};

Test(budgets, outside)
{
	if (!can_trace())
		cr_skip_test();
	char *area = new_area(4);
	const char *const *settings = layers_settings(lowest(4), area);

	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
		expect_cost(settings, outside[i].operation, outside[i].path,
			    calls_of(NULL, outside[i].operation, outside[i].path) +
				    outside[i].more * 10);
}

/*
 * A child of a process that has read the configuration, beside one with a library that does
 * nothing: ten for its own start, and before the exec a look at whether the program can be covered.
 */
enum { OWN_START = 10, LOOK_BEFORE_EXEC = 5 };

Test(budgets, start_of_a_process)
{
	static const char *const idle[] = {"LD_PRELOAD=" BUILD_DIR "/tests/idle.so", NULL};

	if (!can_trace())
		cr_skip_test();
	char *area = new_area(4);
	const char *const *settings = layers_settings(lowest(4), area);

	expect_cost(settings, "start", "/",
		    calls_of(idle, "start", "/") + (OWN_START + LOOK_BEFORE_EXEC) * 10);
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
	long measured = calls_of_script(layers_settings(lowest(4), new_area(4)), SPAWNING);

	cr_expect(measured <= bare + 500, "%ld system calls, bare %ld", measured, bare);
}
