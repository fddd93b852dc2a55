/*
 * The overlay tutorial, command by command, against a written transcript and against the kernel's
 * own mount of the same directories.
 */
#include <string.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/listing.h"
#include "support/scratch.h"
#include "support/format.h"
#include "support/world.h"
#include "mount.h"
#include "vi.h"

TestSuite(walkthrough, .init = scratch_make, .fini = scratch_remove);

/* `ls -l` without what no two runs share: the owner, the date, a whiteout's link count. */
#define LS_L(what) "ls -l --time-style=+ " what " | awk '/^[^t]/ { print $1, $5, $6, $7 }'"

/* A command, typed in one union or outside all of them, and all that it must answer. */
struct step {
	const struct layers *layers;
	const char *command;
	const char *answer;
};

static const struct layers first = {"low", "upper", "work"};
static const struct layers box1 = {"image3:image2:image1", "box1", "box1.work"};
static const struct layers box2 = {"image3:image2:image1", "box2", "box2.work"};

static const struct step tutorial[] = {
	{NULL, "mkdir low upper work merged", ""},
	{NULL, VI "vi 'ihello from low\\033:wq\\n' low/1.txt", "vi ended with 0\n"},
	{NULL, VI "vi 'ihello from upper\\033:wq\\n' upper/2.txt", "vi ended with 0\n"},
	{&first, "ls merged", "1.txt\n2.txt\n"},
	{&first, "cat merged/1.txt merged/2.txt", "hello from low\nhello from upper\n"},
	{&first, MOUNT " | tail -1" UP_TO_WORKDIR,
	 "overlay on AREA/merged type overlay "
	 "(rw,relatime,lowerdir=AREA/low,upperdir=AREA/upper,workdir=AREA/work\n"},
	{&first, "echo more >> merged/1.txt", ""},
	{&first, "cat merged/1.txt", "hello from low\nmore\n"},
	{NULL, "cat low/1.txt", "hello from low\n"},
	{NULL, "cat upper/1.txt", "hello from low\nmore\n"},
	{NULL, LS_L("upper"), "-rw-r--r-- 20 1.txt \n-rw-r--r-- 17 2.txt \n"},
	{&first, "rm -rf merged/1.txt", ""},
	{&first, "ls merged", "2.txt\n"},
	{&first, "cat merged/1.txt", "cat: merged/1.txt: No such file or directory\n(1)\n"},
	{NULL, LS_L("upper"), "c--------- 0, 0 1.txt\n-rw-r--r-- 17 2.txt \n"},
	{&first, LS_L("upper"), "c--------- 0, 0 1.txt\n-rw-r--r-- 17 2.txt \n"},
	{NULL, "cat low/1.txt", "hello from low\n"},
	{&first, "tree merged", "merged\n`-- 2.txt\n\n1 directory, 1 file\n"},
	{NULL, "rm upper/1.txt", ""},
	{&first, "ls merged", "1.txt\n2.txt\n"},
	{&first, "cat merged/1.txt", "hello from low\n"},
	{NULL, "echo both, from upper > upper/1.txt", ""},
	{&first, "cat merged/1.txt", "both, from upper\n"},
	{NULL, "cat low/1.txt; ls merged", "hello from low\n"},
	{&first, VI "vi 'oand edited\\033:wq\\n' merged/1.txt; cat merged/1.txt; ls -A merged",
	 "vi ended with 0\nboth, from upper\nand edited\n1.txt\n2.txt\n"},
};

static const struct step containers[] = {
	{NULL, "mkdir -p image1/etc image2/bin image3/etc box1 box1.work box2 box2.work merged",
	 ""},
	{NULL,
	 "echo debian > image1/etc/os; echo plain > image1/etc/motd; echo old > image1/etc/log",
	 ""},
	{NULL,
	 "printf '#!/bin/sh\\ncat merged/etc/os\\n' > image2/bin/app; chmod 755 image2/bin/app",
	 ""},
	{NULL, "echo configured > image3/etc/motd; mknod image3/etc/log c 0 0", ""},
	{&box1, "tree merged",
	 "merged\n|-- bin\n|   `-- app\n`-- etc\n    |-- motd\n    `-- os\n\n3 directories, 3 "
	 "files\n"},
	{&box1, "merged/bin/app; cat merged/etc/motd", "debian\nconfigured\n"},
	{&box1, "echo box one > merged/etc/motd; echo here > merged/etc/one; rm merged/bin/app",
	 ""},
	{&box2, "cat merged/etc/motd; ls merged/bin merged/etc",
	 "configured\nmerged/bin:\napp\n\nmerged/etc:\nmotd\nos\n"},
	{&box2,
	 "rm -rf merged/etc; mkdir merged/etc; echo box two > merged/etc/motd; merged/bin/app",
	 "cat: merged/etc/os: No such file or directory\n(1)\n"},
	{&box1, "cat merged/etc/motd; ls merged/bin merged/etc",
	 "box one\nmerged/bin:\n\nmerged/etc:\nmotd\none\nos\n"},
	{&box2, "tree merged",
	 "merged\n|-- bin\n|   `-- app\n`-- etc\n    `-- motd\n\n3 directories, 2 files\n"},
	{NULL, LS_L("box1/bin box1/etc"),
	 "box1/bin:   \nc--------- 0, 0 app\nbox1/etc:   \n-rw-r--r-- 8 motd \n"
	 "-rw-r--r-- 5 one \n"},
	{NULL, "find box1 box2 | sort",
	 "box1\nbox1/bin\nbox1/bin/app\nbox1/etc\nbox1/etc/motd\nbox1/etc/one\n"
	 "box2\nbox2/etc\nbox2/etc/motd\n"},
};

