#!/bin/sh
# killed_commit.sh OVERLAIN [CALL...]: kills `overlain commit` before each of the system CALLs (else before every one it makes),
# one after the other, in an empty working directory. What is wrong afterwards is told a line each, and at last how often the
# target was untouched and how often the next commit had to complete it.
set -u
overlain=$1
shift

on='-o lowerdir=low,upperdir=up,workdir=work'
mkdir -p low/d low/e low/keep up work
echo a >low/a
echo b >low/b
echo x >low/d/x
echo z >low/e/z
touch -d 2001-02-03T04:05:06.7 low/a low/b low/d/x low/e/z low/keep low/e low/d
"$overlain" run $on merged -- sh -c 'cd merged; echo more >>a; rm b; rm -r d; mkdir d; echo n >d/n; chmod 700 keep
	mkdir e/new; echo h >h1; ln h1 e/new/h2'
cp -a low before
cp -a low after
strace -qq -o calls "$overlain" commit -y $on merged after 2>/dev/null
test $# -gt 0 || set -- $(sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' calls | sort -u | grep -vx -e execve -e exit_group)

sum() {
	(cd "$1" && tar --sort=name -c * | cksum)
}

before=$(sum before) after=$(sum after) untouched=0 completed=0
for call; do
	count=0
	until
		count=$((count + 1))
		rm -r low
		cp -a before low
		strace -qq -o /dev/null -e inject="$call:signal=KILL:when=$count" "$overlain" commit -y $on 2>/dev/null
	do
		if test -e .low.overlain-commit/manifest; then
			completed=$((completed + 1))
		elif test "$(sum low)" = "$before"; then
			untouched=$((untouched + 1))
		elif test "$(sum low)" != "$after"; then
			echo "$call $count: half done"
		fi
		"$overlain" commit -y $on 2>/dev/null || echo "$call $count: the next commit fails"
		test "$(sum low)" = "$after" || echo "$call $count: not completed"
		test ! -e .low.overlain-commit || echo "$call $count: left behind"
	done 2>/dev/null
done
echo "untouched: $untouched, completed: $completed"
test $untouched -gt 0 && test $completed -gt 0
