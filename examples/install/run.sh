#!/bin/sh
# What would `make install` do? run.sh [path/to/overlain]
. "$(dirname "$0")/../place.sh"
needs make

# The system it would go to, with an older version installed.
mkdir -p root/usr/bin root/usr/share/man/man1 root/etc
echo old >root/usr/bin/tool
echo old >root/usr/share/man/man1/tool.1
echo setting=mine >root/etc/tool.conf
before=$(fingerprint root)

# A program whose install target does more than its README says.
cat >Makefile <<'EOF'
install:
	install -m 755 tool $(prefix)/bin/tool
	install -D -m 644 tool.conf $(prefix)/../etc/tool.conf
	rm -f $(prefix)/share/man/man1/tool.1
	install -D -m 644 tool.1.gz $(prefix)/share/man/man1/tool.1.gz
EOF
echo new >tool
echo setting=default >tool.conf
echo manual >tool.1.gz

mkdir upper
show overlain run -o lowerdir=root,upperdir=upper root -- make -s install prefix="$PWD/root/usr"
show overlain diff -p -o lowerdir=root,upperdir=upper
overlain diff -o lowerdir=root,upperdir=upper >changes
expect changes "C /etc/tool.conf
C /usr/bin/tool
D /usr/share/man/man1/tool.1
A /usr/share/man/man1/tool.1.gz"
[ "$(fingerprint root)" = "$before" ]

# All of that is welcome, but the settings stay.
show overlain discard -y -o lowerdir=root,upperdir=upper -- /etc/tool.conf
show overlain commit -y -o lowerdir=root,upperdir=upper
cat root/etc/tool.conf root/usr/bin/tool >now
expect now "setting=mine
new"
ls root/usr/share/man/man1
echo "install: looked at first, then installed, but for one file"
