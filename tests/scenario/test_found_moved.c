/* What a process has open, or stands in, when it moves or goes away. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(found_moved);

#define PYTHON(script)                                                                             \
	"cd merged; python3 -c '\n"                                                                \
	"import os, sys\n"                                                                         \
	"def call(f, *a, **k):\n"                                                                  \
	"\ttry: return f(*a, **k)\n"                                                               \
	"\texcept OSError as e: return e.strerror\n"                                               \
	"def kept(name): return os.open(name, os.O_RDONLY)\n"                                      \
	"def there(): return os.path.basename(os.path.realpath(os.getcwd()))\n" script "'"

#define TREE                                                                                       \
	"a/file = words\n"                                                                         \
	"a/below/inner = one\n"                                                                    \
	"b/other = two\n"                                                                          \
	"empty/\n"                                                                                 \
	"empty mode 02750\n"

#define alike(...) same_everywhere(.lower = {TREE}, .script = PYTHON(__VA_ARGS__))

/* The kernel does not move them unless it is root's, so its upper is not alike. */
#define moved(...)                                                                                 \
	same_everywhere(.lower = {TREE}, .unlike_kernel = true, .script = PYTHON(__VA_ARGS__))

Test(found_moved, directories_stay_open)
{
	moved("a = kept(\"a\"); below = kept(\"a/below\")\n"
	      "os.rename(\"a\", \"x\"); os.rename(\"x\", \"y\"); os.mkdir(\"a\")\n"
	      "print(sorted(os.listdir(a)), os.listdir(below), call(os.mkdir, \"made\", "
	      "dir_fd=a))\n"
	      "print(sorted(os.listdir(\"y\")), os.listdir(\"a\"), sorted(os.listdir(a)))\n"
	      "os.fchmod(below, 0o711); print(oct(os.stat(\"y/below\").st_mode))\n"
	      "os.fchdir(below); print(there(), os.path.basename(os.path.dirname(os.getcwd())))\n");
}

Test(found_moved, exchanged_directories)
{
	moved("a = kept(\"a\"); b = kept(\"b\")\n"
	      "import ctypes; libc = ctypes.CDLL(None)\n"
	      "print(libc.renameat2(-100, b\"a\", -100, b\"b\", 2))\n"
	      "print(sorted(os.listdir(a)), os.listdir(b), "
	      "os.readlink(f\"/proc/self/fd/{a}\")[-2:])\n"
	      "os.fchmod(a, 0o700); print(oct(os.stat(\"b\").st_mode), "
	      "oct(os.stat(\"a\").st_mode))\n");
}

Test(found_moved, working_directory)
{
	moved("os.chdir(\"a/below\"); os.rename(\"../../a\", \"../../b/x\")\n"
	      "print(there(), call(os.mkdir, \"made\"), sorted(os.listdir(\"../../x/below\")))\n"
	      "os.chdir(\"../..\"); print(there())\n"
	      "os.chdir(\"x\"); os.system(\"pwd | sed s,.*/,,; ls\")\n");
}

/* One that was open to be read shows what is written to it by its new name. */
Test(found_moved, files)
{
	moved("below = kept(\"a/file\"); own = kept(\"b/other\")\n"
	      "os.rename(\"a\", \"x\"); os.rename(\"b/other\", \"b/name\")\n"
	      "for name in (\"x/file\", \"b/name\"):\n"
	      "\twith open(name, \"a\") as f: f.write(\"more\")\n"
	      "print(os.read(below, 99), os.read(own, 99))\n"
	      "os.fchmod(own, 0o604); print(oct(os.stat(\"b/name\").st_mode))\n");
}

/* What took its name is another file, wherever that moves. */
Test(found_moved, replaced_files)
{
	moved("own = kept(\"a/below/inner\")\n"
	      "with open(\"new\", \"x\") as f: f.write(\"new\")\n"
	      "os.rename(\"new\", \"a/below/inner\"); os.rename(\"a\", \"a\")\n"
	      "print(os.read(own, 99)); os.rename(\"a\", \"x\")\n"
	      "print(os.pread(own, 99, 0), os.readlink(f\"/proc/self/fd/{own}\")[-10:])\n");
}