/* On a file system that takes no devices a whiteout is a marked file, and one to start with a name.
 */
static const char *on_this_disk(const char *text)
{
	static const char *const forms[][2] = {
		{"c--------- 0, 0 1.txt\n", "-rw------- 0 1.txt \n"},
		{"c--------- 0, 0 app\n", "-rw------- 0 app \n"},
		{"mknod image3/etc/log c 0 0", "touch image3/etc/.wh.log"},
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms && !scratch_takes_devices(); i++)
		text = replaced(text, forms[i][0], forms[i][1]);
	return text;
}

static void play_step(enum world world, const char *area, const struct step *step)
{
	char *command = format("exec 2>&1; %s", on_this_disk(step->command));
	struct outcome outcome = step->layers ? world_shell(world, area, step->layers, command)
					      : shell(area, NULL, command);
	char *answer = format("%s%s", replaced(outcome.out, area, "AREA"), outcome.err);

	if (outcome.status)
		answer = format("%s(%d)\n", answer, outcome.status);
	assert_text(answer, on_this_disk(step->answer),
		    format("%s: %s", world_name(world), step->command));
}

/* Every world that shows unions, a fresh area each; what each leaves in the uppers must be the
 * same. */
static void play(const struct step *steps, size_t count, const char *lowers, const char *uppers)
{
	char *area = format("%s/area", scratch()), *model = NULL;

	for (enum world world = KERNEL; world < WORLDS; world++) {
		char *before = NULL, *left;

		if (!world_exists(world))
			continue;
		shell_text(scratch(), "mkdir area");
		for (size_t i = 0; i < count; i++) {
			if (!before && steps[i].layers)
				before = shell_text(area, lowers);
			play_step(world, area, &steps[i]);
		}
		assert_text(shell_text(area, lowers), before,
			    format("%s: the lower before and after", world_name(world)));
		left = shell_text(area, uppers);
		if (model)
			assert_text(left, model, format("%s: the upper", world_name(world)));
		model = left;
		remove_tree(area);
	}
	cr_assert(model, "no world to play in");
}

#define PLAY(steps, ...) play(steps, sizeof(steps) / sizeof *(steps), __VA_ARGS__)
#define EXACTLY(directories)                                                                       \
	"find " directories " -printf '%p %y %m %U:%G %s %T@ %l\\n' | sort; find " directories     \
	" -type f | sort | xargs md5sum"
#define ROUGHLY(directories)                                                                       \
	"find " directories " -printf '%p %y %m %U:%G %l\\n' | sort; find " directories            \
	" -type f | sort | xargs md5sum; "                                                         \
	"getfattr -R -P -d -m user.overlay.opaque " directories

Test(walkthrough, tutorial)
{
	PLAY(tutorial, EXACTLY("low"), ROUGHLY("upper"));
}

Test(walkthrough, containers_of_one_image)
{
	PLAY(containers, EXACTLY("image1 image2 image3"), ROUGHLY("box1 box2"));
}

/* The same in one long session: what one command changed, by hand in a layer too, the shell's next
 * one sees. */
static void play_session(enum world world)
{
	char *area = format("%s/area", scratch()), *script = format("%s", "exec 2>&1\n"),
	     *expected = format("%s", "");
	size_t at = 0, count = sizeof tutorial / sizeof *tutorial;

	shell_text(scratch(), "mkdir area");
	for (; !tutorial[at].layers; at++)
		play_step(world, area, &tutorial[at]);
	for (; at < count; at++) {
		if (tutorial[at].layers) {
			script = format("%secho '-- %zu'\n{ %s; } || echo \"($?)\"\n", script, at,
					tutorial[at].command);
			expected = format("%s-- %zu\n%s", expected, at,
					  on_this_disk(tutorial[at].answer));
		} else if (!strstr(tutorial[at].command, "merged")) {
			script = format("%s{ %s; } >/dev/null\n", script, tutorial[at].command);
		}
	}
	assert_text(replaced(world_shell(world, area, &first, script).out, area, "AREA"), expected,
		    world_name(world));
	remove_tree(area);
}

Test(walkthrough, in_one_session)
{
	play_session(SHIM_ENV);
	play_session(SHIM_RUN);
}
