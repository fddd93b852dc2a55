/* Programs the library cannot be loaded into are told of, one line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

static char *area;
static const struct layers layers = {"low", "up", "work"};

/* A program of three instructions needs no C library, wherever it is built: it exits with 7. */
#define SOURCE                                                                                     \
	"#if defined(__x86_64__)\n"                                                                \
	"__asm__(\".globl _start; _start: mov $60, %eax; mov $7, %edi; syscall\");\n"              \
	"#else\n"                                                                                  \
	"__asm__(\".globl _start; _start: mov x8, 93; mov x0, 7; svc 0\");\n"                      \
	"#endif\n"
#define BUILD "cc -x c -nostdlib -fPIC seven.c"

/* The loader of this machine's C library. */
#define LOADER "$(ls /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 2>/dev/null)"

static void make_area(void)
{
	scratch_make();
	area = format("%s/area", scratch());
	plant(area,
	      "low/file = words\nup/\nwork/\nlow/script = #!/bin/sh%0Aexit 3\nlow/script mode "
	      "0755\n",
	      0);
	shell_text(area,
		   "set -e; cat >seven.c <<'END'\n" SOURCE "END\n" BUILD
		   " -static -o low/static; " BUILD " -static-pie -o low/static-pie; " BUILD
		   " -Wl,--dynamic-linker=/lib/ld-musl.so.1 -pie -o low/foreign; rm seven.c; "
		   "cp /bin/true low/dynamic; cp /bin/true low/machine; "
		   "printf '\\363' | dd of=low/machine bs=1 seek=18 conv=notrunc 2>/dev/null");
}

TestSuite(escape, .init = make_area, .fini = scratch_remove);

static struct outcome run(const char *script)
{
	return world_shell(SHIM_ENV, area, &layers, script);
}

static void says(const char *script, const char *err)
{
	assert_text(run(script).err, err, script);
}

Test(escape, static_programs)
{
	says("merged/static",
	     "overlain: merged/static: statically linked, runs without the overlay\n");
	says("cd merged; ./static-pie",
	     "overlain: ./static-pie: statically linked, runs without the overlay\n");
	says("low/static", "overlain: low/static: statically linked, runs without the overlay\n");
	cr_assert(run("merged/static").status == 7, "it runs all the same");
}

Test(escape, interpreters)
{
	says("printf '#!%s\\n' $PWD/low/static >s; chmod +x s; ./s",
	     format("overlain: %s/low/static: statically linked, runs without the overlay\n",
		    area));
}

Test(escape, covered_programs)
{
	says("merged/dynamic; merged/script; cat merged/file; env -i merged/dynamic; "
	     "" LOADER " /bin/cat merged/file",
	     "");
	assert_text(run("" LOADER " /bin/cat merged/file").out, "words\n", "ld.so");
}

Test(escape, another_library)
{
	assert_holds(run("merged/foreign").err,
		     "overlain: merged/foreign: linked with another C library, runs without "
		     "the overlay\n");
}

Test(escape, another_machine)
{
	assert_holds(run("merged/machine").err,
		     "overlain: merged/machine: built for another machine, "
		     "runs without the overlay\n");
}

Test(escape, other_privileges)
{
	if (geteuid() != 0)
		return;
	shell_text(area, "cd low; cp dynamic own; chmod u+s own; cp dynamic theirs; "
			 "chown 1 theirs; chmod u+s theirs; cp dynamic group; chgrp 1 group; "
			 "chmod g+s group; cp dynamic lock; chgrp 1 lock; chmod 2644 lock");
	says("merged/own", "");
	says("merged/theirs", "overlain: merged/theirs: set-user-ID, runs without the overlay\n");
	says("merged/group", "overlain: merged/group: set-group-ID, runs without the overlay\n");
	says("setpriv --no-new-privs merged/theirs", "");
}

/* They count for whoever is not root already. */
Test(escape, given_capabilities)
{
	if (geteuid() != 0)
		return;
	shell_text(area, "python3 -c 'import os; os.setxattr(\"low/dynamic\", "
			 "\"security.capability\", bytes([1, 0, 0, 2, 0, 32]) + bytes(14))'; "
			 "chmod a+x low; p=$PWD; "
			 "while test $p != /; do chmod a+x $p; p=$(dirname $p); done");
	says("merged/dynamic", "");
	says("setpriv --reuid 65534 --regid 65534 --clear-groups sh -c merged/dynamic",
	     "overlain: merged/dynamic: given capabilities, runs without the overlay\n");
}

/* Another word size. */
Test(escape, another_class)
{
	shell_text(area, "printf '\\001' | dd of=low/machine bs=1 seek=4 conv=notrunc 2>/dev/null");
	assert_holds(run("merged/machine").err, "overlain: merged/machine: built for another "
						"machine, runs without the overlay\n");
}

static const char *summary_of(const char *script)
{
	return run(format("OVERLAIN_DEBUG=escape %s 2>&1 | sed -n 's/.*\\]: escape: //p'", script))
		.out;
}

