/* What each layer says about a name, in every order. */
#include <criterion/criterion.h>

#include <unistd.h>

#include "house.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/world.h"

SUITE(layers);

#define SHOW "ls -R merged; cd merged; find . -type f | sort | xargs -r grep . "

Test(layers, one)
{
	same_everywhere(.lower = {"a = one\nd/b = two\n"},
			.script = SHOW "; echo x >d/c; rm a; ls -R");
}

Test(layers, an_empty_lower)
{
	same_everywhere(.lower = {""}, .upper = "a = one\n",
			.script = SHOW "; rm a; mkdir d; touch d/e; rm -r d; ls -A");
}

Test(layers, leftmost_on_top)
{
	same_everywhere(.lower = {"a = 1\nd/a = 1\n", "a = 2\nb = 2\nd/b = 2\n",
				  "a = 3\nb = 3\nc = 3\nd/c = 3\n"},
			.script = SHOW);
}

Test(layers, whiteouts_in_the_middle)
{
	same_everywhere(.lower = {"d/x = back\n", "d/x whiteout\nd/y whiteout\nz whiteout\n",
				  "d/x = deep\nd/y = deep\nz = deep\n"},
			.script =
				SHOW "; rm d/x; echo again >d/y; mkdir z; ls -R; rm -r d z; ls -A");
}

/* Each name is looked at for the first time, by descriptor, from within and by its path. */
Test(layers, names_in_a_directory_of_one_layer)
{
	same_everywhere(.lower = {"e/a = above\n",
				  "d/file = x\nd/empty =\nd/l -> file\nd/dangling -> nowhere\n"
				  "d/loop -> loop\n"
				  "d xattr user.overlay.opaque=x\nd/sub/file = x\ne/b = x\n"},
			.upper = "u/file = x\nu/empty =\nu/l -> ../d/file\nu/sub/file = x\n",
			.script =
				"cd merged; find . -printf '%p %y\n' | sort; find -L d u -type f | "
				"sort\n"
				"look() { stat -c '%n %F' $1; stat -Lc '%n %F' $1; }\n"
				"for d in d u d/sub e; do\n"
				"for n in file empty l dangling loop sub none . .. file/ l/ "
				"sub/ sub/. sub/.. none/ none/none; do\n"
				"look $d/$n; look $PWD/$d/$n; (cd $d; look $n; ls -d $n)\n"
				"done; done 2>&1 | sed \"s:$PWD:merged:g\"");
}

Test(layers, names_opened_in_a_directory_of_one_layer)
{
	same_everywhere(.lower = {"d/file = x\nd/empty =\nd/l -> file\nd/dangling -> nowhere\n"
				  "d/loop -> loop\nd/out -> ../../outside\nd/in -> ../top\n"
				  "d/sub/file = x\nd/pipe fifo\ntop = top\n"},
			.script = "echo out >outside; cd merged; python3 -B -c '\n"
				  "import os, stat\n"
				  "ways = {n: getattr(os, n) for n in (\"O_RDONLY\", "
				  "\"O_NOFOLLOW\", \"O_DIRECTORY\", \"O_CLOEXEC\")}\n"
				  "os.stat(\"d\"); at = os.open(\"d\", os.O_RDONLY)\n"
				  "for name in (\"file\", \"empty\", \"l\", \"dangling\", "
				  "\"loop\", \"out\", \"in\", \"sub\", "
				  "\"pipe\", \"none\", \"file/\", \"sub/\", \"none/\", "
				  "\"sub/file\", \"x\" * 256):\n"
				  "  for way in ways:\n"
				  "    try:\n"
				  "      fd = os.open(name, os.O_NONBLOCK | ways[way], dir_fd=at)\n"
				  "      kind = stat.S_IFMT(os.fstat(fd).st_mode)\n"
				  "      print(name, way, fd, oct(kind), os.read(fd, 9) if kind == "
				  "stat.S_IFREG else os.path.isdir(fd))\n"
				  "      os.close(fd)\n"
				  "    except OSError as error: print(name, way, error.strerror)\n"
				  "'; cat d/l d/in d/out d/dangling 2>&1");
}

