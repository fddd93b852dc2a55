# fribidi: meson and ninja, tables made by programs built on the way, a shared library under the tests.
needs="meson ninja cc"
source=fribidi
varies='out/(meson-.*|\.ninja_.*|.*\.p/.*)'

lower() {
	:
}

work() {
	quiet meson setup out --prefix="$PWD/root" -Ddocs=false --wrap-mode=nodownload
	quiet ninja -C out -j 2
	meson test -C out --no-rebuild --num-processes 2 2>&1 | sed -n 's/^ *[0-9]*\/[0-9]* *\(.*\) *[0-9.]*s.*/\1/p; /^[A-Z].*: *[0-9]/p' |
		sed 's/  *[0-9.]*$//' | sort
	echo hello | out/bin/fribidi --nopad
	quiet meson install -C out --no-rebuild
	find root | sort
	libraries root/bin/fribidi
	libraries out/bin/fribidi
	touch -d '+5 seconds' lib/fribidi.c
	quiet ninja -C out -j 2
	quiet ninja -C out clean
}
