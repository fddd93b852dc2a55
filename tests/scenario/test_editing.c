/* vi, with its swap and backup files, on scripted keystrokes. */
#include <criterion/criterion.h>

#include "house.h"
#include "vi.h"

SUITE(editing);

Test(editing, a_file_of_the_lower)
{
	in_house(
		VI
		"vi 'Oa new first line\\033:wq\\n' merged/README; cat merged/README; ls -A merged");
}

Test(editing, a_file_of_the_upper)
{
	in_house(VI "vi 'ddimine now\\033:w\\n:q\\n' merged/docs/upper.txt; "
		    "cat merged/docs/upper.txt; ls -A merged/docs");
}

Test(editing, a_new_file)
{
	in_house(VI "cd merged; vi 'ihello\\033:wq\\n' docs/made; cat docs/made; "
		    "vi 'iagain\\033ZZ' src/util.c; cat src/util.c; ls -A . docs");
}

Test(editing, with_backups)
{
	in_house(VI "cd merged; vi ':set backup\\nxxx:wq\\n' README; cat README README~; "
		    "vi ':set backup backupcopy=no\\nxxx:wq\\n' docs/guide.txt; "
		    "cat docs/guide.txt docs/guide.txt~; vi ':set backup backupcopy=yes\\n"
		    "xxx:wq\\n' docs/top.txt; cat docs/top.txt docs/top.txt~; ls -A . docs");
}

Test(editing, without_saving)
{
	in_house(VI "cd merged; vi 'dd:q!\\n' README; vi ':q\\n' docs/top.txt; "
		    "cat README docs/top.txt");
}

Test(editing, reading_and_writing_other_files)
{
	in_house(VI "cd merged; vi ':r docs/guide.txt\\n:w copy\\n:e! docs/top.txt\\n"
		    "Jonce\\033:w! >>copy\\n:!rm kind/inside\\n:q!\\n' README; cat copy README; "
		    "ls kind; vi ':n\\nxxx:wq\\n' README docs/both.txt; cat docs/both.txt");
}

Test(editing, through_a_link)
{
	in_house(VI "cd merged; vi 'xxx:wq\\n' rel; cat docs/guide.txt; readlink rel; "
		    "vi 'xxx:wq\\n' ../merged/around; cat README");
}

Test(editing, keeps_the_mode)
{
	in_house(VI "cd merged; vi 'Goecho again\\033:wq\\n' bin/hello; vi 'xxx:wq\\n' secret; "
		    "stat -c '%n %a' bin/hello secret; bin/hello");
}
