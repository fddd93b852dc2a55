/*
 * The union is "/" itself: the whole system, seen in place, under a layer of the test's own. What
 * libc and ld.so read for themselves is merged's as far as they let themselves be led.
 */
#include <criterion/criterion.h>

#include "support/calls.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(root, .init = scratch_make, .fini = scratch_remove, .timeout = 120);

/* The layer over the system's: two accounts, a group, a host. */
#define ETC                                                                                        \
	"mkdir -p extra/etc up work; cp /etc/passwd /etc/group extra/etc; chmod u+w extra/etc/*; " \
	"echo 'visitor:x:4242:4242:A visitor:/nowhere:/bin/sh' >>extra/etc/passwd; "               \
	"echo 'guest:x:4243:4242::/:/bin/false' >>extra/etc/passwd; "                              \
	"echo 'visitors:x:4242:guest,root' >>extra/etc/group; "                                    \
	"printf '# none\\n192.0.2.7\\tfar.example far #own\\n2001:db8::7 far.example\\n' "         \
	">extra/etc/hosts; "

static struct outcome under_root(const char *setup, const char *script)
{
	shell_text(scratch(), setup);
	return program(scratch(), NULL,
		       ARGV(OVERLAIN, "run", "-o", "lowerdir=extra:/,upperdir=up,workdir=work", "/",
			    "--", "sh", "-c", script));
}

static void says(const char *setup, const char *script, const char *expected)
{
	struct outcome outcome = under_root(setup, script);

	assert_text(outcome.out, expected, format("%s; stderr: %s", script, outcome.err));
}

Test(root, accounts)
{
	says(ETC,
	     "id visitor; getent passwd 4243 visitor; getent group visitors 4242; "
	     "id -Gn guest; getent passwd | tail -n 1; getent group | grep -c visitors; "
	     "touch $HOME/mine 2>/dev/null || touch mine; echo ~guest",
	     "uid=4242(visitor) gid=4242(visitors) groups=4242(visitors)\n"
	     "guest:x:4243:4242::/:/bin/false\n"
	     "visitor:x:4242:4242:A visitor:/nowhere:/bin/sh\n"
	     "visitors:x:4242:guest,root\nvisitors:x:4242:guest,root\n"
	     "visitors\nguest:x:4243:4242::/:/bin/false\n1\n/\n");
}

Test(root, accounts_that_change)
{
	says(ETC,
	     "echo 'late:x:4250:4242::/:/bin/sh' >>/etc/passwd; id -un 4250; "
	     "sed -i '/^visitor:/d' /etc/passwd; id -u visitor 2>&1 | grep -c 'no such user'; "
	     "python3 -c 'import pwd, os\n"
	     "print(pwd.getpwnam(\"late\").pw_uid)\n"
	     "open(\"/etc/passwd\", \"a\").write(\"%s:x:4251:1::/:/bin/sh\\n\" % (\"l\" * 2000))\n"
	     "print(len(pwd.getpwuid(4251).pw_name), pwd.getpwall()[-1].pw_uid)\n"
	     "os.rename(\"/etc/passwd\", \"/etc/passwd.off\")\n"
	     "os.rename(\"/etc/passwd.off\", \"/etc/passwd\")\n"
	     "print(pwd.getpwuid(4250).pw_name)'",
	     "late\n1\n4250\n2000 4251\nlate\n");
}

Test(root, hosts)
{
	says(ETC,
	     "getent ahostsv4 far | head -n 1; getent hosts 192.0.2.7; getent ahostsv6 far.example "
	     "| "
	     "head -n 1; getent hosts FAR; getent hosts | wc -l; echo '192.0.2.8 near' "
	     ">>/etc/hosts; "
	     "getent ahostsv4 near | head -n 1; getent hosts | tail -n 1",
	     "192.0.2.7       STREAM far.example\n192.0.2.7       far.example far\n"
	     "2001:db8::7     STREAM far.example\n192.0.2.7       far.example far\n2\n"
	     "192.0.2.8       STREAM near\n192.0.2.8       near\n");
}

