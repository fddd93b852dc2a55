#!/bin/sh
# What real programs leave in the upper mounts in the kernel, and shows the same tree there.
. "$(dirname "$0")/lib.sh"
has git make "${CC:-cc}" vim.tiny tree getfattr
become_root
SOURCE=$(cd "$HERE/../.." && pwd)
can_mount

# play NAME LOWERDIR COMMAND: in merged/low…, over what LOWERDIR holds.
play() {
	rm -rf upper work
	mkdir upper work
	LOWERS=$2
	by_library sh -c "set -eu; cd merged; $3" >output 2>&1 || { echo "failed: $1"; tail -n 20 output; exit 1; }
	view kernel >by_kernel
	view library >by_library
	same "$1" by_kernel by_library
}

rm -rf low
mkdir low image image/base
echo 1 >low/1.txt
echo 2 >image/2.txt
play vi low 'vim.tiny -es -u NONE -c "normal oby vi" -c wq 1.txt; vim.tiny -es -u NONE -c "normal inew" -c wq 3.txt'
play "ls, cat, tree" low 'ls -l; cat 1.txt; tree .'
play "echo and rm -rf" low 'echo more >>1.txt; echo 4 >4.txt; rm -rf 1.txt'
play "mkdir and rm over an image of two layers" low:image 'rm -rf base; mkdir base; echo x >base/x; rm 2.txt'

mkdir source
(cd "$SOURCE" && cp -r GNUmakefile preload include "$AREA/source")
play "a C build" source 'make -j2 CFLAGS=-O0 build/overlain; rm -r build/obj/sys; touch preload/command/main.c
	make CFLAGS=-O0 build/overlain; ./build/overlain --version'

export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_NOSYSTEM=1 HOME="$AREA"
mkdir repository
(cd repository && git init -q -b main && cp -r "$SOURCE/preload" . && git add . && git commit -qm first) >/dev/null
play "git" repository 'git checkout -qb topic; git rm -rq preload/libc; git commit -qm less; git checkout -q main
	git mv preload code; echo x >>code/sys/text.c; git commit -qam move; git rebase -q topic || git rebase --abort
	git merge -q topic || git merge --abort; git gc -q; git clone -q . copy; git fsck'
