/* Descriptors on merged that come from elsewhere: from before an exec, from another process. */
#include <criterion/criterion.h>

#include "house.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/world.h"

SUITE(descriptors);

#define THINGS                                                                                     \
	"file = words\n"                                                                           \
	"doomed = never changed\n"                                                                 \
	"doomed mode 0644\n"                                                                       \
	"doomed2 = nor this\n"                                                                     \
	"dir/inner = one\n"

Test(descriptors, many_across_exec)
{
	same_everywhere(.lower = {THINGS},
			.script =
				"cd merged; " HELPER("exec_descriptors") " 20; rm -r d* a; " HELPER(
					"exec_descriptors") " 500");
}

/* More than one string of the environment can hold. */
Test(descriptors, very_many_across_exec)
{
	same_everywhere(.lower = {THINGS},
			.script = "cd merged; ulimit -n 2000; " HELPER("exec_descriptors") " 1900");
}

/* Far from the root: the path is too long to be kept. */
Test(descriptors, deep_across_exec)
{
	same_everywhere(.lower = {THINGS},
			.script =
				"cd merged; long=$(printf %0200d 1); mkdir -p $long/$long; mv file "
				"doomed $long/$long; cd $long/$long; " HELPER(
					"exec_descriptors") " 30; exec 3<doomed 4<.; rm doomed; sh "
							    "-c "
							    "'cat <&3; ls /proc/self/fd/4 | wc -l; "
							    "/bin/sh -c \"cat <&3\"'");
}

Test(descriptors, sent_to_another_process)
{
	same_everywhere(.lower = {THINGS}, .script = "cd merged; " HELPER("sent_descriptors"));
}

Test(descriptors, doubled_by_spawn)
{
	same_everywhere(.lower = {THINGS},
			.script = "cd merged; for i in 7 97; do " HELPER(
				"spawn_actions") " DIR:dir dup2:10:$i fchdir:$i -- /bin/sh -c "
						 "'/bin/pwd | "
						 "sed s,.*/,,; ls; : >made'; " HELPER(
							 "spawn_actions") " DIR:dir dup2:10:$i "
									  "close:10 -- "
									  "/bin/sh -c 'ls "
									  "/proc/self/fd/'$i'/; : "
									  ">/proc/self/fd/'$i'/"
									  "made2; ls "
									  "/proc/self/fd/'$i/; "
									  "done; ls "
									  "dir");
}

Test(descriptors, everything_closed)
{
	same_everywhere(.lower = {THINGS}, .script = "cd merged; " HELPER("close_everything"));
}

/* Layers too far from the root are reached through descriptors, which the program must not lose. */
Test(descriptors, everything_closed_far_from_the_root)
{
#define CLOSED "loop\nclosefrom\nclose_range\nclose on exec\nsystem call\nlimit\n"
	char *far = format("%s/%0150d", scratch(), 1);
	const struct layers layers = {"low:low2", "up", "work"};
	plant(far, "", 0);
	far = format("%s/%0150d", far, 2);
	plant(far, "low/file = words\nlow/dir/inner = one\nlow2/\nup/\nwork/\nmerged/\n", 0);
	for (enum world world = SHIM_ENV; world <= SHIM_RUN; world++) {
		struct outcome outcome =
			world_shell(world, far, &layers, "cd merged; " HELPER("close_everything"));
		assert_text(outcome.err, "", "close_everything");
		assert_text(outcome.out, "dup2\n" CLOSED CLOSED, "close_everything");
		assert_text(shell_text(far, "ls low low/dir low2; cat up/dir/inner"),
			    "low:\ndir\nfile\n\nlow/dir:\ninner\n\nlow2:\none\n", "the layers");
	}
}

/* What was removed is still what the descriptor is open on, by the descriptor's own name, too. */
Test(descriptors, of_what_was_removed)
{
	same_everywhere(.lower = {THINGS},
			.script = "cd merged; echo made >made; exec 3<made 4<>made; rm made; cat "
				  "/dev/fd/3; echo more >>/proc/self/fd/4; cat /dev/fd/3; stat -Lc "
				  "%h /proc/self/fd/3; mkdir new; exec 5<new; rmdir new; ls "
				  "/proc/self/fd/5; echo new >made; cat /dev/fd/3; readlink "
				  "/proc/self/fd/3 | sed s,.*/,,");
}

/*
 * Where a program has threads nothing of ours makes its table of descriptors grow, which would hold
 * up a thread; and what it opens has the number it would have.
 */
Test(descriptors, beside_those_of_a_program_with_threads)
{
	same_everywhere(.lower = {THINGS, "deep/er/leaf = a leaf\n"},
			.script = "cat >many.py <<'END'\n"
				  "import os, threading\n"
				  "def look():\n"
				  "\tfor i in range(100): os.stat(top + '/merged/deep/er/leaf')\n"
				  "top = os.getcwd()\n"
				  "end = threading.Event()\n"
				  "threading.Thread(target=end.wait).start()\n"
				  "look()\n"
				  "print([line for line in open('/proc/self/status') if 'FDSize' "
				  "in line])\n"
				  "print([os.open('merged/deep/er/leaf', os.O_RDONLY) for i in "
				  "range(70)])\n"
				  "look()\n"
				  "print(os.open('merged/deep/er/leaf', os.O_RDONLY))\n"
				  "os.closerange(3, 2000)\n"
				  "look()\n"
				  "print(os.open('merged/deep', os.O_RDONLY), os.listdir(3))\n"
				  "end.set()\n"
				  "END\n"
				  "python3 many.py");
}