Test(found_moved, replaced_directories)
{
	alike("fd = kept(\"empty\"); os.mkdir(\"new\"); os.rename(\"new\", \"empty\")\n"
	      "os.mkdir(\"empty/in\"); os.rename(\"empty\", \"b/x\"); call(os.utime, fd, ns=(4, "
	      "4))\n"
	      "print(os.listdir(fd), os.stat(\"b/x\").st_mtime > 9)\n");
}

/* A fifo is not opened once more, which would be to wait for its other end. */
Test(found_moved, fifo)
{
	same_everywhere(.lower = {TREE "fifo fifo\n"},
			.script = PYTHON("r = os.open(\"fifo\", os.O_RDONLY | os.O_NONBLOCK)\n"
					 "os.set_blocking(r, True); os.link(\"fifo\", \"l\"); "
					 "os.rename(\"fifo\", \"f\")\n"
					 "print(os.listdir(\"empty\"))\n"));
}

/* Truncating brings it up as opening to write does. */
Test(found_moved, truncated_file)
{
	alike("own = kept(\"b/other\"); none = kept(\"a/file\")\n"
	      "os.truncate(\"b/other\", 6); os.truncate(\"a/file\", 0)\n"
	      "print(os.read(own, 99), os.read(none, 99))\n");
}

Test(found_moved, linked_file)
{
	alike("own = kept(\"b/other\"); os.link(\"b/other\", \"l\")\n"
	      "with open(\"l\", \"a\") as f: f.write(\"more\")\n"
	      "print(os.read(own, 99))\n");
}

/* Whichever call is the first to find out. */
Test(found_moved, removed_directory_is_the_same_to_all)
{
	alike("import ctypes; libc = ctypes.CDLL(None)\n"
	      "a = kept(\"empty\"); b = kept(\"empty\"); os.rmdir(\"empty\")\n"
	      "text = ctypes.create_string_buffer(256)\n"
	      "print(libc.statx(a, b\"\", 0x1000, 0x7ff, text))\n"
	      "ino = int.from_bytes(text.raw[32:40], \"little\")\n"
	      "print(ino == os.fstat(a).st_ino)\n"
	      "print(os.access(f\"/proc/self/fd/{b}\", os.X_OK))\n");
}

/* Another one takes the name: nobody may be taken for it. */
Test(found_moved, removed_directories)
{
	alike("lower = kept(\"empty\"); os.mkdir(\"up\"); upper = kept(\"up\")\n"
	      "os.chmod(\"b\", 0o2711); merged = kept(\"b\"); "
	      "os.unlink(\"b/other\")\n"
	      "for name in (\"empty\", \"up\", \"b\"):\n"
	      "\tos.rmdir(name); os.mkdir(name); os.mkdir(name + \"/there\")\n"
	      "for fd in (lower, upper, merged):\n"
	      "\tprint(oct(os.fstat(fd).st_mode), os.listdir(fd), call(os.mkdir, "
	      "\"x\", dir_fd=fd))\n"
	      "\tprint(os.access(f\"/proc/self/fd/{fd}\", os.X_OK), "
	      "call(os.fchdir, fd))\n"
	      "\tprint(call(os.getcwd), os.listdir(\".\"), call(os.stat, "
	      "\"there\"))\n");
}

/* What was changed of it, and when something last happened in it. */
Test(found_moved, removed_directory_as_it_was_left)
{
	alike("b = kept(\"b\"); os.chmod(\"b\", 0o2710)\n"
	      "os.setxattr(b, \"user.kept\", b\"1\")\n"
	      "os.unlink(\"b/other\"); os.rmdir(\"b\"); s = os.fstat(b)\n"
	      "print(oct(s.st_mode), os.listxattr(b), s.st_mtime > 1e9)\n");
}

Test(found_moved, replaced_directory_as_it_was_left)
{
	alike("b = kept(\"b\"); os.chmod(\"b\", 0o2710); os.unlink(\"b/other\")\n"
	      "os.mkdir(\"new\"); os.rename(\"new\", \"b\"); s = os.fstat(b)\n"
	      "print(oct(s.st_mode), s.st_mtime > 1e9, os.listdir(b), "
	      "oct(os.stat(\"b\").st_mode))\n");
}

