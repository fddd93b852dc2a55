#!/bin/sh
# An image whose layers umoci made, with ".wh." files in them: as lowers they show what umoci unpacks.
. "$(dirname "$0")/lib.sh"
has umoci skopeo python3 tar getfattr
become_root
umoci init --layout image
umoci new --image image:tag
unpack() {
	umoci unpack --rootless --image image:tag "$1" >/dev/null 2>&1 || skip "umoci does not unpack here"
}
layer() {
	unpack bundle
	(cd bundle/rootfs && eval "$1")
	umoci repack --image image:tag bundle >/dev/null 2>&1
	rm -rf bundle
}
layer '. "$HERE/plant.sh"'
layer '. "$HERE/workload.sh"'
layer 'rm -r a e; mkdir e; echo 2 >e/second; rm new/link; mkdir -p x/y; echo y >x/y/z'
layer 'rm -r x; echo file >file; rm b/file; echo last >>c/file'
unpack reference

# skopeo writes the layers out as they are, the lowest first.
skopeo copy -q oci:image:tag dir:blobs
LOWERS=$(python3 -c '
import json
layers = json.load(open("blobs/manifest.json"))["layers"]
print(*(layer["digest"].split(":")[1] for layer in layers))')
n=0 lowers=
for blob in $LOWERS; do
	n=$((n + 1))
	mkdir "layer$n"
	tar -C "layer$n" --xattrs --xattrs-include='user.*' -xf "blobs/$blob"
	lowers="layer$n${lowers:+:$lowers}"
done
LOWERS=$lowers
[ "$(find layer* -name '.wh.*' | wc -l)" -gt 4 ] || { echo "no whiteouts in the layers"; exit 1; }
mkdir upper work merged
describe reference/rootfs >by_umoci
view library >by_library
same "layers of an image" by_umoci by_library
