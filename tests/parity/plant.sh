# What the lower holds before the workload.
set -eu
mkdir -p a b/sub c d e
for name in a/file b/file b/sub/file c/file c/other d/file d/gone e/file; do
	echo "$name" >"$name"
	touch -d '2001-02-03 04:05:06' "$name"
done
ln -s a link
setfattr -n user.colour -v red e/file
