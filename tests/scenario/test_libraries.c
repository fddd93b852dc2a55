/* Programs and their shared libraries in the union, spread over its layers: what ld.so finds. */
#include <string.h>

#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(libraries, .init = scratch_make, .fini = scratch_remove, .timeout = 120);

static const struct layers layers = {"low1:low2", "up", "work"};

/* lib NAME DIRECTORY CODE [LINK…]: a library NAME.so.1 whose file is in DIRECTORY. */
#define TOOLS                                                                                      \
	"set -e\n"                                                                                 \
	"lib() { n=$1 d=$2 c=$3; shift 3; mkdir -p $d; echo \"$c\" | cc -shared -fPIC -o "         \
	"$d/$n.so.1 -Wl,-soname,$n.so.1 -Wl,--allow-shlib-undefined -xc - -xnone \"$@\"; }\n"      \
	"program() { o=$1; shift; mkdir -p ${o%/*}; cc -D_GNU_SOURCE -o $o "                       \
	"-Wl,--allow-shlib-undefined "                                                             \
	"-Wl,--unresolved-symbols=ignore-all "                                                     \
	"-Wl,--no-as-needed " SOURCE_DIR "/tests/programs/library_calls.c \"$@\"; }\n"

/*
 * liba in the upper layer of the two needs libb of the lower one, which needs libc1 of the upper:
 * each beside the other by $ORIGIN. libv is in all three, and the upper's counts.
 */
#define POOL                                                                                       \
	"lib libc1 up/lib 'int c(void) { return 3; }'\n"                                           \
	"lib libb low2/lib 'int c(void); int b(void) { return 20 + c(); }' up/lib/libc1.so.1 "     \
	"'-Wl,-rpath,$ORIGIN'\n"                                                                   \
	"lib liba low1/lib 'int b(void); int value(void) { return 100 + b(); }' "                  \
	"low2/lib/libb.so.1 '-Wl,-rpath,$ORIGIN'\n"                                                \
	"for n in 2 1; do lib libv low$n/lib \"int value(void) { return $n; }\"; done\n"           \
	"lib libv up/lib 'int value(void) { return 9; }'\n"                                        \
	"mv low2/lib/libb.so.1 low2/lib/libb.so.1.7; mkdir -p low1/lib; "                          \
	"ln -s libb.so.1.7 low1/lib/libb.so.1\n"                                                   \
	"program low1/bin/prog low1/lib/liba.so.1 '-Wl,-rpath,$ORIGIN/../lib'\n"                   \
	"program low2/bin/plain low1/lib/liba.so.1\n"                                              \
	"ln -s ../bin/prog low2/lib/run\n"

/* Everything is built once, and each world gets its own copy. */
static void build(const char *more)
{
	shell_text(scratch(), format("mkdir pool && cd pool && mkdir low1 low2 up work out merged\n"
				     "%s%s%s",
				     TOOLS, POOL, more));
}

/* The script, in every world: `out` beside merged is a plain directory. */
static void same_after(const char *more, const char *script)
{
	struct outcome first = {0};
	const char *model = NULL;

	build(more);
	for (enum world world = PLAIN; world < WORLDS; world++) {
		char *area = format("%s/area", scratch());
		struct outcome outcome;

		if (!world_exists(world))
			continue;
		shell_text(scratch(), world == PLAIN
					      ? "cp -a pool area && cd area && for d in low2 low1 "
						"up; do cp -a $d/. merged; done && "
						"find merged -type c | while read w; do rm $w; done"
					      : "cp -a pool area");
		outcome = world_shell(world, area, &layers, script);
		remove_tree(area);
		if (!model) {
			model = world_name(world);
			first = outcome;
			cr_assert(*first.out, "%s: nothing was said; %s", model, first.err);
			continue;
		}
		assert_text(outcome.out, first.out,
			    format("%s against %s: stdout", world_name(world), model));
		assert_text(outcome.err, first.err,
			    format("%s against %s: stderr", world_name(world), model));
	}
}

Test(libraries, beside_the_program)
{
	same_after("", "merged/bin/prog self objects; cd merged/lib; ../bin/prog self objects; "
		       "PATH=$PWD/../bin:$PATH; prog self objects; ./run self; "
		       "cd ..; exec bin/prog open:liba.so.1");
}

