/* The union in the mount table and in the numbers programs ask for; the kernel's mount is the
 * model. */
#include <criterion/criterion.h>

#include "house.h"
#include "mount.h"

SUITE(mounts);

#define like_the_kernel(...) in_house(__VA_ARGS__, .unlike_plain = true)

Test(mounts, mount)
{
	like_the_kernel(MOUNT " | tail -1" UP_TO_WORKDIR "; " MOUNT " -t overlay | wc -l");
}

Test(mounts, tables)
{
	like_the_kernel("tail -1 /proc/self/mounts" UP_TO_WORKDIR
			"; tail -1 /proc/mounts" UP_TO_WORKDIR "; tail -1 /etc/mtab" UP_TO_WORKDIR
			"; tail -1 /proc/self/mountinfo | sed 's/.* \\/ /\\/ /'" UP_TO_WORKDIR);
}

Test(mounts, table_from_within)
{
	like_the_kernel("cd merged/docs; tail -1 /proc/self/mounts" UP_TO_WORKDIR
			"; cat /proc/mounts | grep -c ' overlay '; "
			"read a b c d </proc/self/mounts && echo started at the beginning; "
			"grep -c $PWD /proc/self/mounts");
}

Test(mounts, df)
{
	like_the_kernel("df --output=source,fstype,target merged; cd merged; "
			"df --output=source,fstype,target . docs README new/file; "
			"test $(df --output=size . | tail -1) = $(df --output=size .. | "
			"tail -1) && echo the same size");
}

Test(mounts, findmnt)
{
	like_the_kernel("findmnt -n -o TARGET,SOURCE,FSTYPE merged; "
			"findmnt -n -T merged/docs/deep -o TARGET; "
			"findmnt -n -o FSTYPE merged/docs; findmnt -n -t overlay -o TARGET");
}

Test(mounts, stat_f)
{
	like_the_kernel("stat -f -c '%T %t %l' merged merged/docs merged/README "
			"merged/new/file; test $(stat -f -c %b merged) = $(stat -f -c %b .) && "
			"echo as many blocks");
}

Test(mounts, mountpoint)
{
	like_the_kernel("mountpoint merged; mountpoint merged/docs; mountpoint -q . || "
			"echo not here; stat -c '%m' merged/README merged .");
}

Test(mounts, one_device)
{
	like_the_kernel("cd merged; find . ! -type d -printf '%D\\n' | sort -u | wc -l; "
			"find . -xdev | wc -l; test $(stat -c %d docs) = $(stat -c %d new) && "
			"echo alike; test $(stat -c %d .) = $(stat -c %d ..) || echo not outside");
}

Test(mounts, inode_numbers_stay)
{
	like_the_kernel("cd merged; "
			"for f in README docs/both.txt docs/top.txt kind bin new docs; "
			"do i=$(stat -c %i $f); chmod u+x $f; test $(stat -c %i $f) = $i && "
			"echo $f kept; done; find . -type f -printf '%i\\n' | sort | uniq -d | "
			"wc -l; i=$(stat -c %i big); echo x >>big; mv big b2; "
			"test $(stat -c %i b2) = $i && echo through mv; ls -i README | "
			"cut -d' ' -f1 | grep -qx $(stat -c %i README) && echo readdir agrees");
}

Test(mounts, link_counts)
{
	like_the_kernel("cd merged; stat -c '%n %h' . docs new README twin1 bin; "
			"echo x >>twin1; stat -c '%n %h' twin1 twin2; cat twin2; ln README r2; "
			"stat -c '%n %h' README r2; mkdir pure pure/sub; stat -c '%n %h' pure");
}

Test(mounts, refusals)
{
	like_the_kernel("cd merged; mknod w c 0 0; ln README ../out; mv README ../out && "
			"cat ../out; setfattr -n user.overlay.opaque -v y docs; "
			"getfattr -d -m - docs; setfattr -n user.overlay. -v x docs; ls docs; "
			"rm ../out; rmdir ../merged; mv ../merged ../elsewhere; ls -d ../merged");
}
