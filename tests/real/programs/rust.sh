# cargo: a workspace of a library, a library loaded at run time and a program, none of them from elsewhere.
needs="cargo cc"
varies='target/.*'

lower() {
	mkdir -p words/src shout/src app/src app/tests
	cat >Cargo.toml <<-'END'
		[workspace]
		members = ["words", "shout", "app"]
		resolver = "2"
	END
	for name in words shout app; do
		printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n' $name >$name/Cargo.toml
	done
	printf '[lib]\ncrate-type = ["cdylib", "rlib"]\n[dependencies]\nwords = { path = "../words" }\n' >>shout/Cargo.toml
	printf '[dependencies]\nwords = { path = "../words" }\nshout = { path = "../shout" }\n' >>app/Cargo.toml
	cat >words/src/lib.rs <<-'END'
		pub fn words() -> String { include_str!("words.txt").trim().to_string() }
		#[cfg(test)] mod tests { #[test] fn some() { assert!(!super::words().is_empty()); } }
	END
	echo 'some words' >words/src/words.txt
	echo 'pub fn shout() -> String { words::words().to_uppercase() } #[no_mangle] pub extern "C" fn loud() -> i32 { 7 }' >shout/src/lib.rs
	cat >app/build.rs <<-'END'
		fn main() { std::fs::write(std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("made.rs"), "const MADE: i32 = 42;").unwrap(); }
	END
	cat >app/src/main.rs <<-'END'
		include!(concat!(env!("OUT_DIR"), "/made.rs"));
		fn main() {
		    println!("{} {} {}", words::words(), shout::shout(), MADE);
		    println!("{}", std::env::current_exe().unwrap().display());
		    let mut names: Vec<_> = std::fs::read_dir(".").unwrap().map(|e| e.unwrap().file_name()).collect();
		    names.sort();
		    println!("{:?} {:?}", names, std::fs::canonicalize("app/../words").unwrap());
		    std::fs::create_dir_all("made/deep").unwrap();
		    std::fs::copy("words/src/words.txt", "made/deep/words").unwrap();
		    std::fs::hard_link("made/deep/words", "made/same").unwrap();
		    std::fs::remove_dir_all("made").unwrap();
		}
	END
	echo '#[test] fn two() { assert_eq!(shout::shout(), shout::shout().to_uppercase()); }' >app/tests/two.rs
}

work() {
	export CARGO_HOME="$HOME/cargo" CARGO_NET_OFFLINE=true CARGO_INCREMENTAL=1
	quiet cargo build -j 2
	target/debug/app
	echo 'other words' >words/src/words.txt
	touch -d '+5 seconds' words/src/words.txt
	cargo run -q -j 2 -p app
	cargo test -q -j 2 2>/dev/null | sed 's/; finished in.*//' | sort | uniq -c
	cargo build -j 2 2>&1 | sed 's/ in [0-9.]*s$//'
	quiet cargo clean
	ls
}
