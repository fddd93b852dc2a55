# sqlite3: several processes write the same database, by rollback journal and by write-ahead log, locked by fcntl.
needs=sqlite3
varies='(rollback|wal|fresh)\.db.*'

lower() {
	for mode in rollback wal; do
		sqlite3 "$mode.db" 'create table t(who, n); create index i on t(who, n);'
		seq 500 | sed "s/.*/insert into t values('lower', &);/" | sqlite3 -cmd 'begin' "$mode.db" >/dev/null
		{ echo 'begin;'; seq 500 | sed "s/.*/insert into t values('lower', &);/"; echo 'commit;'; } | sqlite3 "$mode.db"
	done
	sqlite3 wal.db 'pragma journal_mode=wal' >/dev/null
}

# Every process inserts one row after the other, each a transaction of its own.
writers() {
	for who in a b c d; do
		seq 25 | sed "s/.*/insert into t values('$who', &);/" | sqlite3 -cmd '.timeout 60000' "$1" &
	done
	wait
	sqlite3 -cmd '.timeout 60000' "$1" 'select who, count(*), sum(n) from t group by who; pragma integrity_check;'
}

work() {
	writers rollback.db
	writers wal.db
	sqlite3 rollback.db 'pragma journal_mode; pragma journal_mode=wal; pragma journal_mode;'
	writers rollback.db
	sqlite3 wal.db "delete from t where who='lower'; vacuum; select count(*) from t; pragma journal_mode=delete;"
	writers wal.db
	sqlite3 wal.db .dump | sort | cksum
	sqlite3 fresh.db "attach 'rollback.db' as r; create table t as select * from r.t; select count(*) from t;"
	sqlite3 fresh.db 'begin; delete from t; select count(*) from t; rollback; select count(*) from t;'
	sqlite3 "file:fresh.db?mode=ro" 'select sum(n) from t; delete from t;' 2>&1 | sed 's/^.*: //'
	ls
}