/* Of forked children, and of those that share memory: make's. A program ends by exec as well. */
Test(escape, summary)
{
	if (geteuid() == 0)
		shell_text(area,
			   "cp low/dynamic low/theirs; chown 1 low/theirs; chmod u+s low/theirs");
	assert_text(summary_of("sh -c 'merged/static; (merged/static); merged/dynamic; true'"),
		    "3 programs, 2 without the overlay: 2 statically linked\n", "a shell");
	assert_text(summary_of("bash -c 'merged/static-pie; ls; true'"),
		    "2 programs, 1 without the overlay: 1 statically linked\n", "bash");
	assert_text(summary_of("env merged/static"),
		    "1 program, 1 without the overlay: 1 statically linked\n", "in its own place");
	assert_text(summary_of("sh -c 'OVERLAIN_ON_ESCAPE=deny sh -c \"merged/static; true\"'"),
		    "1 program, 1 refused: 1 statically linked\n", "refused");
	assert_text(summary_of("sh -c 'merged/dynamic; true'"), "", "nothing to tell");
	if (geteuid() == 0)
		assert_text(summary_of("sh -c 'merged/static; merged/theirs; true'"),
			    "2 programs, 2 without the overlay: 1 statically linked, "
			    "1 set-user-ID\n",
			    "two reasons");
}

/* Nobody can tell what it is: it runs all the same, by its name in merged. */
Test(escape, what_cannot_be_read)
{
	if (geteuid() != 0)
		return;
	shell_text(area, "chmod 0111 low/dynamic; chmod a+x low; p=$PWD; "
			 "while test $p != /; do chmod a+x $p; p=$(dirname $p); done");
	struct outcome outcome =
		run("setpriv --reuid 65534 --regid 65534 --clear-groups sh -c 'cd merged; "
		    "./dynamic'");
	cr_assert(outcome.status == 0, "status %d", outcome.status);
	assert_text(outcome.err,
		    "overlain: ./dynamic: not readable, so it cannot be told whether it runs "
		    "without the overlay\n",
		    "what is said");
}

/* make(1) starts all of them from one process. */
Test(escape, once_for_a_process)
{
	struct outcome outcome =
		run("printf 'all:\\n\\t-merged/static 1\\n\\t-merged/static 2\\n"
		    "\\t-merged/static-pie\\n' >m; make -f m 2>&1 | grep ^overlain:");
	assert_text(outcome.out,
		    "overlain: merged/static: statically linked, runs without the overlay\n"
		    "overlain: merged/static-pie: statically linked, runs without the overlay\n",
		    "what make says");
}

/* The processes between are children of one shell, and of another. */
Test(escape, once_for_an_overlay)
{
	const char *script = "for i in 1 2 3; do (merged/static); sh -c '(merged/static)'; done";
	says(script, "overlain: merged/static: statically linked, runs without the overlay\n");
	says(script, "overlain: merged/static: statically linked, runs without the overlay\n");
}

/* Its loader would end the program over a library it cannot load. */
Test(escape, another_library_runs)
{
	if (system("command -v musl-gcc >/dev/null") != 0) {
		fprintf(stderr, "skipped: no musl-gcc to build a program of another library\n");
		return;
	}
	shell_text(area,
		   "set -e; cat >m.c <<'END'\n"
		   "#include <stdio.h>\n#include <stdlib.h>\n"
		   "int main(void) { char *p = getenv(\"LD_PRELOAD\"); puts(p ? p : \"none\"); "
		   "return 5; }\nEND\nmusl-gcc -o low/musl m.c; rm m.c");
	struct outcome outcome = run("merged/musl; echo $?; env -i merged/musl; sh -c merged/musl");
	assert_text(outcome.out, "none\n5\nnone\nnone\n", "what the program finds");
	assert_text(outcome.err,
		    "overlain: merged/musl: linked with another C library, runs without the "
		    "overlay\n",
		    "what is said");
}

Test(escape, denied)
{
	struct outcome outcome =
		run("OVERLAIN_ON_ESCAPE=deny exec sh -c 'merged/static; echo $?; "
		    "merged/dynamic; echo $?; PATH=merged:$PATH; static; echo $?'");
	assert_text(outcome.out, "126\n0\n126\n", "what is denied is not run");
	assert_holds(outcome.err,
		     "overlain: merged/static: statically linked, would run without the overlay, "
		     "which OVERLAIN_ON_ESCAPE forbids\n");
}

Test(escape, allowed)
{
	says("OVERLAIN_ON_ESCAPE=allow exec sh -c 'merged/static; env -i merged/static'", "");
}

Test(escape, another_word)
{
	struct outcome outcome = run("OVERLAIN_ON_ESCAPE=maybe exec sh -c 'echo ran'");
	cr_assert(outcome.status == 125, "status %d", outcome.status);
	assert_text(outcome.out, "", "it does not run");
	assert_text(outcome.err,
		    "overlain: OVERLAIN_ON_ESCAPE: maybe: is none of warn, deny, allow\n",
		    "it says");
}
