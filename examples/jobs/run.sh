#!/bin/sh
# One data set, many jobs at once, each with an upper of its own: run.sh [path/to/overlain]
. "$(dirname "$0")/../place.sh"

# A data set that nobody may change.
mkdir data
for year in 2021 2022 2023 2024; do
	seq "$year" $((year + 99)) >data/$year
done
chmod -R a-w data
before=$(fingerprint data)

# Every job sees the data as a directory it can write to, and writes the same names as the others.
cat >job <<'EOF'
#!/bin/sh
mkdir -p "upper/$1"
exec overlain run -o "lowerdir=data,upperdir=upper/$1" work -- sh -ec '
	cd work
	chmod u+w . "$0"
	sed -i "s/$/ checked/" "$0"
	mkdir -p results
	wc -l <"$0" >"results/$0"
	echo "$0 done" >log' "$1"
EOF
chmod +x job
ls data | show xargs -P 4 -n 1 ./job

# Each upper holds what its job changed, no more.
show overlain diff -o lowerdir=data,upperdir=upper/2023
overlain diff -o lowerdir=data,upperdir=upper/2023 >changes
expect changes "C /2023
A /log
A /results
A /results/2023"

# All of them together, over the data: a read-only overlay of five layers.
lowers=$(printf '%s:' upper/202?)data
show overlain run -o "lowerdir=$lowers" all -- sh -c 'cat all/results/* >merged; tail -n 1 all/2022 >>merged'
cat merged
expect merged "100
100
100
100
2121 checked"

[ "$(fingerprint data)" = "$before" ]
echo "jobs: four jobs, one data set, and it is as it was"
