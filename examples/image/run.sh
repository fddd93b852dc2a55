#!/bin/sh
# A program installed on top of a container image, and the result as its next layer: run.sh [path/to/overlain]
. "$(dirname "$0")/../place.sh"
needs umoci skopeo

# The image, made here and now: two layers, the second of which takes something of the first away.
mkdir -p base/etc base/bin base/doc second/etc
echo "version=1" >base/etc/release
echo "never read" >base/doc/manual
printf '#!/bin/sh\necho old tool\n' >base/bin/tool
chmod 755 base/bin/tool
echo "version=2" >second/etc/release
: >second/.wh.doc
umoci init --layout image
umoci new --image image:app
for layer in base second; do
	tar -C $layer --format=pax -cf $layer.tar .
	show umoci raw add-layer --image image:app $layer.tar
done

# One directory for each layer is what an overlay stands on.
lowers=$(show sh "$here/layers.sh" image:app layers | tee /dev/stderr | tail -n 1)

# "Installs" a program: a new file, a changed one, one that goes.
mkdir upper
show overlain run -o "lowerdir=$lowers,upperdir=upper" root -- sh -ec '
	printf "#!/bin/sh\necho new tool\n" >root/bin/tool2
	chmod 755 root/bin/tool2
	ln root/bin/tool2 root/bin/tool3
	rm root/bin/tool
	echo "edition=ours" >>root/etc/release'
show overlain diff -o "lowerdir=$lowers,upperdir=upper"

# What it changed becomes the next layer.
overlain export -o "lowerdir=$lowers,upperdir=upper" >layer.tar
show tar -tf layer.tar
show umoci raw add-layer --image image:app layer.tar
show skopeo inspect --format '{{len .Layers}} layers' oci:image:app

# Unpacked by a tool that knows nothing of us, the image is what merged was.
rootless=
[ "$(id -u)" = 0 ] || rootless=--rootless
umoci unpack $rootless --image image:app bundle
list='find . -mindepth 1 -type f -printf "%P %m %n %s " -exec cksum {} ";" | sort'
overlain run -o "lowerdir=$lowers,upperdir=upper" root -- sh -c "cd root && $list" >merged
(cd bundle/rootfs && eval "$list") >unpacked
diff -u merged unpacked
cat bundle/rootfs/etc/release
echo "image: the new layer is on it, and unpacks to what merged showed"
