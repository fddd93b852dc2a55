# popt: autotools with libtool; its tests run through libtool's wrapper scripts.
needs="make cc"
source=popt
varies='.*/config\.log|config\.log|.*\.log|.*\.trs'

lower() {
	:
}

work() {
	quiet ./configure --prefix="$PWD/root" --disable-nls
	quiet make -j2
	quiet make check
	grep -h '^:test-result\|^# [A-Z]*:' tests/*.trs test-suite.log tests/test-suite.log 2>/dev/null | sort
	quiet make install
	LD_LIBRARY_PATH=$PWD/root/lib libraries tests/.libs/test1
	libraries tests/.libs/test1
	./tests/test1 --arg1 42
	quiet make distclean
}
