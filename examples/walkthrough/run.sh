#!/bin/sh
# The overlay walkthrough, played on real tools: run.sh [path/to/overlain]
#
# Every command is printed after a `$`, then what it really answered. An answer that is not the expected one is marked, and
# the last line says whether every step came out right.
. "$(dirname "$0")/../place.sh"
set +e

mkdir .tools
cp "$here/vi" .tools/vi
if [ "$(id -u)" -ne 0 ]; then
	# mount is set-user-ID, and for anybody but root the loader then leaves the library out: a copy is not
	cp "$(command -v mount)" .tools/mount
fi
PATH=$PWD/.tools:$PATH TERM=dumb
export TERM

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
