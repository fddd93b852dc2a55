# Sourced by every run.sh: an empty directory to work in, gone at the end, with `overlain` as a command in it.
#
#	here     the example's own directory
#	show     prints a command, then executes it
#	expect   compares a file, or standard input as -, with what is behind it
#	needs    ends with status 77 where a tool is missing
set -eu

here=$(cd "$(dirname "$0")" && pwd)
overlain=${1:-$here/../../build/overlain}
if [ ! -x "$overlain" ]; then
	echo "$0: no command at $overlain: build it with make, or give its path" >&2
	exit 1
fi
PATH=$(cd "$(dirname "$overlain")" && pwd):$PATH LC_ALL=C
export PATH LC_ALL
place=$(mktemp -d "${TMPDIR:-/tmp}/overlain-example.XXXXXX")
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT
cd -P "$place"

show() {
	printf '$ %s\n' "$*"
	"$@"
}

expect() {
	printf '%s\n' "$2" | diff -u - "$1" || {
		echo "${here##*/}: that is not what should have come out" >&2
		exit 1
	}
}

needs() {
	for tool; do
		if ! command -v "$tool" >/dev/null; then
			echo "${here##*/}: skipped: there is no $tool" >&2
			exit 77
		fi
	done
}

# One line for a tree as it stands: any change of it changes the line.
fingerprint() {
	tar -C "$1" --sort=name -c . | cksum
}