Test(libraries, by_library_path)
{
	same_after("",
		   "LD_LIBRARY_PATH=$PWD/merged/lib merged/bin/plain objects open:libv.so.1; "
		   "cd merged; LD_LIBRARY_PATH=/nowhere:lib bin/plain objects self; "
		   "cd lib; LD_LIBRARY_PATH= ../bin/plain objects; LD_LIBRARY_PATH=. ../bin/plain; "
		   "LD_LIBRARY_PATH=: ../bin/plain objects open:libv.so.1; bin/plain; "
		   "../bin/plain");
}

/* Directories that hold none of the first libraries asked for are not given up. */
Test(libraries, in_several_directories)
{
	same_after(
		"mkdir up/other; mv up/lib/libc1.so.1 up/other; mkdir low2/third; "
		"mv low2/lib/libb.so.1.7 low2/third; "
		"ln -sf ../third/libb.so.1.7 low1/lib/libb.so.1\n",
		"m=$PWD/merged; LD_LIBRARY_PATH=$m/other:$m/third:$m/lib merged/bin/plain objects; "
		"LD_LIBRARY_PATH=$m/third:$m/lib:$m/other merged/bin/plain objects; "
		"LD_LIBRARY_PATH=$m/none:$m/lib:$m/other merged/bin/plain objects");
}

/* The order of directories holds across the border of merged. */
Test(libraries, outside_comes_first_where_it_stands_first)
{
	same_after("lib libv out 'int value(void) { return 77; }'\n",
		   "o=$PWD/out m=$PWD/merged/lib; LD_LIBRARY_PATH=$o:$m merged/bin/plain "
		   "open:libv.so.1; LD_LIBRARY_PATH=$m:$o merged/bin/plain open:libv.so.1 objects");
}

Test(libraries, a_program_outside)
{
	same_after("program out/prog low1/lib/liba.so.1 -Wl,-rpath,${PWD%/pool}/area/merged/lib\n"
		   "program out/old low1/lib/liba.so.1 -Wl,--disable-new-dtags "
		   "-Wl,-rpath,${PWD%/pool}/area/merged/lib\n"
		   "program out/plain low1/lib/liba.so.1\n"
		   "program out/named ${PWD%/pool}/area/merged/lib/libv.so.1 || "
		   "program out/named\n",
		   "out/prog open:libv.so.1; out/old open:libv.so.1; cd merged/lib; "
		   "LD_LIBRARY_PATH=. ../../out/plain open:libv.so.1");
}

/* An RPATH counts for what the libraries need as well, a RUNPATH does not. */
Test(libraries, inherited_paths)
{
	same_after("lib libn up/sub 'int c(void); int value(void) { return 500 + c(); }' "
		   "up/lib/libc1.so.1\n"
		   "program low1/bin/old up/sub/libn.so.1 -Wl,--disable-new-dtags "
		   "'-Wl,-rpath,$ORIGIN/../sub:${ORIGIN}/../lib'\n"
		   "program low1/bin/new up/sub/libn.so.1 "
		   "'-Wl,-rpath,$ORIGIN/../sub:$ORIGIN/../lib'\n",
		   "merged/bin/old open:libn.so.1; merged/bin/new");
}

#define LDD(program) "ldd " program " | sed 's/ (0x.*//' | grep -v -e overlain -e /ld-; "

Test(libraries, ldd_shows_merged)
{
	same_after("", LDD("merged/bin/prog") "cd merged/bin; " LDD("./prog")
			       LDD("$PWD/plain") "LD_LIBRARY_PATH=../lib " LDD("plain"));
}

Test(libraries, hidden_ones_are_not_found)
{
	same_after(
		"mkdir up/bin; mknod up/lib/liba.so.1 c 0 0; lib liba up/two "
		"'int value(void) { return 2; }'\n",
		"merged/bin/prog; cd merged; LD_LIBRARY_PATH=$PWD/lib:$PWD/two bin/plain objects "
		"open:liba.so.1 open:$PWD/lib/liba.so.1");
}

Test(libraries, changed_while_in_use)
{
	same_after(
		"",
		"touch merged/lib/liba.so.1; merged/bin/prog objects; chmod 700 merged/bin/prog; "
		"merged/bin/prog self objects; rm merged/lib/libc1.so.1; merged/bin/prog; "
		"mkdir merged/new; cp merged/lib/libv.so.1 merged/new/liba.so.1; rm -r merged/lib; "
		"mv merged/new merged/lib; merged/bin/prog objects open:liba.so.1");
}

