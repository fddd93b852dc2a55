#!/bin/sh
# The same work by the kernel's overlay and by the library: each shows the other's upper as its own.
. "$(dirname "$0")/lib.sh"
has getfattr
become_root
can_mount
LOWERS=low
(cd low && sh "$HERE/plant.sh")
for world in kernel library; do
	rm -rf upper work
	mkdir upper work
	"by_$world" sh -c 'cd merged && sh "$0/workload.sh"' "$HERE"
	view kernel >by_kernel
	view library >by_library
	same "the $world's upper" by_kernel by_library
done
