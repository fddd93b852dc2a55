/* Symbolic links in, out of and across a union, and hard links within it. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(links);

Test(links, relative)
{
	in_house("cd merged; ln -s ../README docs/up; ln -s deep/er docs/short; "
		 "cat docs/up docs/short/leaf; ls -L docs/short; echo more >>docs/up; "
		 "cat README; ln -s up docs/upup; cat docs/upup; cd docs/short && ls .. && "
		 "/bin/pwd");
}

Test(links, absolute_into_the_union)
{
	in_house("ln -s $PWD/merged/docs merged/abs; ln -s $PWD/merged/README merged/docs/abs; "
		 "ls merged/abs; cat merged/docs/abs; echo more >>merged/docs/abs; "
		 "cat merged/README; cat merged/abs/top.txt; cd merged/abs && /bin/pwd; "
		 "readlink abs");
}

Test(links, from_outside_into_the_union)
{
	in_house("ln -s merged/docs in; ln -s merged/README file; ln -s $PWD/merged abs; "
		 "cat file in/top.txt abs/docs/guide.txt; ls in/ abs/docs; echo more >>file; "
		 "echo made >in/made; rm in/top.txt; mkdir abs/dir; mv in/guide.txt abs/dir; "
		 "cat merged/README; ls merged/docs abs/dir; stat -L -c %s file; "
		 "readlink -f in/deep; cd in && /bin/pwd; ls; cd ..; "
		 "rm -f ../file ../in ../abs; find merged/docs | sort");
}

Test(links, through_two_links_outside)
{
	in_house("mkdir o o/p; ln -s ../../merged/docs o/p/docs; ln -s p/docs o/d; "
		 "cat o/d/top.txt; ls o/d/deep; ls o/d/../src o/p/docs/..; echo x >o/d/made; "
		 "cat merged/docs/made; realpath o/d o/d/..; rm -r o; ls");
}

Test(links, out_of_the_union)
{
	in_house("mkdir out; echo outside >out/file; ln -s ../out merged/out; "
		 "ln -s $PWD/out/file merged/docs/file; ls merged/out; "
		 "cat merged/out/file merged/docs/file; echo more >>merged/docs/file; "
		 "echo made >merged/out/made; cat out/*; cd merged/out && /bin/pwd; ls; "
		 "ls ../merged/kind; ls ../merged/out/../merged/kind; cd ..; rm -r out");
}

Test(links, dotdot_leads_out_and_back)
{
	in_house("mkdir beside; cat merged/../merged/docs/../README; "
		 "ls merged/docs/../../merged/new; ls merged/..; cd merged/docs; "
		 "ls ../../beside; cat ../../merged/README; cd ../../beside; ls ../merged/kind; "
		 "cat ../merged/README; rmdir ../beside");
}

Test(links, loops_and_dead_ends)
{
	in_house("cd merged; ln -s loop loop; ln -s b a; ln -s a b; cat loop a; "
		 "cat dangling/x rel/x README/x README/; ls dangling loop; rm loop; "
		 "ln -s deep/../../README docs/odd; cat docs/odd; ln -s '' empty-link; "
		 "cat dirlink/../README; cat dirlink/; ls dirlink; ls -d dirlink dirlink/");
}

Test(links, removing_and_renaming_the_link_itself)
{
	in_house("cd merged; mv rel docs/rel2; readlink docs/rel2; cat docs/rel2; rm dirlink; "
		 "ls docs; cp -P dangling d2; cp -d rel x; readlink d2; ln -s docs dl; "
		 "mv dl src; ls src/dl; chown -h $(id -u):$(id -g) around; touch -h around; "
		 "readlink around");
}

Test(links, made_through_a_dangling_one)
{
	in_house("cd merged; echo made >dangling; cat nowhere dangling; ln -s docs/none soft; "
		 "echo x >soft; cat docs/none; ln -s docs/nodir nd; mkdir nd; mkdir -p nd/x; "
		 "ln -s src/util.c u; echo back >u; cat src/util.c");
}

Test(links, hard_ones)
{
	in_house("cd merged; ln README docs/hard; ln new/file hard2; echo one >>docs/hard; "
		 "cat README; echo two >>hard2; cat new/file; ln rel hardlink-to-symlink; "
		 "readlink hardlink-to-symlink; rm README; cat docs/hard; ln docs/hard README; "
		 "find . -samefile docs/hard | sort; stat -c %h README new/file");
}

/* Where a plain directory would comply, a mount answers EXDEV. */
Test(links, hard_ones_across_the_border)
{
	in_house("echo outside >o; ln o merged/o; ln merged/README r; ls o merged/o r; "
		 "cp -l merged/README r; rm o",
		 .unlike_plain = true);
}
