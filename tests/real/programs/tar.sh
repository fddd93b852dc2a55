# tar: a tree with everything an archive can hold, packed, unpacked over itself, updated and compared.
needs="tar gzip xz"
varies='.*\.tar.*|pax'

lower() {
	mkdir -p tree/sub/deep tree/empty
	seq 1000 >tree/numbers
	ln tree/numbers tree/sub/same
	ln -s ../numbers tree/sub/link
	ln -s nowhere tree/dangling
	mkfifo tree/fifo
	truncate -s 1M tree/sparse
	echo end >>tree/sparse
	echo run >tree/sub/deep/run
	chmod 4755 tree/sub/deep/run
	chmod 2750 tree/empty
	setfattr -n user.colour -v blue tree/numbers
	setfacl -m u:7:r tree/sub/deep/run
	long=$(printf '%0120d' 0)
	echo long >"tree/$long"
	find tree -exec touch -h -d '2001-02-03 04:05:06.789' {} +
}

work() {
	tar --xattrs --acls -Scf whole.tar tree
	tar tvf whole.tar --numeric-owner | sort -k 6
	mkdir out
	tar --xattrs --acls -xpf whole.tar -C out
	tar --xattrs --acls -df whole.tar -C out
	diff -r --no-dereference tree out/tree -x fifo
	echo changed >tree/numbers
	rm tree/sub/same
	tar -df whole.tar tree 2>&1 | sort
	tar --xattrs --acls -xpf whole.tar
	tar -df whole.tar tree
	tar --unlink-first --recursive-unlink -xpf whole.tar
	tar --overwrite -xpf whole.tar tree/numbers
	echo later >tree/later
	tar -uf whole.tar tree
	tar tf whole.tar | grep later
	tar czf part.tar.gz --remove-files tree/sub
	tar cJf rest.tar.xz --exclude=fifo tree
	ls tree
	tar xzf part.tar.gz
	tar xJf rest.tar.xz -O | wc -c
	tar -c --listed-incremental=snap.tar.list -f 0.tar tree
	mv tree/later tree/moved
	rm tree/numbers
	tar -c --listed-incremental=snap.tar.list -f 1.tar tree
	tar -x --listed-incremental=/dev/null -f 0.tar -C out
	tar -x --listed-incremental=/dev/null -f 1.tar -C out
	find out | sort
	find tree | cpio -o --quiet -H newc 2>/dev/null | wc -c
}
