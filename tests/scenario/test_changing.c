/* Programs that change files and directories. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(changing);

Test(changing, append)
{
	in_house("cd merged; echo more >>README; echo more >>docs/top.txt; "
		 "echo more >>docs/both.txt; cat README docs/*.txt");
}

Test(changing, overwrite)
{
	in_house("cd merged; echo short >big; echo x >secret; : >sparse; cat big secret; "
		 "wc -c sparse");
}

Test(changing, create_over_what_was_removed)
{
	in_house("cd merged; echo again >src/util.c; echo again >old/gone; mkdir hidden/a; "
		 "ls -R src old hidden; cat src/util.c");
}

Test(changing, cp_a)
{
	in_house("cp -a merged/docs merged/copy; "
		 "cp -a merged/big merged/sparse merged/twin1 merged/twin2 merged/new; "
		 "cp -a merged/rel merged/dangling merged/pipe merged/copy; "
		 "cp -a merged/marked merged/blue; ls -R merged; "
		 "diff -r merged/docs merged/dirlink/");
}

Test(changing, cp_within_and_over)
{
	in_house("cd merged; cp README docs/both.txt; cp docs/top.txt src/util.c; "
		 "cp -r kind kind2; cp -u README docs; cp -l README linked; "
		 "cp -s ../merged/README soft; cp --sparse=always sparse sparse2; cp missing x");
}

Test(changing, cp_into)
{
	in_house("mkdir t && echo from outside >t/o && cp -a t merged/in && "
		 "cp t/o merged/docs && mv t merged/moved; ls -R merged/in merged/moved; ls t");
}

Test(changing, mv_files)
{
	in_house("cd merged; mv README readme; mv docs/top.txt docs/both.txt; "
		 "mv new/file src/util.c; mv rel docs; mv pipe p2; mv -n readme secret; "
		 "mv twin1 t1; mv 'with space' no_space; mv big docs/deep; ls -R; "
		 "cat readme docs/both.txt");
}

Test(changing, mv_out_and_back)
{
	in_house("mv merged/README out; cat out; mv out merged/README; mv merged/docs docs; "
		 "ls -R docs; mv docs merged; cat merged/docs/both.txt");
}

Test(changing, mv_over)
{
	in_house("cd merged; mv README docs/guide.txt; mv empty new; mv -T new/empty new2; "
		 "mv secret missing/x; mv kind README; mv missing x; cat docs/guide.txt");
}

Test(changing, rm)
{
	in_house("cd merged; rm README; rm docs/top.txt docs/upper.txt; rm dangling rel pipe; "
		 "rm docs; rm -f missing; rm src/util.c; ls -R; cat README");
}

Test(changing, rm_rf)
{
	in_house("rm -rf merged/docs merged/hidden merged/kind merged/new; ls -R merged; "
		 "rm -rf merged/*; ls -A merged");
}

Test(changing, rm_and_make_again)
{
	in_house("cd merged; rm -rf docs && mkdir docs && ls -A docs && "
		 "echo new >docs/guide.txt && rm -rf docs && ls docs; rm -r hidden; "
		 "mkdir -p hidden/x; ls -R hidden; rm README; mkdir README; rmdir README; "
		 "echo file >README");
}

Test(changing, rmdir)
{
	in_house("cd merged; rmdir empty; rmdir docs; rmdir new; rm old/stays && rmdir old; "
		 "mkdir empty && rmdir empty; rmdir missing README; mkdir -p a/b/c && "
		 "rmdir -p a/b/c; ls");
}

Test(changing, mkdir)
{
	in_house("cd merged; mkdir -p docs/deep/er/and/deeper; mkdir docs; mkdir README; "
		 "mkdir -m 700 private; mkdir missing/x; mkdir -p README/x; mkdir old/gone; "
		 "find docs private | sort; stat -c %a private");
}

Test(changing, chmod)
{
	in_house("chmod -R go-rwx merged/docs; chmod +x merged/README; "
		 "chmod 4755 merged/bin/hello; chmod u-w merged/secret; "
		 "chmod 1777 merged/empty; " LONG_LISTING
		 "; chmod 600 merged/dangling merged/missing");
}

Test(changing, chmod_of_a_directory_keeps_what_it_holds)
{
	in_house("cd merged; chmod 700 docs hidden; chmod 750 .; ls docs hidden; "
		 "stat -c '%n %a %y' . docs docs/both.txt");
}

Test(changing, touch)
{
	in_house("cd merged; touch -d '2003-04-05 06:07:08.123456789' README docs kind; "
		 "touch -r big secret; touch created; touch -c missing; "
		 "touch -a -d 2004-01-01 big; touch -h -d 2004-01-01 rel; ls -A; "
		 "stat -c '%n %y' README docs kind secret rel; stat -c %x big; touch missing/x");
}

Test(changing, install)
{
	in_house("cd merged; install -m 755 docs/guide.txt bin/guide; install -d -m 750 x/y; "
		 "install -p README x; install -D -m 644 README q/r/s; "
		 "install README docs/both.txt; ls -R bin x q; stat -c '%n %a' bin/guide x/y");
}

Test(changing, sed_i)
{
	in_house("cd merged; sed -i s/base/cellar/ README; "
		 "sed -i.bak s/guide/map/ docs/guide.txt; sed -i s/from/of/ docs/*.txt; "
		 "cat README docs/*.txt*; sed -i s/a/b/ missing; sed -n p rel");
}

Test(changing, truncate_and_dd)
{
	in_house("cd merged; truncate -s 10 big; truncate -s 100000 README; truncate -s 5 made; "
		 "dd if=/dev/zero of=secret bs=1 count=3 conv=notrunc status=none; "
		 "dd if=docs/guide.txt of=sparse bs=1 seek=100 conv=notrunc status=none; "
		 "wc -c big README made secret sparse; md5sum big README made secret sparse");
}

Test(changing, ln)
{
	in_house("cd merged; ln README hard; ln docs/top.txt docs/both.txt; "
		 "ln -f docs/top.txt docs/both.txt; echo more >>hard; cat README; "
		 "ln twin1 twin3; ln docs x; ln missing x; ln new/file src/util.c; "
		 "stat -c '%n %h' README hard docs/top.txt new/file");
}

Test(changing, ln_s)
{
	in_house("cd merged; ln -s README soft; ln -s docs d2; cat soft d2/top.txt; "
		 "ln -sfn src d2; ls d2; ln -s x README; ln -s ../README docs/up; "
		 "echo through >>docs/up; cat README; ln -sf missing rel; echo made >rel; "
		 "cat missing");
}

Test(changing, find_delete)
{
	in_house("cd merged; find docs -name '*.txt' -delete; find . -type l -delete; "
		 "find old -delete; find . | sort; find . -mindepth 1 -delete; find .");
}

Test(changing, tar_in)
{
	in_house("tar -C merged --sort=name -cf t.tar docs bin README rel twin1 twin2 secret; "
		 "mkdir merged/into; tar -C merged/into -xf t.tar; rm -rf merged/docs; "
		 "tar -C merged -xf t.tar; rm t.tar; ls -R merged; "
		 "tar -C merged -cf - src kind | tar -C merged/into -xf - ; "
		 "diff -r merged/kind merged/into/kind && echo equal");
}

Test(changing, tar_keeps_attributes)
{
	in_house("cd merged; tar --xattrs -cf - marked README | (cd new && "
		 "tar --xattrs --xattrs-include='*' -xf -); getfattr -d marked new/marked; "
		 "setfattr -n user.shape -v round marked; setfattr -n user.x -v y docs; "
		 "getfattr -d marked docs; setfattr -x user.colour marked; getfattr -d marked; "
		 "getfattr -n user.none marked");
}

Test(changing, access_lists)
{
	in_house("cd merged; setfacl -m u:$(id -u):rw README && getfacl -cn README; "
		 "setfacl -d -m g:$(id -g):r docs && getfacl -cn docs; echo x >docs/made; "
		 "getfacl -cn docs/made; cp -a README copy && getfacl -cn copy; "
		 "setfacl -b README; getfacl -cn README");
}

Test(changing, archives_in_the_shell)
{
	in_house("cd merged; for f in docs/*.txt; do gzip -n \"$f\"; done; ls docs; "
		 "gunzip docs/*.gz; cat docs/*.txt; split -b 30000 big part; cat part* | "
		 "cmp - big && echo whole; shred -u -n1 partaa; ls part*");
}

Test(changing, an_open_file_lives_on)
{
	in_house("cd merged; exec 3<README; rm README; cat <&3; "
		 "exec 3<docs/top.txt 4>>docs/top.txt; echo more >&4; cat <&3; exec 5>fresh; "
		 "rm fresh; echo unseen >&5; ls fresh");
}

Test(changing, modes_of_new_entries)
{
	in_house("cd merged; umask 027; echo x >made; mkdir dir; umask 077; echo x >docs/made; "
		 "mkdir docs/dir; cp README c; stat -c '%n %a' made dir docs/made docs/dir c; "
		 "chmod 2775 docs; mkdir docs/sub; stat -c %a docs docs/sub");
}

Test(changing, special_files)
{
	in_house("cd merged; mkfifo fifo; (echo through >fifo &); cat fifo; "
		 "test -p pipe && stat -c '%n %F' fifo pipe; rm pipe; "
		 "mknod pipe p; ls -l --time-style=+ pipe");
}
