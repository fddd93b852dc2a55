# libyaml: autoreconf in the lower, a build beside the sources, libtool's uninstalled library under the tests.
needs="autoreconf libtoolize make cc"
source=libyaml
varies='.*config\.log|.*\.(log|trs)|autom4te\.cache/.*'

lower() {
	:
}

work() {
	quiet autoreconf -fi
	mkdir out
	cd out
	quiet ../configure --prefix="$PWD/../root"
	quiet make -j2
	quiet make check
	cat tests/*.trs | sort
	echo 'a: [1, two]' >in.yaml
	tests/run-parser in.yaml
	quiet make install
	cc -I../root/include -xc - -o use -L../root/lib -lyaml -Wl,-rpath,"\$ORIGIN/../root/lib" <<-'END'
		#include <stdio.h>
		#include <yaml.h>
		int main(void) { puts(yaml_get_version_string()); return 0; }
	END
	./use && libraries ./use
	LD_LIBRARY_PATH=src/.libs libraries tests/.libs/run-parser
	quiet make clean
}
