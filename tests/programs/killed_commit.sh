#!/bin/sh
# killed_commit.sh OVERLAIN [CALL...]: kills `overlain commit` before each of the system CALLs (else before every one it makes),
# one after the other, and lets each fail, in an empty working directory; and lets each of the one fail that goes on with what
# was killed half-way. What is wrong afterwards is told a line each, and at last how often the target was untouched and how often
# the next commit had to complete it.
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

sum() {
	(cd "$1" && tar --sort=name -c * | cksum)
}

# How it begins: with nothing done, or with a commit that was killed in the midst of it.
fresh() {
	rm -rf low .low.overlain-commit
	cp -a before low
}

half() {
	rm -rf low .low.overlain-commit
	cp -a half low
	cp -a half.journal .low.overlain-commit
}

# trace START OPTION...: a commit, by strace(1).
trace() {
	$1
	shift
	strace -qq "$@" "$overlain" commit -y $on 2>/dev/null
}

trace fresh -o calls.fresh
cp -a low after
trace fresh -o /dev/null -e inject=rename:signal=KILL:when=4
cp -a low half
cp -a .low.overlain-commit half.journal
trace half -o calls.half
test $# -gt 0 || set -- $(sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' calls.* | sort -u | grep -vx -e execve -e exit_group)

before=$(sum before) after=$(sum after) untouched=0 completed=0

# play START WHAT CALL: at each such CALL in turn that happens, and then comes the next commit.
play() {
	for count in $(seq "$(grep -c "^$3(" "calls.$1")"); do
		trace "$1" -o /dev/null -e inject="$3:$2:when=$count"
		status=$?
		if test -e .low.overlain-commit/manifest; then
			completed=$((completed + 1))
		elif test "$(sum low)" = "$before"; then
			untouched=$((untouched + 1))
		elif test "$(sum low)" != "$after"; then
			echo "$* $count: half done"
		fi
		test $status -ne 0 || test "$(sum low)" = "$after" || echo "$* $count: says that it is done"
		"$overlain" commit -y $on 2>/dev/null || echo "$* $count: the next commit fails"
		test "$(sum low)" = "$after" || echo "$* $count: not completed"
		test ! -e .low.overlain-commit || echo "$* $count: left behind"
	done 2>/dev/null
}

for call; do
	play fresh signal=KILL "$call"
	play fresh error=EIO "$call"
	play half error=EIO "$call"
done
echo "untouched: $untouched, completed: $completed"
test $untouched -gt 0 && test $completed -gt 0
