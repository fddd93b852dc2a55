/* What one process changes, the next call of every other sees. */
#include <criterion/criterion.h>

#include "house.h"
#include "support/format.h"
#include "support/world.h"

SUITE(coherence);

static const char *const names =
	"low0 = 0\nlow1 = 1\nlow2 = 2\nlow3 = 3\nlow4 = 4\nlow5 = 5\nlow6 = 6\nlow7 = 7\n"
	"dir0/f = f\ndir1/f = f\ndir2/f = f\ndir3/f = f\ndir4/f = f\ndir5/f = f\ndir6/f = f\n"
	"dir7/f = f\ndir0/in/f = f\ndir1/in/f = f\ndir2/in/f = f\ndir3/in/f = f\ndir4/in/f = f\n"
	"dir5/in/f = f\ndir6/in/f = f\ndir7/in/f = f\n";

/* make torture hands them around a hundred thousand times. */
Test(coherence, two_hand_names_back_and_forth)
{
	same_everywhere(.lower = {names}, .unlike_kernel = true,
			.script = HELPER("coherence_ring") " merged 2 1500");
}

Test(coherence, several_hand_names_around)
{
	same_everywhere(.lower = {names}, .unlike_kernel = true,
			.script = HELPER("coherence_ring") " merged 5 1500");
}

/* What a shell knows of a name, a program it started has changed behind its back. */
Test(coherence, a_shell_and_its_children)
{
	same_everywhere(.lower = {names},
			.script =
				"cd merged; for i in 0 1 2 3; do test -f low$i && rm low$i; "
				"test -e low$i || echo gone; mkdir low$i; test -d low$i && echo "
				"dir; "
				"(rmdir low$i; echo x >low$i); read l <low$i && echo $l; "
				"mv low$i new$i; test -e low$i || echo moved; read l <new$i; done; "
				"mv dir0 dir8; test -d dir0 || echo gone; read l <dir8/f; echo $l; "
				"rm -r dir8; test -e dir8/f || echo gone; (mkdir dir0; echo y "
				">dir0/f); "
				"read l <dir0/f; echo $l");
}

/* A directory that moves takes the processes standing in it along. */
Test(coherence, a_directory_moves_under_a_shell)
{
	same_everywhere(.lower = {"a = one\n"},
			.script = "cd merged; mkdir made; cd made; echo x >f; mv ../made ../moved; "
				  "/bin/pwd; cat f; echo y >g; cd ..; ls moved");
}

/* Another process removes or replaces the directory this one stands in and has open. */
Test(coherence, a_directory_learnt_before_it_was_removed)
{
	same_everywhere(.lower = {names},
			.script = "cd merged; mkdir new; echo f >new/f; for d in dir0 new dir1; do "
				  "cd $d; "
				  "exec 3<.; cat f; sh -c \"cd ..; rm -r $d; mkdir $d; echo again "
				  ">$d/f\"; "
				  "cat f; echo x >made; ls; cat /proc/self/fd/3/f; cd ..; cat "
				  "$d/f; ls $d; "
				  "done",
			.own_upper = true);
}

/* The same where it moves, and another takes its name. */
Test(coherence, a_directory_learnt_before_it_moved)
{
	same_everywhere(.lower = {names},
			.script = "cd merged; mkdir -p made/in; cd made/in; echo f >f; exec 3<. "
				  "4<..; "
				  "sh -c 'cd ../..; mv made moved; mkdir -p made/in; echo g "
				  ">made/in/f'; "
				  "cat f /proc/self/fd/3/f; echo h >h; ls . .. /proc/self/fd/4; "
				  "/bin/pwd | "
				  "sed s,.*merged,,; cat ../../made/in/f; sh -c 'cat f; ls ../..'");
}
