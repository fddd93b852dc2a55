#!/bin/sh
# lost_permission.sh plain|LIBRARY: what a program is told when its lower is closed to it half-way, and when it is opened again; in
# an empty directory, as root, who does that, while nobody's program goes on in `merged`. Says at last what it left above.
set -eu

world=$1 user='--reuid 65534 --regid 65534 --clear-groups'
mkdir low low/dir low/dir/sub low/late merged up work
for name in dir/1 dir/2 dir/3 dir/sub/file own shut late/seen; do
	echo "$name" >"low/$name"
done
chown -R 65534:65534 low up work merged
mkfifo done go

if [ "$world" = plain ]; then
	cp -a low/. merged
	lower=merged
	set --
else
	cp "$world" lib.so
	lower=low
	set -- env LD_PRELOAD="$PWD/lib.so" OVERLAIN_MERGED="$PWD/merged" OVERLAIN_LOWERDIR="$PWD/low" OVERLAIN_UPPERDIR="$PWD/up" \
		OVERLAIN_WORKDIR="$PWD/work"
fi

cat >steps.py <<'END'
import os

MORE = os.O_WRONLY | os.O_APPEND
merged = os.path.abspath("merged") + "/"


def say(what, call, *operands, **more):
    try:
        print(what, call(*operands, **more), flush=True)
    except OSError as error:
        print(what, error.strerror, flush=True)


def read(name):
    with open(merged + name) as file:
        return file.read().strip()


def append(name):
    fd = os.open(merged + name, MORE)
    try:
        return os.write(fd, b"more")
    finally:
        os.close(fd)


def size(name, **more):
    return os.stat(name, **more).st_size


def see(when):
    say(when + ", stat", size, merged + "dir/1")
    say(when + ", list", lambda: sorted(os.listdir(merged + "dir")))
    say(when + ", walk", lambda: sorted(sorted(names) for _, _, names in os.walk(merged)))
    for name in "shut", "own", "dir/1", "late/seen":
        say(when + ", read " + name, read, name)
    say(when + ", what is open", os.pread, held, 9, 0)
    say(when + ", by a descriptor", size, "1", dir_fd=directory)
    say(when + ", cwd", lambda: os.path.basename(os.getcwd()))
    for name in "dir/1", "own":
        say(when + ", append to " + name, append, name)
    say(when + ", make", os.mkdir, merged + "dir/new")
    say(when + ", remove", os.unlink, merged + "dir/2")
    say(when + ", change", os.chmod, merged + "shut", 0o640)


def wait():
    os.write(8, b"x")
    os.read(9, 1)


def move():
    os.rename(merged + "dir", merged + "moved")
    os.rename(merged + "moved", merged + "dir")


for name in "dir", "dir/sub":
    os.listdir(merged + name)
directory, held, rest = os.open(merged + "dir", os.O_RDONLY), os.open(merged + "own", os.O_RDONLY), os.scandir(merged + "dir")
next(rest)
os.chdir(merged + "dir/sub")
wait()
see("closed")
say("the rest of a listing", lambda: len(list(rest)))
try:  # a plain directory could be moved unread
    move()
except OSError:
    pass
wait()
see("open")
say("move", move)
END

# shellcheck disable=SC2086
setpriv $user "$@" /usr/bin/python3 -B -S steps.py 8>done 9<go &
exec 6<done 7>go
head -c 1 <&6 >/dev/null
(cd $lower && chown 0:0 shut dir late && chmod 0 shut dir late own)
echo >&7
head -c 1 <&6 >/dev/null
find up -mindepth 1 -printf 'made: %p %M\n'
(cd $lower && chmod 755 dir late && chmod 644 shut own && chown 65534:65534 shut dir late)
echo >&7
wait $!
