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
	"def move(a, b, flags):\n"                                                                 \
	"\tif libc.renameat2(-100, a, -100, b, flags): raise OSError(ctypes.get_errno(), str())\n" \
	"def exchange(a, b): move(a, b, 2)\n"
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

/* Nothing is to be done then, and so no whiteout to be left. */
Test(parity, two_names_of_one_object_do_not_move)
{
	in_house("cd merged; : >one; ln one other; mkfifo end; ln end start; mkdir made; "
		 "ln one made; chmod 555 made; " AS_USER PYTHON(
			 "for a, b in (b\"one\", b\"other\"), (b\"end\", b\"start\"), "
			 "(b\"one\", b\"made/one\"), (b\"one\", b\"one\"), (b\"src\", b\"./src\"), "
			 "(b\"one\", b\"end\"), (b\"one\", b\"none\"), (b\"twin1\", b\"twin2\"):\n"
			 "\tfor flags in 1, 4, 5, 6, 0: say(move, a, b, flags)\n"),
		 .unlike_plain = true);
}

/* What is made in a directory takes its group from that, and a further name is not made. */
Test(parity, a_further_name_inherits_nothing)
{
	in_house("cd merged; rm docs/*.txt; chmod 2755 docs; : >made; chmod 6755 made README; "
		 "ln made docs/guide.txt; ln README docs/top.txt; ls -l made README; " PYTHON(
			 "fd = os.open(\".\", os.O_TMPFILE | os.O_RDWR)\n"
			 "os.fchmod(fd, 0o6755)\n"
			 "os.link(f\"/proc/self/fd/{fd}\", \"docs/both.txt\", "
			 "follow_symlinks = True)\n"
			 "say(lambda: oct(os.stat(\"docs/both.txt\").st_mode))\n"));
}

/*
 * Where everybody may make names, who would make one is not given what another has put there; how
 * far that goes for files and fifos the machine decides. Only root can give them away.
 */
Test(parity, what_somebody_else_made_in_a_sticky_directory)
{
	in_house(
		"cd merged; mkdir -m 1777 open; mkdir group all; : >group/file; : >all/file; "
		"chmod 1770 group; chmod 777 all; " PYTHON(
			"for name in \"open\", \"group\", \"all\", \"docs\":\n"
			"\tif name == \"docs\": os.chmod(name, 0o1777)\n"
			"\tos.mkfifo(name + \"/fifo\")\n"
			"\topen(name + \"/file\", \"w\").close()\n"
			"\tos.symlink(\"file\", name + \"/link\")\n"
			"\tsocket.socket(socket.AF_UNIX).bind(name + \"/socket\")\n"
			"\tfor n in \"fifo\", \"file\", \"socket\", \"guide.txt\":\n"
			"\t\tfor owner in 1, 2, 0:\n"
			"\t\t\ttry: os.chown(f\"{name}/{n}\", owner, -1); os.chown(name, owner // "
			"2, -1)\n"
			"\t\t\texcept OSError: pass\n"
			"\t\t\tfor flags in 0, 64, 64 | 131072, 64 | 65536, 192:\n"
			"\t\t\t\tsay(lambda: os.close(os.open(f\"{name}/{n}\", 2050 | flags)))\n"));
}

/* The machine decides how far that goes, too; only root can become somebody else. */
Test(parity, others_link_and_follow_what_is_not_theirs)
{
	in_house("p=$PWD; while test $p != /; do chmod a+x $p; p=$(dirname $p); done; cd merged; "
		 "mkdir -m 1777 open; chmod 1777 docs; chmod 777 .; " PYTHON(
			 "for name in \"open\", \"docs\":\n"
			 "\tfor owner in 0, 1, 2:\n"
			 "\t\tfile, link = f\"{name}/f{owner}\", f\"{name}/l{owner}\"\n"
			 "\t\topen(file, \"w\").close()\n"
			 "\t\tos.symlink(\"f0\", link)\n"
			 "\t\tfor made in file, link:\n"
			 "\t\t\ttry: os.chown(made, owner, -1, follow_symlinks = False)\n"
			 "\t\t\texcept OSError: pass\n"
			 "for call in os.setgroups, os.setgid, os.setuid:\n"
			 "\ttry: call([] if call == os.setgroups else 2)\n"
			 "\texcept OSError: pass\n"
			 "for name in \"open\", \"docs\":\n"
			 "\tfor owner in 0, 1, 2:\n"
			 "\t\tsay(lambda: oct(os.stat(f\"{name}/l{owner}\").st_mode))\n"
			 "\t\tsay(lambda: os.close(os.open(f\"{name}/l{owner}/\", 0)))\n"
			 "\t\tsay(os.link, f\"{name}/f{owner}\", f\"{name}/more{owner}\")\n"
			 "for name in \"docs/guide.txt\", \"bin/hello\", \"secret\", \"pipe\", "
			 "\"rel\", \"docs\":\n"
			 "\tsay(lambda: os.link(name, name + \"2\", follow_symlinks = False))\n"
			 "\tsay(lambda: os.link(name, \"README\", follow_symlinks = False))\n"));
}

