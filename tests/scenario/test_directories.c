/* Renaming directories, most of which the kernel refuses with EXDEV, so that mv copies: the tree
 * must be the same. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(directories);

#define RENAME(...) in_house(__VA_ARGS__, .own_upper = true)

Test(directories, mv_of_a_lower_one)
{
	RENAME("cd merged; mv bin tools; tools/hello there; ls; ls tools; ls bin");
}

Test(directories, mv_of_a_merged_one)
{
	RENAME("cd merged; mv docs papers; find papers | sort; cat papers/*.txt; ls docs; "
	       "cat dirlink/top.txt");
}

Test(directories, mv_of_one_above)
{
	in_house("cd merged; mv new newer; cat newer/file; mkdir made; mv made newer/made; "
		 "mv newer old; find old | sort");
}

Test(directories, mv_into_another)
{
	RENAME("cd merged; mv docs src kind new; find new | sort; mv new/docs/deep .; "
	       "cat deep/er/leaf");
}

Test(directories, mv_and_back)
{
	RENAME("cd merged; mv docs x; mv x docs; find docs | sort; cat docs/both.txt; "
	       "mv hidden x; mv x hidden; ls hidden");
}

Test(directories, mv_over_an_empty_one)
{
	RENAME("cd merged; mkdir made; mv -T docs made; ls made; mv -T hidden empty; ls empty; "
	       "mv -T src kind 2>/dev/null || ls kind src");
}

Test(directories, mv_under_itself)
{
	in_house("cd merged; mv docs docs/deep; mv new new/x; ls docs new");
}

Test(directories, what_was_hidden_stays_hidden)
{
	RENAME("cd merged; mv old older; ls older; mv hidden seen; ls seen; mkdir old hidden; "
	       "ls -A old hidden; mv src s; ls s; mkdir src; ls -A src");
}

Test(directories, changes_after_the_move)
{
	RENAME("cd merged; mv docs d; echo more >>d/guide.txt; rm d/top.txt; mkdir docs; "
	       "echo new >docs/guide.txt; cat d/guide.txt docs/guide.txt; ls d docs; rm -rf d; "
	       "ls");
}

Test(directories, the_shell_stands_in_the_one_moved)
{
	RENAME("cd merged/new; mv ../new ../newer; /bin/pwd; ls; cat ../newer/file; "
	       "cd ../newer && /bin/pwd");
}

Test(directories, deep_trees)
{
	RENAME("cd merged; mkdir -p a/b/c/d/e/f/g; echo leaf >a/b/c/d/e/f/g/leaf; "
	       "mv a/b docs/deep; mv docs/deep .; find deep | sort; cat deep/b/c/d/e/f/g/leaf");
}
