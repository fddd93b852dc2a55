#!/bin/sh
# An upper that fuse-overlayfs wrote shows under the library what it shows under fuse-overlayfs.
. "$(dirname "$0")/lib.sh"
has fuse-overlayfs fusermount3 getfattr
become_root
[ -w /dev/fuse ] || skip "/dev/fuse cannot be opened"
LOWERS=low
mkdir low upper work merged
(cd low && sh "$HERE/plant.sh")
unshare -m sh -c '
	fuse-overlayfs -o lowerdir=low,upperdir=upper,workdir=work merged || exit 9
	(cd merged && sh "$0/workload.sh") && . "$0/describe.sh" && describe merged >by_fuse
	status=$?
	fusermount3 -u merged || umount -l merged
	exit $status' "$HERE" || [ $? -ne 9 ] || skip "fuse-overlayfs does not start here"
view library >by_library
same "an upper of fuse-overlayfs" by_fuse by_library
"$BUILD/overlain" convert --to device -o lowerdir=low,upperdir=upper,workdir=work
view library >converted
same "and converted" by_fuse converted