Test(libraries, opened_at_run_time)
{
	same_after(
		"",
		"PATH=" BUILD_DIR "/tests/programs:$PATH; a=$PWD/merged/lib/liba.so.1; "
		"library_calls open:$a objects | sed s/1.7$/1/ | sort; library_calls in:merged/lib "
		"open:./liba.so.1 open:../lib/libv.so.1 open:liba.so.1 open:libv.so.1; "
		"merged/bin/prog open:$a in:merged/lib open:./libv.so.1 open:libv.so.1; "
		"merged/bin/plain; LD_LIBRARY_PATH=merged/lib merged/bin/plain in:/ "
		"open:libv.so.1 open:./merged/lib/none.so");
}

Test(libraries, as_mapped_files)
{
	same_after("", "(merged/bin/prog maps; touch merged/lib/liba.so.1; cd merged/lib; "
		       "../bin/prog open:libv.so.1 maps; cp " HELPER(
			       "library_calls") " calls; "
						"./calls open:./liba.so.1 maps) | sort");
}

Test(libraries, by_many_threads)
{
	same_after("", "cd merged/lib; for p in ../bin/prog " HELPER(
			       "library_calls") "; do "
						"$p threads $PWD/libv.so.1 $PWD/liba.so.1 "
						"$PWD/../lib/libv.so.1; done");
}

/* A library that looks for others itself, by its own RUNPATH or by the token. */
#define OPENER(name)                                                                               \
	"'#include <dlfcn.h>\n"                                                                    \
	"int value(void) { void *h = dlopen(\"" name "\", RTLD_LAZY); "                            \
	"return h ? 1000 + ((int (*)(void))dlsym(h, \"value\"))() : -1; }'"

Test(libraries, opened_by_a_library)
{
	same_after(
		"lib libo1 up/lib " OPENER(
			"libv.so.1") " '-Wl,-rpath,$ORIGIN'\n"
				     "lib libo2 low2/lib " OPENER(
					     "$ORIGIN/../lib/liba.so.1") "\n"
									 "lib libo3 "
									 "low2/lib " OPENER(
										 "libv.so.1") "\n",
		"m=$PWD/merged/lib; for o in 1 2 3; do " HELPER(
			"library_calls") " open:$m/libo$o.so.1; merged/bin/prog open:libo$o.so.1; "
					 "done");
}

Test(libraries, preloaded)
{
	same_after("lib libp low2/lib 'int getppid(void) { return 12345; }'\n",
		   "LD_PRELOAD=\"$LD_PRELOAD $PWD/merged/lib/libp.so.1\" python3 -c "
		   "'import os; print(os.getppid())'");
}

/* C++: an exception from one library through another of another layer. */
Test(libraries, exceptions_cross_layers)
{
	same_after(
		"cxx() { o=$1; shift; c++ -shared -fPIC -Wl,-rpath,'$ORIGIN' "
		"-Wl,--allow-shlib-undefined -o $o -xc++ - -xnone \"$@\"; }\n"
		"command -v c++ >/dev/null || exit 0\n"
		"echo '#include <stdexcept>\nvoid t() { throw std::out_of_range(\"far\"); }' | "
		"cxx low2/lib/libt.so -Wl,-soname,libt.so\n"
		"echo 'void t(); struct D { ~D(); }; void h(); D::~D() { h(); } "
		"void m() { D d; t(); }' | cxx up/lib/libm1.so -Wl,-soname,libm1.so "
		"low2/lib/libt.so\n"
		"echo '#include <cstdio>\n#include <stdexcept>\nvoid m(); void h() { "
		"puts(\"gone\"); } "
		"int main() { try { m(); } catch (std::out_of_range &e) { puts(e.what()); } }' | "
		"c++ -rdynamic -o low1/bin/thrower -xc++ - -xnone up/lib/libm1.so "
		"-Wl,-rpath,'$ORIGIN/../lib' -Wl,--allow-shlib-undefined "
		"-Wl,--unresolved-symbols=ignore-all\n",
		"[ -e merged/bin/thrower ] && merged/bin/thrower; echo $?");
}

