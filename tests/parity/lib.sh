# What the parity scripts share. Each works in a directory of its own, on low, upper, work and merged in it.
set -eu

BUILD=$(cd "$1" && pwd)
HERE=$(cd "$(dirname "$0")" && pwd)
AREA=$(mktemp -d "${TMPDIR:-/tmp}/overlain.XXXXXX")
trap 'chmod -R u+rwx "$AREA" 2>/dev/null; rm -rf "$AREA"' EXIT
cd "$AREA"

# Becomes root of a user namespace, once: to mount, and to own what is made.
become_root() {
	if [ "$(id -u)" -ne 0 ] && [ -z "${PARITY_INSIDE:-}" ]; then
		PARITY_INSIDE=1 exec unshare -r sh "$HERE/${0##*/}" "$BUILD"
	fi
}

skip() {
	echo "skipped: ${0##*/}: $*"
	exit 0
}

has() {
	for tool; do
		command -v "$tool" >/dev/null || skip "$tool is not there"
	done
}

. "$HERE/describe.sh"

# The same through an overlay over $LOWERS: the kernel's, or the library's.
by_kernel() {
	unshare -m sh -c 'mount -t overlay overlay -o "userxattr,lowerdir=$1,upperdir=upper,workdir=work" merged &&
		shift && exec "$@"' sh "$LOWERS" "$@"
}
by_library() {
	"$BUILD/overlain" run -o "lowerdir=$LOWERS,upperdir=upper,workdir=work" merged -- "$@"
}
view() {
	"by_$1" sh -c '. "$0"/describe.sh; describe merged' "$HERE"
}

can_mount() {
	mkdir -p low upper work merged
	LOWERS=low by_kernel true 2>/dev/null || skip "overlays cannot be mounted here"
}

# The two texts are one.
same() {
	if ! diff -u "$2" "$3" >difference; then
		echo "differs: ${0##*/}: $1"
		head -n 40 difference
		exit 1
	fi
	echo "same: ${0##*/}: $1 ($(wc -l <"$2") lines)"
}
