/* Programs that only look. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(reading);

Test(reading, ls)
{
	in_house("ls merged; ls -a merged/docs; ls -1 merged/hidden merged/kind merged/old; "
		 "ls merged/old/gone");
}

Test(reading, ls_long)
{
	in_house(LONG_LISTING);
}

Test(reading, ls_from_within)
{
	in_house("cd merged && ls -F && cd docs && ls -lt --time-style=+%Y *.txt && ls .. && "
		 "ls -d ../*/");
}

Test(reading, cat)
{
	in_house("cd merged; "
		 "cat README docs/*.txt kind/* src/util.c new/file rel dirlink/top.txt around "
		 "'with space'");
}

Test(reading, tree)
{
	in_house("tree merged; cd merged/docs && tree -a -p --noreport .. && "
		 "tree -f -F -D --timefmt %Y");
}

Test(reading, find)
{
	in_house("find merged | sort; cd merged; find . -type f -size +0 | sort; "
		 "find docs -name '*.txt' -newer README | sort; "
		 "find . -maxdepth 1 -type l -printf '%p %l %Y\\n' | sort; find . -empty | sort");
}

Test(reading, find_exec)
{
	in_house("cd merged; find . -name '*.txt' -exec cat {} + | sort; "
		 "find docs -type f -execdir wc -c {} \\; | sort; find . -type f -print0 | "
		 "sort -z | xargs -0 md5sum");
}

Test(reading, find_depth_first)
{
	in_house("find merged -depth -mindepth 1 -printf '%y %m %d %P\\n' | sort; "
		 "find -L merged -name leaf | sort");
}

Test(reading, du)
{
	in_house("cd merged; du -ab . | awk '{ print $2 }' | sort; "
		 "du -k big sparse README secret; du -b docs/*.txt; du --apparent-size -k big");
}

Test(reading, stat)
{
	in_house("cd merged; "
		 "stat -c '%n %F %s %a %U %G %y' README big sparse secret rel dangling pipe "
		 "nothing; stat -L -c '%n %s' rel around; "
		 "stat -c '%n %F %a %y' docs kind hidden . empty; stat dangling/x src/util.c; "
		 "stat -c '%n %h %b' twin1 big sparse");
}

Test(reading, stat_shows_one_file_by_many_paths)
{
	in_house("cd merged; id() { stat -L -c %d:%i \"$1\"; }; "
		 "test \"$(id README)\" = \"$(id around)\" && echo same; "
		 "test \"$(id twin1)\" = \"$(id twin2)\" && echo twins; "
		 "test \"$(id .)\" = \"$(id ../merged)\" && echo here; "
		 "test README -ef docs/../README && echo ef; test README -ef docs/guide.txt || "
		 "echo others; test \"$(id docs)\" = \"$(id docs/deep/..)\" && echo parent");
}

Test(reading, grep)
{
	in_house("grep -r seen merged | sort; grep -rl from merged/docs | sort; cd merged; "
		 "grep -c the README docs/guide.txt; grep -R leaf dirlink/ | sort; "
		 "grep x src/util.c");
}

Test(reading, diff)
{
	in_house("diff -r merged/docs merged/new; diff -r merged/docs merged/dirlink/ && "
		 "echo equal; cd merged; "
		 "diff -u docs/both.txt docs/top.txt --label a --label b; diff -q big sparse; "
		 "cmp big sparse");
}

Test(reading, readlink_and_realpath)
{
	in_house("cd merged; readlink rel dangling around; "
		 "readlink -f rel around dirlink/deep dangling docs/../src/./main.c; "
		 "readlink -e dangling; realpath rel dirlink/top.txt .. nothing/x; "
		 "realpath --relative-to=docs src; readlink README; cd docs/deep; "
		 "realpath . ../../..");
}

Test(reading, pwd)
{
	in_house("pwd; cd merged; pwd; /bin/pwd; cd dirlink; pwd; /bin/pwd; pwd -P; cd deep/er; "
		 "/bin/pwd; cd ../../..; pwd; /bin/pwd; cd ..; /bin/pwd; cd merged/nowhere");
}

Test(reading, test_operators)
{
	in_house("cd merged; "
		 "for f in README secret docs docs/both.txt pipe dangling rel bin/hello "
		 "src/util.c nothing; do for t in e f d L p r w x s h; do test -$t $f && "
		 "printf %s $t; done; echo \" $f\"; done; test docs/upper.txt -nt README && "
		 "echo newer");
}

Test(reading, copies_out)
{
	in_house("cp -a merged copy && cd copy && find . -type f | sort | xargs -d '\\n"
		 "' md5sum; cd .. && diff -r --no-dereference -x pipe merged copy && "
		 "echo equal && rm -rf copy");
}

Test(reading, tar_out)
{
	in_house("tar -C merged --sort=name -cf - . | tar tvf - | "
		 "awk '{ print $1, $2, $3, $6, $7, $8 }'");
}

Test(reading, word_counts)
{
	in_house("cd merged; wc -c big sparse README; head -c 100 big | md5sum; "
		 "tail -c 5 sparse; od -An -tx1 -N8 big; sort docs/*.txt; file=$(mktemp -p .); "
		 "test -f $file && rm $file; tac docs/guide.txt; cut -c1-5 README; md5sum < big");
}

Test(reading, a_thousand_names)
{
	in_house("cd merged/new; i=0; while [ $i -lt 1000 ]; do : >n$i; i=$((i + 1)); done; "
		 "ls | wc -l; ls -f | sort | uniq -d; cd ..; mkdir many; seq 1 3000 | "
		 "sed 's,^,many/f,' | xargs touch; find many | wc -l; find many -name '*7' | "
		 "wc -l; rm many/*3; ls many | wc -l; rm -r many; ls -d many");
}

Test(reading, without_an_upper)
{
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE}, .read_only = true,
			.script = "find merged | sort; "
				  "cat merged/docs/*.txt merged/kind/inside; " LONG_LISTING);
}

Test(reading, without_an_upper_nothing_changes)
{
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE}, .read_only = true, .unlike_plain = true,
			.script = "cd merged; echo x >README; echo x >other; rm -f README; "
				  "rm -rf docs 2>&1 | sort; mkdir d; ln -s a b; ln README r; mv "
				  "README r; "
				  "chmod 600 README; touch README; touch new; rmdir empty; "
				  "truncate -s 0 big; test -w README || echo read-only; "
				  "cat README; cp README copy");
}
