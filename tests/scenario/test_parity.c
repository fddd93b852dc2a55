/* Single calls in which random operations beside the kernel's overlay found another answer. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(parity);

/* Each line is a call; what it answers is said, or the errno's name. */
#define TRY                                                                                        \
	"import errno, os, socket, ctypes\n"                                                       \
	"libc = ctypes.CDLL(None, use_errno=True)\n"                                               \
	"def say(call, *a):\n"                                                                     \
	"\ttry: print(call(*a))\n"                                                                 \
	"\texcept OSError as e: print(errno.errorcode[e.errno])\n"                                 \
	"def exchange(a, b):\n"                                                                    \
	"\tif libc.renameat2(-100, a, -100, b, 2) < 0: raise OSError(ctypes.get_errno(), str())\n"
#define PYTHON(lines) "python3 -c '" TRY lines "'"
/* By somebody who is not root, and owns everything. */
#define AS_USER "unshare -U --map-user=1000 --map-group=1000 "

Test(parity, a_removed_working_directory_has_no_name)
{
	in_house(PYTHON("os.chdir(\"merged/empty\")\n"
			"os.rmdir(\"../empty\")\n"
			"say(os.getcwd)\n"
			"os.chdir(\"..\" if os.path.exists(\"..\") else \"/\")\n"));
}

Test(parity, a_reader_sees_what_truncate_left)
{
	in_house(PYTHON("fd = os.open(\"merged/README\", os.O_RDONLY)\n"
			"os.truncate(\"merged/README\", 3)\n"
			"print(os.pread(fd, 99, 0))\n"));
}

Test(parity, of_an_attribute_permission_comes_first)
{
	in_house("cd merged; chmod 444 README; " AS_USER PYTHON(
			 "say(os.setxattr, \"README\", \"user.overlay.\", b\"x\")\n"
			 "say(os.removexattr, \"README\", \"user.overlay.\")\n"
			 "say(os.setxattr, \"kind/inside\", \"user.overlay.\", b\"x\")\n"),
		 .unlike_plain = true);
}

Test(parity, what_moves_is_asked_for_leave_last)
{
	in_house("cd merged; mkdir one other; chmod 555 one docs; export "
		 "OVERLAIN_OPTIONS=redirect_dir=off; " AS_USER PYTHON(
			 "say(os.rename, \"one\", \"src/main.c\")\n"
			 "say(os.rename, \"one\", \"other/one\")\n"
			 "say(exchange, b\"src\", b\"docs/deep\")\n"
			 "say(exchange, b\"src\", b\"other/none\")\n"
			 "say(exchange, b\"kind/inside\", b\"docs\")\n"));
}

/* A link inside may lead out by "..". */
Test(parity, out_of_merged_and_back)
{
	in_house("mkdir out; ln -s . merged/here; " PYTHON(
			 "say(os.link, \"merged/README\", \"merged/here/..\")\n"
			 "say(os.link, \"merged/here/..\", \"merged/new\")\n"
			 "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
			 "s.settimeout(5)\n"
			 "say(s.bind, \"merged/here/..\")\n"
			 "say(s.bind, \"merged/here/../out/socket\")\n"
			 "t = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
			 "say(t.sendto, b\"words\", \"merged/here/../out/socket\")\n"
			 "say(t.connect, \"merged/here/../out/socket\")\n"
			 "print(s.recv(9))\n") "; ls out",
		 .unlike_plain = true);
}

Test(parity, merged_gives_way_to_nothing)
{
	in_house("mkdir out; echo >file; " PYTHON("say(os.rename, \"file\", \"merged\")\n"
						  "say(os.rename, \"out\", \"merged\")\n"
						  "say(os.rename, \"none\", \"merged\")\n"
						  "say(os.rename, \"merged\", \"file\")\n"
						  "say(os.rename, \"merged\", \"out\")\n"
						  "say(os.rename, \"merged\", \"none\")\n"
						  "say(exchange, b\"merged\", b\"none\")\n"
						  "say(exchange, b\"file\", b\"merged\")\n"),
		 .unlike_plain = true);
}
