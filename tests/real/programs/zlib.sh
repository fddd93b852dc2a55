# zlib: a configure of its own make, a shared library beside the programs that use it.
needs="make cc"
source=zlib

lower() {
	chmod +x configure
}

work() {
	quiet ./configure --prefix="$PWD/root"
	quiet make -j2
	make test 2>&1 | grep 'test OK'
	LD_LIBRARY_PATH=$PWD ./examplesh | tail -n 2
	echo 'words to pack' | ./minigzipsh | LD_LIBRARY_PATH=$PWD ./minigzipsh -d
	quiet make install
	echo '#include <zlib.h>
		int main(void) { return zlibVersion()[0] != ZLIB_VERSION[0]; }' >use.c
	cc -Iroot/include use.c -o use -Lroot/lib -lz -Wl,-rpath,"$PWD/root/lib"
	./use && libraries ./use
	LD_LIBRARY_PATH=$PWD libraries examplesh
	rm use
	quiet make distclean
}
