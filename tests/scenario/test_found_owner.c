/* What only a file's owner may do, asked by somebody else while the file is still a lower's. */
#include <criterion/criterion.h>

#include <unistd.h>

#include "house.h"

SUITE(found_owner);

#define NOBODY "setpriv --reuid 65534 --regid 65534 --clear-groups "

/*
 * Only root can set the scene. The plain directory is the model: on the kernel's overlay the
 * mounter owns the upper, here the caller must be able to write to it.
 */
Test(found_owner, others_may_not_change_attributes)
{
	if (geteuid() != 0)
		cr_skip("not root");
	same_everywhere(.lower = {"dir/file = words\n"
				  "open = words\n"
				  "open mode 0666\n"
				  "tagged = words\n"
				  "tagged xattr user.k=v\n"},
			.own_upper = true,
			.script =
				"p=$PWD; while test $p != /; do chmod a+x $p; p=$(dirname $p); "
				"done; test -d layers/upper && chmod 777 layers/upper layers/work; "
				"test -d layers/work/work && chmod 777 layers/work/work; "
				"chmod 755 merged; ls merged >/dev/null; "
				"for c in 'chmod 777 merged/dir' 'chmod 600 merged/open' "
				"'touch merged/dir/file' "
				"'chown 65534 merged/open' 'chgrp 65534 merged/dir/file' "
				"'setfattr -n user.a -v b merged/dir/file' "
				"'setfattr -x user.k merged/tagged' 'setfacl -m u:7:r merged/open' "
				"'truncate -s 0 merged/dir/file'; do " NOBODY "$c; done; " NOBODY
				"perl -e 'open F, q(merged/open); chmod 0777, *F or print "
				"qq($!\\n)'; "
				"stat -c '%a %u %n' merged/*; cat merged/dir/file");
}

/* What a process does that was root is seen by those that still are. */
Test(found_owner, a_change_by_another_user_is_seen)
{
	if (geteuid() != 0)
		cr_skip("not root");
	same_everywhere(.lower = {"other = words\n"}, .upper = "home/\n", .own_upper = true,
			.script =
				"p=$PWD; while test $p != /; do chmod a+x $p; p=$(dirname $p); "
				"done; test -d layers/upper && chmod a+x layers/upper layers/work; "
				"chmod 755 merged; chown 65534 merged/home; [ -e merged/home/x ]; "
				"echo $?; " NOBODY "touch merged/home/x; [ -e merged/home/x ]; "
				"echo $?; " NOBODY "mv merged/home/x merged/home/y; "
				"[ -e merged/home/x ] || [ -e merged/home/y ]; echo $?");
}