/* What has a slash behind it is no name below itself, even where it is kept open. */
Test(layers, a_directory_asked_for_again_and_again)
{
	same_everywhere(.lower = {"d/sub/file = x\n"},
			.script = "cd merged; python3 -B -c '\n"
				  "import os\n"
				  "def look():\n"
				  "  for i in range(60):\n"
				  "    for end in \"/\", \"/file\", \"/file/\", \"\":\n"
				  "      try: said = os.stat(os.getcwd() + \"/d/sub\" + "
				  "end).st_mode\n"
				  "      except OSError as error: said = error.strerror\n"
				  "      if i in (0, 59): print(end, said)\n"
				  "look(); os.remove(\"d/sub/file\"); look()\n"
				  "os.rmdir(\"d/sub\"); look(); os.rmdir(\"d\"); look()\n"
				  "os.makedirs(\"d/sub\"); look()\n"
				  "open(\"d/sub/file\", \"w\"); look()'");
}

Test(layers, opaque_in_the_middle)
{
	same_everywhere(.lower = {"d/top = 1\n", "d/ opaque\nd/middle = 2\n",
				  "d/bottom = 3\nd/sub/leaf = 3\n"},
			.script = SHOW
			"; mkdir d/sub; echo x >d/bottom; ls -R; rm -r d; mkdir d; ls -A d");
}

Test(layers, a_file_over_a_directory)
{
	same_everywhere(.lower = {"d = now a file\nl -> e\n",
				  "d/a = hidden\nl/a = hidden\ne/a = seen\n", "d/b = hidden\n"},
			.script = SHOW "; cat l/a; rm d; mkdir d; ls -A d; rm l; mkdir l; ls -A l");
}

Test(layers, a_file_between_two_directories)
{
	same_everywhere(.lower = {"d/\nd/top = 1\n", "d = a file hides what is below\n",
				  "d/bottom = 3\n"},
			.script = SHOW "; rm d/top; ls -A d; touch d/bottom; rm -r d; ls -A");
}

Test(layers, a_whiteout_between_two_directories)
{
	same_everywhere(.lower = {"d/top = 1\n", "d whiteout\n", "d/bottom = 3\n"},
			.script = SHOW "; touch d/bottom; ls d");
}

Test(layers, whiteouts_of_nothing)
{
	same_everywhere(.lower = {"w whiteout\nd/w whiteout\n", "d/a = below\n"},
			.upper = "v whiteout\nd/v whiteout\n",
			.script = SHOW
			"; cat w v d/w; touch v d/w; mkdir w; rmdir d; rm d/* && rmdir d; ls -R");
}

Test(layers, attributes_of_the_topmost)
{
	same_everywhere(.lower = {"d/\nd mode 0711\ne/\n",
				  "d/\nd mode 0777\ne/\ne mode 0700\nf/\nf mode 0750\n"},
			.upper = "e/\ne mode 0755\n",
			.script = "cd merged; stat -c '%n %a %y' d e f; touch f/x; "
				  "stat -c '%n %a' f");
}

Test(layers, sixty)
{
	struct scene scene = {.script = SHOW "; echo x >>d/f30; rm d/f59 all; ls -R"};

	for (int i = 0; i < 60; i++)
		scene.lower[i] = format("all = layer %d\nd/f%d = layer %d\nd%d/own = layer %d\n", i,
					i, i, i, i);
	compare_worlds(&scene);
}

Test(layers, long_names_and_deep_paths)
{
	same_everywhere(.lower = {"d/a = below\n"},
			.script = "cd merged; name=$(printf %0255d 7); echo x >$name; "
				  "cat $name; rm $name; ls; touch ${name}8; i=0; "
				  "while [ $i -lt 40 ]; "
				  "do mkdir 0123456789012345678901234567890123456789 && cd 0*; "
				  "i=$((i + 1)); done; echo deep >leaf; cat leaf; cd ../../..; "
				  "find . -name leaf | wc -c; cd; pwd | wc -c");
}

Test(layers, odd_names)
{
	same_everywhere(.lower = {"a%0Ab = newline\n%22quote = quote\n-dash = dash\n"
				  "%C3%A9 = utf\n...  = dots\n",
				  "%FF%FE = bytes\n"},
			.upper = "%5Cback = backslash\n%09tab = tab\n.hidden = hidden\n",
			.script = "ls -Ab merged; cat merged/*; cd merged; rm ./-dash ...; "
				  "echo x >>'\"quote'; mv .hidden .seen; ls -Ab; "
				  "find . -type f -print0 | sort -z | tr '\\0' '!'");
}

