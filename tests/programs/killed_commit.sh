#!/bin/sh
# killed_commit.sh OVERLAIN [CALL...]: kills `overlain commit` before each of the system CALLs (else before every one it makes),
# one after the other, and lets each fail, in an empty working directory. What is wrong afterwards is told a line each, and at
# last how often the target was untouched and how often the next commit had to complete it.
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

# play CALL COUNT WHAT: what becomes of a commit to which WHAT happens at its COUNT-th CALL, and of the next one.
play() {
	rm -r low
	cp -a before low
	strace -qq -o /dev/null -e inject="$1:$3:when=$2" "$overlain" commit -y $on 2>/dev/null
	status=$?
	if test -e .low.overlain-commit/manifest; then
		completed=$((completed + 1))
	elif test "$(sum low)" = "$before"; then
		untouched=$((untouched + 1))
	elif test "$(sum low)" != "$after"; then
		echo "$1 $2 $3: half done"
	fi
	test $status -ne 0 || test "$(sum low)" = "$after" || echo "$1 $2 $3: says that it is done"
	"$overlain" commit -y $on 2>/dev/null || echo "$1 $2 $3: the next commit fails"
	test "$(sum low)" = "$after" || echo "$1 $2 $3: not completed"
	test ! -e .low.overlain-commit || echo "$1 $2 $3: left behind"
}

for call; do
	for count in $(seq "$(grep -c "^$call(" calls)"); do
		play "$call" "$count" signal=KILL
		play "$call" "$count" error=EIO
	done 2>/dev/null
done
echo "untouched: $untouched, completed: $completed"
test $untouched -gt 0 && test $completed -gt 0
