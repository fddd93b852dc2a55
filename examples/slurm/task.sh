#!/bin/sh
# task.sh DIRECTORY NUMBER: a program of the old school, which indexes, caches and logs in its own data directory.
set -eu
cd "$1"
sort genes >genes.sorted
sed -n "$2p" genes.sorted >cache
mkdir results
tr a-z A-Z <cache >"results/$2"
echo "task $2" >>log
