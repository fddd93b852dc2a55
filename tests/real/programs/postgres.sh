# PostgreSQL: a cluster made in the lower, served in merged with its socket there: filled, loaded by four clients, stopped,
# started again, killed and recovered.
user=ordinary
needs=/usr/bin/psql
varies='data/.*|dump.*|log|.*\.tar.*'

bin() {
	program=$1
	shift
	"$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)/$program" "$@"
}

lower() {
	quiet bin initdb -D data -U owner -A trust --no-instructions -E UTF8 --locale=C
	echo "listen_addresses = ''" >>data/postgresql.conf
	echo "max_wal_size = 96MB" >>data/postgresql.conf
}

sql() {
	psql -X -h "$PWD" -U owner -At -v ON_ERROR_STOP=1 "$@"
}

control() {
	quiet bin pg_ctl -D data -l log -w -t 120 -o "-k '$PWD'" "$@"
}

work() {
	trap 'bin pg_ctl -D data -m immediate stop >/dev/null 2>&1 || :' EXIT
	control start
	sql -d postgres -c 'create database bench'
	quiet bin pgbench -h "$PWD" -U owner -i -s 2 bench
	quiet bin pgbench -h "$PWD" -U owner -c 4 -j 2 -t 250 bench
	sql -d bench -c 'select count(*) from pgbench_history' -c 'select count(*), sum(aid) from pgbench_accounts' \
		-c 'select sum(abalance) = (select sum(delta) from pgbench_history) from pgbench_accounts'
	sql -d bench -c 'create table side as select g, md5(g::text) from generate_series(1, 20000) g' -c 'create index on side(md5)' \
		-c 'vacuum full side' -c 'checkpoint' -c 'create extension amcheck' -c 'truncate pgbench_history' \
		-c "copy side to '$PWD/side.csv'" -c "select count(*), sum(length(md5)) from side"
	mkdir space
	sql -d bench -c "create tablespace elsewhere location '$PWD/space'" -c 'alter table side set tablespace elsewhere'
	bin pg_dump -h "$PWD" -U owner bench | sed /restrict/d >dump.1
	control -m fast stop
	bin pg_controldata data | grep state
	control start
	bin pg_dump -h "$PWD" -U owner bench | sed /restrict/d >dump.2
	cmp dump.1 dump.2 && grep -c . dump.1
	bin pg_amcheck -h "$PWD" -U owner -d bench --heapallindexed && echo checked
	sql -d bench -c "insert into side select g, 'more' from generate_series(1, 1000) g"
	control -m immediate stop
	control start
	sql -d bench -c 'select count(*) from side' -c 'drop table side' -c 'drop tablespace elsewhere'
	quiet bin pg_basebackup -h "$PWD" -U owner -D copy -X stream
	quiet bin pg_verifybackup copy
	rm -r copy
	sql -d postgres -c 'drop database bench'
	control -m fast stop
	bin pg_controldata data | grep state
	find . -name 'PG_VERSION' | grep -vc /base/
	ls
	ls -A space
	cksum side.csv
}
