#!/bin/sh
# ci.sh: the steps of a build pipeline, each in a layer, without images and without a daemon.
#
# What a step needs stands below it as a lower directory; what it makes is its upper. A layer's name holds a checksum of what
# it was made from, so it is made once and found again as long as that stays the same.
set -eu

base=system # what every step finds: here a directory, else what layers.sh makes of an image
sum() {
	cat "$@" | cksum | cut -d ' ' -f 1
}

# layer NAME LOWERS COMMAND...: makes the layer NAME over LOWERS, unless it is there; half a layer is none.
layer() {
	name=$1 lowers=$2
	shift 2
	[ -d "layers/$name" ] && echo "$name: from the cache" && return
	echo "$name: made"
	rm -rf "layers/.$name" "layers/.$name.work"
	mkdir -p "layers/.$name"
	overlain run -o "lowerdir=$lowers,upperdir=layers/.$name" root -- "$@"
	rm -rf "layers/.$name.work"
	mv "layers/.$name" "layers/$name"
}

dependencies=dependencies-$(sum checkout/requirements)
layer "$dependencies" "$base" sh checkout/install-requirements root
build=build-$(sum checkout/requirements checkout/program)
layer "$build" "layers/$dependencies:$base" install -D -m 755 checkout/program root/bin/program

# The tests may do what they like: what they change is thrown away.
upper=$(mktemp -d)
trap 'rm -rf "$upper" "$upper.work"' EXIT
overlain run -o "lowerdir=layers/$build:layers/$dependencies:$base,upperdir=$upper" root -- sh checkout/tests root