/* The auditor is gone from what a program sees, others stay. */
#define AUDITOR                                                                                    \
	"lib audit out '#include <stdint.h>\n#include <unistd.h>\nunsigned la_version(unsigned "   \
	"v) "                                                                                      \
	"{ write(1, \"audited \", 8); return v; }'\n"

Test(libraries, the_environment_tells_nothing)
{
	same_after(AUDITOR "cp /usr/bin/env low1/bin/env\n",
		   "merged/bin/env | grep ^LD_A; export LD_AUDIT=$PWD/out/audit.so.1; "
		   "merged/bin/env | "
		   "grep -x -e audited -e \"LD_AUDIT=$LD_AUDIT\"; merged/bin/env -u LD_AUDIT "
		   "merged/bin/env | grep -c audit");
}

/* Storage of threads that must lie in the first block: jemalloc has as much. */
Test(libraries, storage_of_threads)
{
	same_after("lib libj low2/lib '__thread char room[2700] "
		   "__attribute__((tls_model(\"initial-exec\"))); "
		   "int value(void) { room[2699] = 5; return room[2699]; }'\n"
		   "program low1/bin/stored low2/lib/libj.so.1 '-Wl,-rpath,$ORIGIN/../lib'\n"
		   "cp /usr/bin/env low1/bin/env\n",
		   "merged/bin/stored open:libj.so.1; export GLIBC_TUNABLES=glibc.malloc.check=0; "
		   "merged/bin/env | grep TUNABLES; unset GLIBC_TUNABLES; merged/bin/env | "
		   "grep TUNABLES; merged/bin/stored open:libj.so.1");
}

/* A compiler's library has much more of it, found beside the program or where the caller says. */
Test(libraries, much_storage_of_threads)
{
	same_after("lib libk low2/lib '__thread char room[30000] "
		   "__attribute__((tls_model(\"initial-exec\"))); "
		   "int value(void) { room[29999] = 7; return room[29999]; }'\n"
		   "program low1/bin/stored low2/lib/libk.so.1 '-Wl,-rpath,$ORIGIN/../lib'\n"
		   "program out/stored low2/lib/libk.so.1\n",
		   "merged/bin/stored self; export LD_LIBRARY_PATH=$PWD/merged/lib; "
		   "out/stored self; env | grep -c TUNABLES; "
		   "GLIBC_TUNABLES=glibc.malloc.check=0 merged/bin/stored self");
}

/* A sanitizer's runtime asks for the objects before the C library knows its environment. */
Test(libraries, sanitizers)
{
	same_after("echo 'int main(void) { char *volatile p = __builtin_malloc(3); p[3] = 1; }' | "
		   "cc -fsanitize=address -o low1/bin/bug -xc - && cp low1/bin/bug out || "
		   "rm -f low1/bin/bug\n",
		   "export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0; [ -e out/bug ] || "
		   "echo none; for d in out merged/bin; do $d/bug 2>&1 | "
		   "grep -o 'ERROR: AddressSanitizer: [a-z-]*'; done; echo done");
}

#define TRACED(program)                                                                            \
	"strace -f -qq -e signal=none -o trace " program " >/dev/null; "                           \
	"grep -vc 'resumed>\\|+++' trace"

/* What a program in merged costs at its start, beside the same in a plain directory. */
static void expect_start(const char *plain_script, const char *script, long more)
{
	char *area = format("%s/pool", scratch());
	long plain = atol(shell_text(area, plain_script));
	struct outcome outcome = world_shell(SHIM_RUN, area, &layers, script);
	long merged = atol(outcome.out);

	cr_assert(plain > 0 && merged > 0, "%s", outcome.err);
	cr_expect(merged <= plain + more, "%ld system calls, %ld in a plain directory", merged,
		  plain);
}

Test(libraries, cost_of_a_start)
{
	if (!can_trace())
		cr_skip_test();
	build("mkdir plain; for d in low2 low1 up; do cp -a $d/. plain; done\n"
	      "cp /usr/bin/env low1/bin; cp /usr/bin/env plain/bin\n");
	/* With three libraries of its own; without any: then no auditor comes along. */
	expect_start(TRACED("plain/bin/prog"), TRACED("merged/bin/prog"), 65 + 3 * 16);
	expect_start(TRACED("plain/bin/env"), TRACED("merged/bin/env"), 30);
}