Test(found_moved, removed_directory_whose_name_a_file_takes)
{
	alike("fd = kept(\"empty\"); os.rmdir(\"empty\"); "
	      "open(\"empty\", \"x\").close()\n"
	      "print(call(os.stat, \"x\", dir_fd=fd), "
	      "os.readlink(f\"/proc/self/fd/{fd}\")[-10:])\n");
}

Test(found_moved, removed_working_directory)
{
	alike("os.chdir(\"empty\"); os.rmdir(\"../empty\"); "
	      "print(call(os.getcwd))\n"
	      "print(oct(os.stat(\".\").st_mode)); os.chdir(\"..\"); "
	      "print(there())\n");
}

/* Merged itself stays where it is, but first the names are looked at. */
Test(found_moved, merged_does_not)
{
	same_everywhere(.lower = {TREE}, .unlike_plain = true,
			.script =
				"touch file; mkdir dir; python3 -c '\n"
				"import os, ctypes\n"
				"libc = ctypes.CDLL(None, use_errno=True)\n"
				"for flags in (0, 1, 2):\n"
				"\tfor name in (b\"file\", b\"dir\", b\"none\", b\"merged/a\"):\n"
				"\t\tfor old, new in ((name, b\"merged\"), (b\"merged\", name)):\n"
				"\t\t\tprint(flags, old, new, libc.renameat2(-100, old, -100, new, "
				"flags), os.strerror(ctypes.get_errno()))\n"
				"'");
}

Test(found_moved, a_link_with_a_slash_is_not_made)
{
	same_everywhere(.lower = {TREE}, .script = "cd merged; ln -s loop/ loop; ln -s none/ to; "
						   "echo >loop; echo >to; cat loop");
}

/*
 * Links that lead out of merged, and into it, by names that end in dots and slashes: what is there
 * stays, what is not is not made.
 */
Test(found_moved, nothing_by_dots)
{
	same_everywhere(.lower = {TREE}, .unlike_plain = true,
			.script =
				"mkdir out out/there; echo >kind; ln -s merged/empty in; cd "
				"merged; ln -s ../none none; "
				"ln -s ../out out; ln -s ../kind kind; ln -s ../kind/ slash; ln -s "
				". dot; ln -s "
				"../out/there/. dots; "
				"cd ..; python3 -c '\n"
				"import os\n"
				"def call(f, *a):\n"
				"\ttry: return f(*a) and \"\"\n"
				"\texcept OSError as e: return e.strerror\n"
				"ends = (\"/\", \"/.\", \"/..\", \"/./\", \"/../\")\n"
				"names = [\"merged/\" + n for n in (\"none\", \"out\", \"kind\", "
				"\"slash\", \"dots\", \"dot\")]\n"
				"for name in [n + e for n in names + [\"in\"] for e in ends] + "
				"[\"merged/../new/\"]:\n"
				"\tprint(name, call(os.listdir, \"in/\"))\n"
				"\tfor f in (os.stat, os.mkfifo, os.rmdir): print(call(f, name))\n"
				"\tif name[-2:] != \"d/\" and name[-2:] != \"e/\": "
				"print(call(os.unlink, name), call(os.mkdir, name))\n"
				"\tfor to in (\"to\", \"merged/to\"):\n"
				"\t\tif name[-1] == \".\": print(call(os.rename, name, to), "
				"call(os.rename, to, name))\n"
				"'; find out merged | sort; cat kind/. merged/slash; ls -d "
				"merged/../out/; mv in at; ls at/");
}

/* What is wrong with either name comes before that they lie apart. */
Test(found_moved, links_across)
{
	same_everywhere(.lower = {TREE}, .unlike_plain = true,
			.script = "mkdir out; ln -s merged/a/file file; ln -s merged/b dir; "
				  "python3 -c '\n"
				  "import os\n"
				  "def call(f, *a):\n"
				  "\ttry: return f(*a)\n"
				  "\texcept OSError as e: return e.strerror\n"
				  "for name in (\"file/x\", \"file/\", \"file/.\", \"dir/\", "
				  "\"none/\", \"none/x\", \"out/x\"):\n"
				  "\tprint(name, call(os.link, name, \"merged/l\"), call(os.link, "
				  "\"merged/a/file\", name))\n"
				  "\tprint(call(os.rename, name, \"merged/l\"), call(os.rename, "
				  "\"merged/b\", name))\n"
				  "'; ls merged");
}
