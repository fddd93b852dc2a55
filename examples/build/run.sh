#!/bin/sh
# A build that cannot touch its sources: run.sh [path/to/overlain]
. "$(dirname "$0")/../place.sh"
needs make cc

cp -r "$here/sources" sources
before=$(fingerprint sources)

# The sources seen in place; what the build makes of them goes to `objects`.
mkdir objects
show overlain run -o lowerdir=sources,upperdir=objects sources -- make -s -C sources
show overlain diff -o lowerdir=sources,upperdir=objects
overlain diff -o lowerdir=sources,upperdir=objects >changes
expect changes "A /hello
A /hello.o"
show overlain run -o lowerdir=sources,upperdir=objects sources -- sources/hello
show ls sources

# The next build finds the objects and has nothing to do.
show overlain run -o lowerdir=sources,upperdir=objects sources -- make -C sources | tee again
grep -q "up to date\|Nothing to be done" again

if command -v cmake >/dev/null && command -v ninja >/dev/null; then
	mkdir other
	show overlain run -o lowerdir=sources,upperdir=other sources -- \
		sh -c 'cd sources && cmake -G Ninja . >/dev/null && ninja --quiet && ./hello'
else
	echo "build: the second half is left out: there is no cmake or no ninja"
fi

[ "$(fingerprint sources)" = "$before" ]
echo "build: the sources are as they were"
