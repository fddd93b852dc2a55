# fakeroot: a package owned by root, made by somebody who is not.
needs="fakeroot dpkg-deb"
varies='.*\.deb|state'

lower() {
	mkdir -p pkg/DEBIAN pkg/usr/bin pkg/var/cache/thing
	printf 'Package: thing\nVersion: 1\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: a thing\n' >pkg/DEBIAN/control
	echo '#!/bin/sh' >pkg/usr/bin/thing
	chmod 600 pkg/usr/bin/thing
	find pkg -exec touch -h -d '2001-02-03 04:05:06' {} +
}

work() {
	fakeroot -s state sh -c '
		id -u
		chown -R 0:0 pkg
		chown 33:44 pkg/var/cache/thing
		chmod 4755 pkg/usr/bin/thing
		mknod pkg/var/null c 1 3
		mkdir pkg/var/log && chown 5:6 pkg/var/log
		install -m 640 -o 7 -g 8 pkg/usr/bin/thing pkg/usr/bin/other
		mv pkg/usr/bin/other pkg/var/log
		dpkg-deb -b pkg thing.deb
		find pkg | sort | xargs stat -c "%F %a %u:%g %n"'
	dpkg-deb -c thing.deb | awk '{ print $1, $2, $NF }' | sort
	fakeroot -i state sh -c 'stat -c "%u:%g %a %n" pkg/var/log/other; tar cf - pkg | tar tvf - --numeric-owner | wc -l'
	fakeroot tar xf "$(fakeroot sh -c 'dpkg-deb --fsys-tarfile thing.deb >fs.tar; echo fs.tar')" -C pkg/var ./usr
	stat -c '%a %n' pkg/var/usr/bin/thing
	rm fs.tar
}
