#!/bin/sh
# Ratios to a bare directory, medians of interleaved rounds: bench.sh BUILD [ROUNDS]
# The same tree is read bare, through the shim, and through the kernel's overlay where it mounts.
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-7}
area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT
cd "$area"

deep=1/2/3/4/5/6/7/8/9
plant() {
  mkdir -p "$1/$deep" "$1/one" "$1/many"
  head -c 4096 /dev/zero > "$1/file"
  cp "$1/file" "$1/$deep/file"
  (cd "$1/one" && seq 1000 | xargs touch)
}
plant bare
plant low
mkdir upper work merged upper/many
(cd low/many && seq 500 | xargs touch)
(cd upper/many && seq 501 1000 | xargs touch)
(cd bare/many && seq 1000 | xargs touch)

bare() { root=bare; "$@"; }
shim() {
  root=merged
  OVERLAIN_MERGED=$area/merged OVERLAIN_LOWERDIR=$area/low OVERLAIN_UPPERDIR=$area/upper \
    OVERLAIN_WORKDIR=$area/work LD_PRELOAD=$build/liboverlain.so "$@"
}
kernel() {
  root=merged
  unshare -rm sh -c 'mount -t overlay overlay \
    -o userxattr,lowerdir=low,upperdir=upper,workdir=kernelwork merged && "$@"' sh "$@"
}
worlds="bare shim"
mkdir kernelwork
kernel true 2>/dev/null && worlds="$worlds kernel" || echo "the kernel's overlay does not mount here: left out" >&2

row() { # label, operation, count, path
  for round in $(seq "$rounds"); do
    for world in $worlds; do
      case $world in bare) path=bare/$4 ;; *) path=merged/$4 ;; esac
      "$world" "$build/tests/bench/operations" "$2" "$3" "$area/$path" >> "$area/$world.times"
    done
  done
  printf '| %s |' "$1"
  base=$(median bare)
  for world in $worlds; do
    [ "$world" = bare ] && printf ' %.0f |' "$base" || awk -v a="$(median "$world")" -v b="$base" 'BEGIN { printf " %.2f |", a / b }'
  done
  echo
  rm -f ./*.times
}
median() { sort -n "$area/$1.times" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "| warm operation | bare, ns |$(for w in $worlds; do [ "$w" = bare ] || printf ' %s |' "$w"; done)"
echo "|---|---|$(for w in $worlds; do [ "$w" = bare ] || printf -- '---|'; done)"
row 'stat, depth 1' stat 200000 file
row 'stat, depth 10' stat 200000 "$deep/file"
row 'stat of a name that is not there' stat 200000 none
row 'access' access 200000 file
row 'open, read 4 KiB, close' read 100000 file
row 'create and unlink' create 20000 new
row 'mkdir and rmdir' mkdir 20000 newdir
row 'list 1,000 names of one layer' list 500 one
row 'list 1,000 names of two layers' list 500 many