Test(layers, names_that_look_like_marks)
{
	same_everywhere(.lower = {"work/a = a\nindex = b\n#1 = c\n"}, .upper = "upper = d\n",
			.script = SHOW "; touch '#2' work/work; rm '#1' index; ls -A . work");
}

Test(layers, whiteouts_by_attribute)
{
	same_everywhere(.lower =
				{"d/\nd xattr user.overlay.opaque=x\nd/a whiteout-xattr\nd/c = c\n",
				 "d/a = hidden\nd/b = seen\n"},
			.script = SHOW "; echo again >d/a; ls d; rm d/a d/b; ls d");
}

/* The kernel refuses what it is not to follow; values of no meaning are passed over by both. */
Test(layers, marks_of_other_overlays)
{
	static const char *const marks[] = {"opaque", "impure", "origin",
					    "nlink",  "upper",  "protattr"};
	static const char *const values[] = {"", "y", "x", "yy", "%00%fb%1d%00", "/all"};
	char *lower = "moved/below = 1\nbare = 2\n";
	char *upper = "moved/in = 3\nmoved xattr user.overlay.redirect=/all\n"
		      "bare hole 9000\nbare xattr user.overlay.metacopy=\n";
	for (size_t i = 0; i < 6; i++)
		for (size_t k = 0; k < 6; k++) {
			char *d = format("%s-%zu", marks[i], k);
			char *mark = format("xattr user.overlay.%s=%s", marks[i], values[k]);
			lower = format("%s%s/below = 1\nf%s = 2\n", lower, d, d);
			upper = format("%s%s/in = 3\n%s %s\nf%s = 3\nf%s %s\n", upper, d, d, mark,
				       d, d, mark);
		}
	static const struct layers above = {"low", "up", "work"}, below = {"up:low", "top", "work"};
	for (size_t i = 0; i < 2; i++) {
		struct outcome model = {0};
		for (enum world world = KERNEL; world <= SHIM_RUN; world++) {
			if (!world_exists(world))
				continue;
			char *area = format("%s/area", scratch());
			plant(area, "top/\nwork/\nmerged/\n", 0);
			plant(format("%s/up", area), upper, 1);
			plant(format("%s/low", area), lower, 0);
			struct outcome outcome =
				world_shell(world, area, i ? &below : &above,
					    "cd merged; for n in $(cd ../low; ls); do stat -c '%n "
					    "%f' $n; ls $n; done 2>&1");
			model = model.out ? model : outcome;
			assert_holds(outcome.out, "moved': Operation not permitted");
			assert_text(outcome.out, model.out, world_name(world));
			remove_tree(area);
		}
	}
}

/*
 * In memory file systems have UUIDs, and the kernel passes over an origin that tells of another. It
 * looks for what it tells of for root alone.
 */
Test(layers, the_kernel_knows_who_was_copied_up)
{
	if (geteuid() || !world_exists(KERNEL) || access("/dev/shm", W_OK))
		cr_skip("not root, no kernel's overlay, or no /dev/shm");
	static const struct layers layers = {"low", "up", "work"};
	char *area = shell_text("/", "mktemp -d /dev/shm/overlain.XXXXXX | tr -d '\\n'");
	plant(format("%s/low", area), "a = 1\nd/b = 2\n", 0);
	shell_text(area, "mkdir up work merged");
	char *before = shell_text(area, "stat -c %i low/a low/d/b low/d");
	world_shell(SHIM_RUN, area, &layers,
		    "cd merged; echo more >>a; mv a c; chmod 600 d/b; chmod 700 d");
	struct outcome seen =
		world_shell(KERNEL, area, &layers, "stat -c %i merged/c merged/d/b merged/d");
	remove_tree(area);
	assert_text(seen.out, before, "the numbers");
}

/* What stands in merged, with its numbers, links and attributes. */
#define TELL                                                                                       \
	"cd merged; find . | sort | while read -r n; do stat -c '%n %i %h %A %s' $n; "             \
	"getfattr -hdm - $n; test ! -f $n || cat $n; done"

/*
 * Without userxattr the kernel has its marks where root alone may read them. It leaves some in the
 * upper; others are in the lowers. Read together with the library's own, they mean the same.
 */
