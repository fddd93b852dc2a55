#!/bin/sh
# layers.sh IMAGE[:TAG] DIRECTORY: unpacks every layer of the OCI layout IMAGE into a directory of its own below DIRECTORY,
# and prints them as a LOWERDIR, the topmost first. Whiteouts stay as the image has them: overlain reads that form.
#
# An image of a registry becomes an OCI layout by `skopeo copy docker://name:tag oci:image:tag`.
set -eu

image=${1%%:*}
number=0 lowers=
for digest in $(skopeo inspect --format '{{range .Layers}}{{println .}}{{end}}' "oci:$1"); do
	number=$((number + 1))
	layer=$2/$number
	mkdir -p "$layer"
	tar -C "$layer" --xattrs --xattrs-include='*' --delay-directory-restore -xf "$image/blobs/sha256/${digest#sha256:}"
	lowers=$layer${lowers:+:$lowers}
done
echo "$lowers"
