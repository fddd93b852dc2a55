# rsync -aHAX: into a tree the lower has, out of it and within it.
needs="rsync setfattr setfacl"

lower() {
	mkdir -p from/sub/deep to/sub/old
	seq 5000 >from/numbers
	ln from/numbers from/sub/same
	ln -s ../numbers from/sub/link
	mkfifo from/fifo
	echo run >from/sub/deep/run
	chmod 755 from/sub/deep/run
	setfattr -n user.colour -v blue from/numbers
	setfacl -m u:7:r from/sub/deep/run
	seq 4990 >to/numbers
	echo gone >to/sub/old/gone
	echo stays >to/sub/keep
	find . -exec touch -h -d '2001-02-03 04:05:06' {} +
}

work() {
	rsync -aHAX --delete --itemize-changes from/ to/ | sort
	rsync -aHAX --delete --itemize-changes from/ to/
	(cat from/numbers && echo more) >from/.numbers
	mv from/.numbers from/numbers
	rm from/sub/deep/run
	mkdir from/new
	echo n >from/new/n
	touch -d '2003-04-05 06:07:08' from/numbers from/new/n from/new from/sub/deep
	rsync -aHAX --delete --inplace --no-whole-file --itemize-changes from/ to/ | sort
	rsync -aHAX --backup --suffix=.bak --ignore-times --itemize-changes from/new/ to/sub/ | sort
	rsync -aHAX --link-dest=../to to/ linked
	rsync -a --remove-source-files from/new/ moved
	rsync -rc --existing to/ from
	rsync -aHAX --fake-super --partial-dir=.part from/sub/ super
	rsync -n -aHAXO --delete --itemize-changes from/ to/ | sort
	find . | sort
	diff -r --no-dereference to linked -x fifo
}
