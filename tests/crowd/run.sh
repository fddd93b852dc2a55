#!/bin/sh
# tests/crowd/run.sh BUILD SECONDS KILLS...: a crowd in a plain directory, which is to show that its trials are fair, and
# one under the library for each number of deaths a second. Afterwards nothing is left in workdir, the lower is what it was and the
# kernel, where it mounts the upper, shows the same tree.
set -eu

crowd=$1/tests/crowd/crowd overlain=$1/overlain seconds=$2
shift 2
area=$(mktemp -d "${TMPDIR:-/tmp}/overlain-crowd.XXXXXX")
trap 'rm -rf "$area"' EXIT

fail() {
	echo "crowd: $*" >&2
	exit 1
}

# The names, types, sizes and contents of a tree.
tree_of() {
	(cd "$1" && find . -printf '%P %y ' \( -type f -printf '%s ' -exec cksum {} \; -o -printf '\n' \) | sort)
}

under() {
	"$overlain" run -o lowerdir=low,upperdir=up,workdir=work,volatile merged -- "$@"
}

mkdir "$area/low" "$area/up" "$area/work"
(cd "$area/low" && "$crowd" --plant)
cp -a "$area/low" "$area/plain"
cd "$area"
(cd plain && timeout 60 "$crowd" 1 4 4 >/dev/null) || fail 'a plain directory breaks it'

tree_of low >low.before
for kills; do
	rm -rf up work
	mkdir up work
	# shellcheck disable=SC2016
	under timeout $((seconds + 60)) sh -c 'cd merged && exec "$@"' sh "$crowd" "$seconds" 4 4 $kills
	# The next process sweeps.
	under true
	[ -z "$(ls -A work/work)" ] || fail "left in workdir: $(ls work/work)"
	tree_of low | cmp - low.before || fail 'the lower changed'
	under sh -c 'cd merged && find . -printf "%P %y " \( -type f -printf "%s " -exec cksum {} \; -o -printf "\n" \) | sort' >shown
	mkdir -p merged
	if unshare -rm true 2>/dev/null; then
		# shellcheck disable=SC2016
		unshare -rm sh -c 'mount -t overlay overlay -o userxattr,volatile,lowerdir=low,upperdir=up,workdir=work merged &&
			cd merged && find . -printf "%P %y " \( -type f -printf "%s " -exec cksum {} \; -o -printf "\n" \) | sort' >kernel
		diff kernel shown >&2 || fail 'the kernel shows another tree'
	fi
	rmdir merged
done
