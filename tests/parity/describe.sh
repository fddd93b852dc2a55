# A whole tree as text: what is where, of what kind, whose, with what in it; and of the times those that were set.
describe() {
	(
		cd "$1"
		find . -mindepth 1 \( -type d -printf '%P/ %m %U:%G\n' \) -o -type l -printf '%P %U:%G -> %l\n' \
			-o -newermt 2015-01-01 -printf '%P %y %m %U:%G %n %s\n' \
			-o -printf '%P %y %m %U:%G %n %s %T@\n' | LC_ALL=C sort
		find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2
		find . -exec getfattr -h -d -m '^user\.' {} + 2>/dev/null | LC_ALL=C sort
	)
}
