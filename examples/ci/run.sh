#!/bin/sh
# A build pipeline without a Dockerfile: run.sh [path/to/overlain]
. "$(dirname "$0")/../place.sh"

mkdir -p system/etc system/bin checkout
echo "a base system" >system/etc/release
echo "left" >checkout/requirements
cat >checkout/install-requirements <<'EOF'
mkdir -p "$1/lib" && while read -r name; do echo "$name" >"$1/lib/$name"; done <checkout/requirements
EOF
printf '#!/bin/sh\ncat "$(dirname "$0")/../lib/"*\n' >checkout/program
cat >checkout/tests <<'EOF'
set -e
"$1/bin/program" >"$1/output"
echo "tests: $(xargs <"$1/output")"
rm -r "$1/lib" "$1/bin" "$1/etc"
EOF
before=$(fingerprint system)

show sh "$here/ci.sh" | tee first
show sh "$here/ci.sh" | tee second
echo "right" >>checkout/requirements
show sh "$here/ci.sh" | tee third

sed 's/-[0-9]*:/:/' first second third | grep -v '^\$' >all
expect all "dependencies: made
build: made
tests: left
dependencies: from the cache
build: from the cache
tests: left
dependencies: made
build: made
tests: left right"
[ "$(fingerprint system)" = "$before" ]
echo "ci: each step in its layer, and the base as it was"
