/* File actions of posix_spawn, which libc performs without calling any name of ours. */
#include <criterion/criterion.h>

#include "house.h"
#include "support/world.h"

SUITE(found_spawn);

#define SPAWN HELPER("spawn_actions") " "

Test(found_spawn, opens_in_the_union)
{
	in_house("cd merged; " SPAWN "read:0:README -- /bin/cat; " SPAWN
		 "write:1:made -- /bin/echo words; cat made; " SPAWN
		 "append:1:README -- /bin/echo more; cat README; " SPAWN
		 "write:1:docs/deep/er/leaf -- /bin/echo cut; cat docs/deep/er/leaf; " SPAWN
		 "excl:1:kind -- /bin/echo no; " SPAWN "read:0:old/gone -- /bin/cat; " SPAWN
		 "write:1:src/util.c read:0:docs/both.txt dup2:1:2 -- /bin/cat; cat src/util.c");
}

/* A name that was known not to exist is there afterwards. */
Test(found_spawn, is_seen_by_the_parent)
{
	in_house("cd merged; cat fresh; rm fresh; " SPAWN
		 "-p write:1:fresh -- echo one; cat fresh; "
		 "rm fresh; " SPAWN "-p excl:1:fresh -- echo two; cat fresh; ls");
}

Test(found_spawn, changes_directory)
{
	in_house("PATH=$PWD/merged/bin:$PATH; " SPAWN "chdir:merged/docs -- /bin/ls; " SPAWN
		 "chdir:merged chdir:docs -- /bin/pwd; " SPAWN
		 "chdir:merged/docs read:0:top.txt chdir:.. read:3:README -- /bin/sh -c "
		 "'cat; cat <&3; pwd; echo x >made-here; cat made-here'; cat merged/made-here; "
		 "cd merged; " SPAWN "chdir:.. -- /bin/ls merged/docs; " SPAWN
		 "chdir:docs chdir:../../merged/bin -- ./hello there; " SPAWN
		 "-p chdir:/ -- hello path; " SPAWN "chdir:hidden/a -- /bin/true; " SPAWN
		 "chdir:README -- /bin/true; " SPAWN "chdir:docs -- missing; " SPAWN
		 "DIR:docs fchdir:10 read:0:both.txt -- /bin/cat; " SPAWN
		 "DIR:docs fchdir:10 closefrom:3 -- /bin/sh -c 'pwd; ls; ls /proc/self/fd'");
}
