#!/bin/sh
# A Python environment that many share and nobody may change, extended by one: run.sh [path/to/overlain]
. "$(dirname "$0")/../place.sh"
needs python3
python3 -c 'import venv' 2>/dev/null || needs "python3 -m venv"

python3 -m venv --without-pip shared
before=$(fingerprint shared)

# A wheel is a zip archive with a package in it.
mkdir -p wheel/greeting
echo 'def greet(): return "hello from a package of our own"' >wheel/greeting/__init__.py
(cd wheel && python3 -m zipfile -c ../greeting-1.0-py3-none-any.whl greeting)

mkdir ours
show overlain run -o lowerdir=shared,upperdir=ours shared -- sh -ec '
	site=$(shared/bin/python -c "import sysconfig; print(sysconfig.get_path(\"purelib\"))")
	shared/bin/python -m zipfile -e greeting-1.0-py3-none-any.whl "$site"'
show overlain run -o lowerdir=shared,upperdir=ours shared -- \
	shared/bin/python -c 'import greeting; print(greeting.greet(), greeting.__file__)' | tee said
grep -q "hello from a package of our own $PWD/shared/lib/" said
if shared/bin/python -c 'import greeting' 2>/dev/null; then
	echo "python: the shared environment has the package" >&2
	exit 1
fi
show overlain diff -o lowerdir=shared,upperdir=ours

[ "$(fingerprint shared)" = "$before" ]
echo "python: the package is there for those who look through ours, and only for them"