/* A file that is to be made has none; what a link leads to that has one is not asked. */
Test(parity, no_file_is_made_by_a_name_with_a_slash)
{
	in_house("cd merged; " PYTHON(
		"for name, to in (\"far\", \"none/none\"), (\"up\", \"README/x\"), (\"loop\", "
		"\"loop/\"), "
		"(\"out\", \"../out/none\"), (\"docslink\", \"docs\"): os.symlink(to, name)\n"
		"for to in \"none\", \"loop\", \"docs\", \"docslink\", \"README\", \"far\", "
		"\"up\", "
		"\"none/none\", \"README/x\", \"out\", \"../out\":\n"
		"\tfor end in \"/\", \"/.\", \"/..\":\n"
		"\t\tos.symlink(to + end, \"link\")\n"
		"\t\tfor name in to + end, \"link\", \"link/\":\n"
		"\t\t\tfor flags in 0, os.O_EXCL, os.O_NOFOLLOW, os.O_PATH, os.O_WRONLY:\n"
		"\t\t\t\tsay(lambda: os.close(os.open(name, os.O_CREAT | flags)))\n"
		"\t\tos.unlink(\"link\")\n"));
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

/* One that could be opened again is not given: nfs_export is off. */
Test(parity, handles_tell_objects_apart_at_most)
{
	in_house("cd merged; " PYTHON(
			 "def handle(name, flags, fd = -100):\n"
			 "\troom, mount = ctypes.create_string_buffer(200), ctypes.c_int()\n"
			 "\troom[0] = 128\n"
			 "\tif libc.name_to_handle_at(fd, name, room, ctypes.byref(mount), flags) "
			 "< 0:\n"
			 "\t\traise OSError(ctypes.get_errno(), str())\n"
			 "for name in b\".\", b\"README\", b\"docs/upper.txt\", b\"docs\", "
			 "b\"rel\", b\"none\", b\"README/\", b\"\":\n"
			 "\tfor flags in 0, 0x400, 0x200, 0x1000, 0x1200, 0x4000: say(handle, "
			 "name, flags)\n"
			 "fd = os.open(\"README\", os.O_RDONLY)\n"
			 "for flags in 0, 0x1000, 0x1200: say(handle, b\"\", flags, fd)\n"),
		 .unlike_plain = true);
}

/* The permission to search a directory is that to leave it by "..", too. */
Test(parity, dots_are_searched)
{
	in_house("cd merged; chmod 600 docs; mkdir -m 600 made; " AS_USER PYTHON(
		"for name in \"docs\", \"made\", \"src\", \"README\":\n"
		"\tfor dots in \"\", \"/.\", \"/..\", \"/../README\", \"/./\":\n"
		"\t\tsay(os.access, name + dots, os.F_OK)\n"
		"\t\tsay(lambda p: oct(os.stat(p).st_mode), name + dots)\n"
		"fd = os.open(\"docs\", os.O_RDONLY)\n"
		"say(lambda p: oct(os.stat(p, dir_fd = fd).st_mode), \"..\")\n"
		"say(lambda p: oct(os.stat(p, dir_fd = fd).st_mode), \".\")\n"
		"os.chmod(\"docs\", 0o755)\n"
		"say(lambda p: oct(os.stat(p).st_mode), \"docs/..\")\n"));
}

/* Who may read a directory sees its names, and no whiteouts, though he may not look at one. */
Test(parity, a_directory_that_may_not_be_searched_is_listed)
{
	in_house("cd merged; rm docs/guide.txt src/main.c; chmod 400 docs src; " AS_USER PYTHON(
		"for name in \"docs\", \"src\":\n"
		"\tsay(lambda: sorted(os.listdir(name)))\n"
		"\tsay(os.rmdir, name)\n"
		"os.chmod(\".\", 0o555)\n"
		"say(os.rmdir, \"docs\")\n"
		"say(os.unlink, \"docs\")\n"
		"say(os.unlink, \"docs/\")\n"
		"os.chmod(\".\", 0o755)\n") "; chmod 755 docs src");
}

/* What was learnt of names in a directory holds while it may be searched. */
Test(parity, permission_to_search_is_taken_away_by_descriptor)
{
	in_house("cd merged; mkdir made; : >made/file; " AS_USER PYTHON(
		"import struct\n"
		"names = \"made/file\", \"made/none\", \"src/main.c\", \"src/none\"\n"
		"def look():\n"
		"\tfor name in names: say(lambda: oct(os.stat(name).st_mode))\n"
		"def acl(bits): return struct.pack(\"<I\", 2) + b\"\".join(\n"
		"\tstruct.pack(\"<HHI\", tag, bits, 0xffffffff) for tag in (1, 4, 0x20))\n"
		"kept = [os.open(name, os.O_RDONLY) for name in (\"made\", \"src\")]\n"
		"for mode in 0o755, 0o600, 0o755:\n"
		"\tfor fd in kept: os.fchmod(fd, mode)\n"
		"\tlook()\n"
		"for bits in 6, 7:\n"
		"\tfor fd in kept: os.setxattr(fd, \"system.posix_acl_access\", acl(bits))\n"
		"\tlook()\n"));
}

Test(parity, what_is_refused_copies_nothing_up)
{
	in_house("cd merged; chmod 555 docs src; mkdir one; mkdir -m 555 fixed; " AS_USER PYTHON(
		"for call in os.rename, os.link:\n"
		"\tsay(call, \"docs/guide.txt\", \"docs/moved\")\n"
		"\tsay(call, \"docs/guide.txt\", \"one/moved\")\n"
		"\tsay(call, \"README\", \"src/moved\")\n"
		"say(exchange, b\"README\", b\"src/main.c\")\n"
		"say(os.rename, \"fixed\", \"empty/moved\")\n"
		"os.unlink(\"kind/inside\")\n"
		"os.mkdir(\"new/fixed\", 0o555)\n"
		"say(os.rename, \"new/fixed\", \"kind\")\n"));
}

Test(parity, what_cannot_be_reached_is_not_told_to_be_gone)
{
	in_house("cd merged; " AS_USER PYTHON(
		"kept = [os.open(name, os.O_RDONLY) for name in (\"src\", \"src/main.c\", "
		"\"docs/deep\", \"docs/upper.txt\")]\n"
		"os.chmod(\"src\", 0o600), os.chmod(\"docs\", 0o600)\n"
		"for fd in kept: print(os.readlink(\"/proc/self/fd/%d\" % "
		"fd).split(\"merged\")[1])\n"
		"os.chmod(\"src\", 0o755), os.chmod(\"docs\", 0o755)\n"
		"os.unlink(\"src/main.c\")\n"
		"for fd in kept: print(os.readlink(\"/proc/self/fd/%d\" % "
		"fd).split(\"merged\")[1])\n"));
}

Test(parity, what_takes_an_open_files_name_is_not_its_copy)
{
	in_house("cd merged; " PYTHON(
		"kept = [os.open(name, os.O_RDONLY) for name in (\"README\", \"docs/both.txt\")]\n"
		"for name in \"README\", \"docs/both.txt\":\n"
		"\twith open(\"other\", \"x\") as f: f.write(name)\n"
		"\tos.rename(\"other\", name)\n"
		"for fd in kept:\n"
		"\ttry: os.fchmod(fd, 0o600)\n"
		"\texcept OSError: pass\n"
		"\tprint(os.readlink(\"/proc/self/fd/%d\" % fd).split(\"merged\")[1])\n"
		"\tprint(os.pread(fd, 9, 0))\n"));
}

Test(parity, a_directory_asks_before_an_unnamed_file)
{
	in_house("cd merged; chmod 555 docs new; " AS_USER PYTHON(
		"def name_it(a, b):\n"
		"\tif libc.linkat(-100, a, -100, b, 0x400) < 0: raise OSError(ctypes.get_errno(), "
		"str())\n"
		"for flags in 0, os.O_EXCL:\n"
		"\tfd = os.open(\"src\", os.O_TMPFILE | os.O_RDWR | flags)\n"
		"\tfor name in \"docs/made\", \"new/made\", \"docs/guide.txt\", \"src/made\":\n"
		"\t\tsay(name_it, b\"/proc/self/fd/%d\" % fd, name.encode())\n") "; chmod 755 docs "
										 "new");
}

Test(parity, of_any_attribute_who_may_write_is_asked)
{
	same_everywhere(.lower = {"shut = words\nshut mode 0444\nopen = words\n"},
			.script = "cd merged; " AS_USER PYTHON(
				"for name in \"shut\", \"open\":\n"
				"\tfor key in \"user.none\", \"nonsense\", \"system.none\":\n"
				"\t\tsay(os.removexattr, name, key)\n"
				"\t\tif key[0] != \"u\": say(os.setxattr, name, key, b\"x\")\n"),
			.own_upper = true);
}

/* Its default access control list says what is made in a directory, whatever was there before. */
Test(parity, what_takes_a_whiteouts_place_inherits)
{
	in_house("cd merged; umask 077; setfacl -d -m u:7:rwx,g::r-x,o::r-- docs; rm -r docs/*; "
		 "mkdir docs/deep docs/more; mkdir -m 700 docs/guide.txt; : >docs/both.txt; "
		 "ln -s x docs/top.txt; mkfifo docs/upper.txt; mkdir -p docs/deep/er; "
		 "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"docs/s\")'; "
		 "rm docs/s; chmod g+s docs; rmdir docs/more; mkdir docs/more; "
		 "find docs | sort | xargs getfacl -np; stat -c '%A %n' $(find docs | sort)");
}

/* Nothing of the lowers shows there: it is the upper's alone, wherever it came from. */
Test(parity, a_closed_directory_is_used_from_within)
{
	in_house("cd merged; rm -r docs/deep src/util.c; mkdir docs/deep src/util.c "
		 "hidden/a; " AS_USER PYTHON("names = \"docs/deep\", \"src/util.c\", \"hidden/a\"\n"
					     "kept = [os.open(name, os.O_RDONLY) for name in "
					     "names]\n"
					     "for name in names: os.chmod(os.path.dirname(name), "
					     "0o600)\n"
					     "for fd in kept:\n"
					     "\tsay(os.mkdir, \"made\", 0o755)\n"
					     "\tsay(lambda: os.mkdir(\"made\", 0o755, dir_fd = "
					     "fd))\n"
					     "\tsay(lambda: os.listdir(fd))\n"
					     "\tsay(lambda: os.close(os.open(\"new\", os.O_CREAT | "
					     "os.O_WRONLY, 0o644, dir_fd = fd)))\n"
					     "for name in names: os.chmod(os.path.dirname(name), "
					     "0o755)\n") "; rmdir made; ls -R docs src hidden");
}

Test(parity, a_whiteout_cannot_be_made_where_nothing_can)
{
	in_house("cd merged; chmod 555 docs new; " AS_USER PYTHON(
			 "import stat\n"
			 "for name in \"docs/made\", \"new/made\", \"src/made\", "
			 "\"docs/guide.txt\":\n"
			 "\tsay(os.mknod, name, stat.S_IFCHR)\n"
			 "\tsay(os.mknod, name, stat.S_IFCHR, os.makedev(1, 3))\n") "; chmod 755 "
										    "docs new",
		 .unlike_plain = true);
}

/* Who may not search it is told that first. */
Test(parity, a_removed_directory_is_closed_to_some)
{
	in_house(
		"cd merged; mkdir made; chmod 600 made empty docs/deep/er; rm "
		"docs/deep/er/*; " AS_USER PYTHON(
			"for name in \"made\", \"empty\", \"docs/deep/er\":\n"
			"\tfd = os.open(name, os.O_RDONLY)\n"
			"\tos.rmdir(name)\n"
			"\tsay(lambda: os.mkdir(\"a\", dir_fd = fd))\n"
			"\tsay(lambda: os.stat(\"a\", dir_fd = fd))\n"
			"\tsay(lambda: os.rename(\"a\", \"b\", src_dir_fd = fd, dst_dir_fd = fd))\n"
			"\tsay(lambda: os.open(\"a/b\", os.O_CREAT | os.O_WRONLY, dir_fd = "
			"fd))\n"));
}

/* The end of a fifo that was opened would not meet the other any more. */
Test(parity, what_is_open_as_a_place_goes_along)
{
	in_house("cd merged; " PYTHON(
		"import select\n"
		"kept = [(name, os.open(name, os.O_PATH | os.O_NOFOLLOW)) for name in "
		"(\"pipe\", \"rel\", \"README\", \"nothing\")]\n"
		"end = os.open(\"pipe\", os.O_RDONLY | os.O_NONBLOCK)\n"
		"other = os.open(\"pipe\", os.O_WRONLY)\n"
		"def show():\n"
		"\tfor name, fd in kept:\n"
		"\t\ts = os.fstat(fd)\n"
		"\t\tprint(name, oct(s.st_mode), s.st_mtime_ns, os.readlink(\"/proc/self/fd/%d\" % "
		"fd).split(\"merged\")[1], os.readlink(\"\", dir_fd = fd) if name == \"rel\" else "
		"0)\n"
		"for name, fd in kept:\n"
		"\tos.utime(name, ns = (1, 2), follow_symlinks = False)\n"
		"\tif name != \"rel\": os.chmod(name, 0o604)\n"
		"show()\n"
		"for name, fd in kept: os.rename(name, \"docs/\" + name)\n"
		"show()\n"
		"os.close(other)\n"
		"meeting = select.poll()\n"
		"meeting.register(end, select.POLLIN)\n"
		"print([what for fd, what in meeting.poll(0)])\n"));
}