/* Other services stay where nsswitch.conf has them. */
Test(root, services)
{
	says(ETC "printf 'passwd: nosuch\\ngroup:\\tnosuch files # ours\\n' "
		 ">extra/etc/nsswitch.conf; ",
	     "id -u visitor 2>&1 | grep -c 'no such user'; getent group visitors",
	     "1\nvisitors:x:4242:guest,root\n");
}

/* libc reads the system's nsswitch.conf when it is told what to ask: who has no question is spared.
 */
Test(root, services_are_named_when_asked)
{
	if (!can_trace())
		cr_skip_test();
	says(ETC,
	     "for c in true 'id -u guest'; do strace -qq -e signal=none -e trace=openat -o trace "
	     "$c; "
	     "grep -c /nsswitch.conf trace; done",
	     "0\n4243\n2\n");
}

#define LIBRARY_OF(directory, value)                                                               \
	"mkdir -p extra" directory "; echo 'int value(void) { return " value "; }' | "             \
	"cc -shared -fPIC -o extra" directory "/libonlyhere.so.1 -Wl,-soname,libonlyhere.so.1 "    \
	"-xc -; "

/* ldconfig is linked statically and sees the system alone: its list is read instead. */
Test(root, libraries_of_ld_so_conf)
{
	says(ETC LIBRARY_OF("/opt/one/lib", "1") LIBRARY_OF(
		     "/opt/two/lib",
		     "2") "mkdir -p extra/etc/ld.so.conf.d extra/opt/bin; "
			  "mkdir extra/opt/other && head -c 64 /bin/sh | tr '\\002' '\\001' "
			  ">extra/opt/other/libonlyhere.so.1; "
			  "printf '/opt/other\\n' >extra/etc/ld.so.conf.d/a.conf; "
			  "printf '# list\\ninclude /etc/ld.so.conf.d/*.conf\\n/opt/two/lib\\n' "
			  ">extra/etc/ld.so.conf; echo '/opt/one/lib/ # first' "
			  ">extra/etc/ld.so.conf.d/one.conf; echo /nowhere "
			  ">extra/etc/ld.so.conf.d/x; "
			  "echo '#include <stdio.h>\nint value(void); "
			  "int main(void) { printf(\"%d\\\\n\", value()); }' | "
			  "cc -o extra/opt/bin/show -xc - -xnone "
			  "extra/opt/one/lib/libonlyhere.so.1; ",
	     "PATH=/opt/bin:$PATH; show; ldd /opt/bin/show | sed -n 's/ (.*//; s/.*onlyhere/&/p'; "
	     "python3 -c 'import ctypes, _ctypes\n"
	     "for i in range(3):\n"
	     "    one = ctypes.CDLL(\"libonlyhere.so.1\")\n"
	     "    print(one.value())\n"
	     "    _ctypes.dlclose(one._handle)'; "
	     "rm /opt/one/lib/libonlyhere.so.1; show; rm -r /opt/two; show 2>&1 | "
	     "grep -c 'libonlyhere.so.1: cannot open'",
	     "1\n\tlibonlyhere.so.1 => /opt/one/lib/libonlyhere.so.1\n1\n1\n1\n2\n1\n");
}

/* A program of the system's works on the system's files, and the system stays what it is. */
Test(root, work_in_place)
{
	says("mkdir -p extra/srv up work; echo one >extra/srv/note; ",
	     "d=$PWD; mkdir -p /srv/deep && cp /etc/hostname /srv/deep/name && mv /srv/note "
	     "/srv/deep; "
	     "cat /srv/deep/note; ls /srv/deep; readlink /proc/self/exe | xargs -n 1 dirname; "
	     "test -e $d/up/srv/deep/name && echo 'the upper is left out'; "
	     "tail -n 1 /proc/self/mounts | cut -d ' ' -f 1-3; cd /srv/deep; pwd",
	     format("one\nname\nnote\n%sthe upper is left out\noverlay / overlay\n/srv/deep\n",
		    shell_text("/", "readlink -f $(command -v readlink) | xargs -n 1 dirname")));
}
