#!/bin/sh
# bad_days.sh CASE kernel|LIBRARY [cold]: what programs are told on a bad day, whether anything is left of what they
# tried, and whether it succeeds when the day is over. Run in an empty directory and a mount namespace; "cold" is without
# a process of the overlay before the day is bad.
set -u

day=$1 world=$2 cold=${3:-}
mkdir low low/dir low/dir/sub low/empty disk merged
head -c 300000 /dev/zero >low/big
cp low/big low/large
echo 1 >low/one
echo 2 >low/dir/sub/two
sum() { find low -type f -exec cksum {} + | sort; }
sum >lower
case $day in
no_attributes) mount -t ramfs none disk ;;
*) mount -t tmpfs -o size=700k,nr_inodes=40 none disk ;;
esac || exit 77
mkdir disk/up disk/work disk/up/both
echo 3 >disk/up/three

mount_overlay() {
	mount -t overlay -o userxattr,lowerdir=low,upperdir=disk/up,workdir=disk/work none merged
}

if [ "$world" = kernel ]; then
	mount_overlay || exit 77
	in_world() { "$@"; }
else
	in_world() {
		env LD_PRELOAD="$world" OVERLAIN_MERGED="$PWD/merged" OVERLAIN_LOWERDIR="$PWD/low" \
			OVERLAIN_UPPERDIR="$PWD/disk/up" OVERLAIN_WORKDIR="$PWD/disk/work" "$@"
	}
	[ "$cold" ] || in_world true
fi

under=
attempt() {
	what=$1
	shift
	if said=$(in_world $under "$@" 2>&1); then
		echo "$what: done"
	else
		echo "$what: ${said##*: }"
	fi
}

attempts() {
	attempt "append to a lower file" sh -c 'echo more >>merged/big'
	attempt "more data" sh -c 'head -c 100000 /dev/zero >>merged/three'
	attempt "new file" sh -c 'echo new >merged/new'
	names
}

names() {
	attempt "mode of a lower file" chmod 600 merged/one
	attempt "mode of a deep one" chmod 600 merged/dir/sub/two
	attempt "new directory" mkdir merged/made
	attempt "new symlink" ln -s one merged/link
	attempt "unlink" rm -f merged/one
	attempt "rmdir" rmdir merged/empty
	attempt "rename" mv merged/dir/sub/two merged/dir/sub/moved
}

show() {
	in_world find merged -printf '%p %y %m ' \( -type f -printf '%s' -o -true \) -printf '\n' | sort
}

begin_full() {
	head -c 1000000 /dev/zero >disk/filler 2>/dev/null
	n=0
	while touch disk/filler.$n 2>/dev/null; do n=$((n + 1)); done
	[ $n -gt 0 ] || echo "the disk is not full"
}
end_full() { rm -f disk/filler*; }

begin_read_only() { mount -o remount,ro disk; }
end_read_only() { mount -o remount,rw disk; }

limited() {
	[ -z "$cold" ] || rm -rf disk/work/*
	(
		ulimit -f 0
		attempt "a first process that may write nothing" cat merged/one
	) | cat
	# The signal comes where the kernel's overlay would bring it.
	attempt "copy-up beyond the limit" sh -c 'ulimit -f 100; chmod 600 merged/large'
	attempt "the same, without the signal" sh -c 'ulimit -f 100; trap "" XFSZ; chmod 600 merged/large'
	attempt "copy-up below it" sh -c 'ulimit -f 100; chmod 600 merged/one'
	attempt "nothing but names" sh -c 'ulimit -f 0; mkdir merged/made && rm merged/one'
	attempt "reading" sh -c 'ulimit -f 0; cat merged/dir/sub/two'
	show
	attempt "afterwards" chmod 600 merged/large
}

# Loading a program takes one descriptor beside the three it has; three more do for everything.
few() {
	for under in "prlimit -n3" "prlimit -n4" "prlimit -n5"; do
		attempt "mode" chmod 600 merged/one
		attempt "times" touch -d @1 merged/large
		attempt "list" ls merged/dir
		attempt "read" cat merged/dir/sub/two
		attempt "rename" mv -T merged/both merged/both2
		attempt "and back" mv -T merged/both2 merged/both
	done | grep -vE ': (done|Too many open files|Error 24|No such file or directory)$'
	under="prlimit -n6"
	names
}

# What was taken away is made anew, and what has a lower part moves.
attributes() {
	attempts
	attempt "directory over a whiteout" mkdir merged/empty
	attempt "file over a whiteout" touch merged/one
	attempt "lower directory" mv merged/dir merged/moved
	attempt "directory in its place" mkdir merged/dir
	attempt "removal of all that" rm -r merged/moved merged/dir merged/empty
	attempt "directory once more" mkdir -p merged/dir/sub
}

case $day in
limit) limited ;;
attributes | no_attributes) attributes ;;
few) few ;;
*)
	show >before
	begin_"$day"
	attempts
	show >after
	# Data that found room is there: as much as a write says.
	sed -i '/^merged\/three /d' before after
	cmp before after && echo "nothing is left of it"
	end_"$day"
	attempts
	;;
esac
show
sum | cmp - lower
if [ "$world" != kernel ] && [ $day != no_attributes ]; then
	show >ours
	find disk/work/work -mindepth 1
	mount_overlay
	in_world() { "$@"; }
	show | cmp - ours
fi
umount merged 2>/dev/null
umount disk
