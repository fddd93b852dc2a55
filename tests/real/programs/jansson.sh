# jansson: cmake and ctest, as a shared library, by make and by ninja.
needs="cmake ninja make cc"
source=jansson
varies='.*/(CMakeFiles/.*|Testing/.*|\.ninja_(log|deps)|install_manifest\.txt)'

lower() {
	:
}

work() {
	for how in 'Unix Makefiles' Ninja; do
		quiet cmake -S . -B "out" -G "$how" -DJANSSON_BUILD_SHARED_LIBS=ON -DJANSSON_BUILD_DOCS=OFF -DCMAKE_INSTALL_PREFIX="$PWD/root"
		quiet cmake --build out -j 2
		(cd out && ctest -j 2 | sed -n 's/ *[0-9.]* sec.*//; s/^[ 0-9]*\/[ 0-9]* Test *#\([0-9]*\):/\1/p; /tests passed/p' | sort)
		quiet cmake --install out
		libraries out/bin/json_process
		echo '{"a": [1, 2.5, null]}' >in.json
		out/bin/json_process --env <in.json || :
		[ "$how" = Ninja ] || rm -r out
	done
	find root | sort
	cmake --build out -j 2 | tail -n 1
	touch -d '+5 seconds' src/load.c
	quiet cmake --build out -j 2
	quiet cmake --build out --target clean
}