Test(layers, marks_that_root_left)
{
	static const struct layers layers = {"top:low", "up", "work"};
	const char *area = scratch();
	plant(area,
	      "top/d/a = above\ntop/cut/new = new\ntop/part/gone =\nlow/d/a = hidden\nlow/d/b = b\n"
	      "low/cut/old = hidden\nlow/part/gone = hidden\nlow/part/stays = stays\nlow/f = f\n"
	      "low/g = g\nlow/r/s/t = t\nlow/plain/p = hidden\nup/\nwork/\nmerged/\n",
	      0);
	struct outcome left =
		program(area, NULL,
			ARGV("unshare", "-m", "sh", "-ec",
			     "test $(id -u) = 0 || exit 125\n"
			     "setfattr -n trusted.overlay.opaque -v y top/cut\n"
			     "setfattr -n trusted.overlay.whiteout -v y top/part/gone\n"
			     "setfattr -n trusted.overlay.opaque -v x top/part\n"
			     "setfattr -n trusted.overlay.nonsense -v private low/f\n"
			     "setfattr -n trusted.overlay.overlay.z -v shown low/f\n"
			     "mount -t overlay overlay -o "
			     "lowerdir=top:low,upperdir=up,workdir=work merged || "
			     "exit 125\n"
			     "cd merged; echo more >>f; mv d/b d/c; chmod 700 d/a; rm g; rm -r "
			     "plain; mkdir "
			     "plain; touch r/s/t\n"
			     "ln f f2; mkdir -p new/sub; setfattr -n trusted.overlay.app -v 1 new\n"
			     "cd ..; " TELL));
	if (left.status == 125)
		cr_skip("not root, or no overlay can be mounted without userxattr");
	cr_assert_eq(left.status, 0, "%s", left.err);
	assert_holds(left.out, "./plain");
	for (enum world world = SHIM_ENV; world <= SHIM_RUN; world++)
		assert_text(world_shell(world, area, &layers, TELL).out, left.out,
			    world_name(world));
}

/* That it is a whiteout a file says alone; its directory, that it is not to be listed. */
Test(layers, whiteouts_by_attribute_in_directories_without)
{
	same_everywhere(.lower = {"d/a whiteout-xattr\nd/b whiteout-xattr\nd/c = c\n",
				  "d/a = hidden\nd/b/in = hidden\nu/a = hidden\n"},
			.upper = "u/a whiteout-xattr\nu/b whiteout-xattr\n",
			.script = "cd merged; for n in d/a d/b d/b/in u/a u/b; do stat $n; done; "
				  "echo again >d/a; mkdir d/b u/a; rmdir u; echo new >u/b; "
				  "rm u/b; rmdir u/a; ls d/b; cat d/a u/b");
}

/* A directory that moves there changes places with one, which is not to be listed either. */
Test(layers, a_whiteout_by_attribute_changes_places)
{
	same_everywhere(.lower = {"p/a/in = moved\np/b = stays\nq/a/in = hidden\n"},
			.upper = "q/a whiteout-xattr\nq xattr user.overlay.opaque=x\n",
			.unlike_kernel = true, .script = "cd merged; mv p/a q/a; ls p q q/a");
}

/* An opaque mark takes the place of the one that they are not to be listed: so they go. */
Test(layers, a_directory_with_whiteouts_by_attribute_moves)
{
	same_everywhere(.lower = {"d/a = hidden\nd/b = seen\ne/a = hidden\n"},
			.upper = "d/a whiteout-xattr\nd xattr user.overlay.opaque=x\n"
				 "e/a whiteout-xattr\ne xattr user.overlay.opaque=x\n",
			.unlike_kernel = true,
			.script = "cd merged; mv d f; ls f; mkdir new; mv -T new e; ls e; "
				  "touch f/a; ls f; rm -r f e; ls -A");
}

Test(layers, whiteouts_by_name)
{
	same_everywhere(.lower = {"a whiteout-file\nd/b whiteout-file\nd/e = seen\n",
				  "a = hidden\nd/b/leaf = hidden\nd/c = seen\n"},
			.unlike_kernel = true,
			.script = SHOW "; echo again >a; mkdir d/b; ls -R; rm -r a d/b; ls -AR");
}

Test(layers, opaque_by_name)
{
	same_everywhere(.lower = {"d/ opaque-file\nd/new = seen\n",
				  "d/old = hidden\ne/old = seen\n"},
			.unlike_kernel = true,
			.script = SHOW "; touch d/old; mv e/old d; ls -A d e; rm -r d; ls -A");
}
