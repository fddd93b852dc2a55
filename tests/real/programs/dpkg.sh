# dpkg: packages built, unpacked, and a small system of them installed, upgraded and purged.
needs="dpkg-deb dpkg"
varies='system/var/(log/.*|lib/dpkg/(status.*|lock.*|info/.*\.list|available.*))'

# package VERSION WORDS
package() {
	mkdir -p "src-$1/DEBIAN" "src-$1/usr/share/thing/sub" "src-$1/etc"
	cat >"src-$1/DEBIAN/control" <<-END
		Package: thing
		Version: $1
		Architecture: all
		Maintainer: Nobody <nobody@example.org>
		Description: a thing
	END
	echo /etc/thing.conf >"src-$1/DEBIAN/conffiles"
	echo "$2" >"src-$1/etc/thing.conf"
	echo "$2" >"src-$1/usr/share/thing/words"
	seq 2000 >"src-$1/usr/share/thing/sub/numbers-$1"
	ln -s words "src-$1/usr/share/thing/link"
	ln "src-$1/usr/share/thing/words" "src-$1/usr/share/thing/hard"
	find "src-$1" -exec touch -h -d '2001-02-03 04:05:06' {} +
}

lower() {
	package 1 one
	package 2 two
	dpkg-deb --root-owner-group -b src-1 thing_1.deb >/dev/null
	mkdir -p system/var/lib/dpkg/info system/var/lib/dpkg/updates system/var/log system/etc system/usr/share/thing
	touch system/var/lib/dpkg/status
	echo before >system/usr/share/thing/words
}

system() {
	dpkg --root="$PWD/system" --force-not-root --force-bad-path --force-confnew --log="$PWD/system/var/log/dpkg.log" "$@" 2>&1 |
		sed '/Reading database/d; /files and directories/d'
}

work() {
	dpkg-deb -c thing_1.deb | sed 's/.*\.\///'
	dpkg-deb -x thing_1.deb unpacked
	dpkg -x thing_1.deb src-2/again
	dpkg-deb -e thing_1.deb unpacked/DEBIAN
	diff -r src-1 unpacked && diff -r src-2/again unpacked -x DEBIAN
	rm -r src-2/again
	dpkg-deb --root-owner-group -b src-2 thing_2.deb
	dpkg-deb -f thing_2.deb Version
	dpkg-deb --root-owner-group -b src-1 again.deb >/dev/null
	cmp again.deb thing_1.deb
	system -i thing_1.deb
	cat system/usr/share/thing/words
	echo mine >>system/etc/thing.conf
	system -i thing_2.deb
	cat system/etc/thing.conf system/usr/share/thing/words
	system -L thing
	system --verify thing
	system -s thing | grep Status
	system -r thing
	find system | sort
	system -P thing
	find system | sort
}
