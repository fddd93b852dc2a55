#!/bin/sh
# The overlay walkthrough, played on real tools: run.sh [path/to/overlain]
#
# Every command is printed after a `$`, then what it really answered. An answer that is not the expected one is marked, and
# the last line says whether every step came out right.
set -u

here=$(cd "$(dirname "$0")" && pwd)
overlain=${1:-$here/../../build/overlain}
if [ ! -x "$overlain" ]; then
	echo "run.sh: no command at $overlain: build it with make, or give its path" >&2
	exit 1
fi

overlain=$(cd "$(dirname "$overlain")" && pwd)/$(basename "$overlain")

place=$(mktemp -d "${TMPDIR:-/tmp}/walkthrough.XXXXXX") || exit 1
trap 'rm -rf "$place"' EXIT
cd -P "$place" || exit 1

mkdir .tools
ln -s "$overlain" .tools/overlain
cp "$here/vi" .tools/vi
if [ "$(id -u)" -ne 0 ]; then
	# mount is set-user-ID, and for anybody but root the loader then leaves the library out: a copy is not
	cp "$(command -v mount)" .tools/mount
fi
PATH=$PWD/.tools:$PATH LC_ALL=C TERM=dumb
export PATH LC_ALL TERM

# A whiteout is a device, unless the file system takes none: then it is a marked file.
whiteout='c---------*0, 0*'
if ! mknod .tools/probe c 0 0 2>/dev/null; then
	echo "# this is a file system without devices, so whiteouts are marked files here"
	whiteout='-*'
fi

. "$here/steps.sh"
. "$here/tutorial.sh"
. "$here/containers.sh"
verdict
