/* overlain fsck: everything that can be wrong with an upper, found and mended. */
#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/listing.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(command_fsck, .init = scratch_make, .fini = scratch_remove);

#define OVER " -o lowerdir=low,upperdir=up,workdir=work "
#define FSCK OVERLAIN " fsck" OVER

static void plant_layers(const char *upper)
{
	plant(format("%s/low", scratch()),
	      "a = a\nb = b\nd/x = x\ne/y = y\nf/z = z\ng/u = u\nh/w = w\n", 0);
	plant(format("%s/up", scratch()), upper, 1);
	plant(format("%s/work", scratch()), "work/", 1);
	plant(format("%s/merged", scratch()), "", 1);
}

/* What is listed and not there is no part of the tree. */
static char *tree_in(enum world world)
{
	const struct layers layers = {"low", "up", "work"};
	char *tree = world_listing(world, scratch(), &layers), *line;
	while ((line = strstr(tree, "  lstat: No such file"))) {
		char *rest = strchr(line, '\n');
		while (line > tree && line[-1] != '\n')
			line--;
		memmove(line, rest + 1, strlen(rest));
	}
	return tree;
}

static char *merged(void)
{
	return tree_in(SHIM_RUN);
}

#define LONG "a_value_that_is_much_too_long_to_mean_anything_to_whoever_reads_it_for_what_it_says_"

/* What upper is made of, what is said of it, and what is still said once it was repaired. */
static const struct {
	const char *upper, *found, *left;
} faults[] = {
	{"none whiteout", "/none: a whiteout of nothing", ""},
	{"d/ opaque\nd/x whiteout", "/d/x: a whiteout of nothing", ""},
	{"a = new\n.wh.a =", "/a: there, and hidden by a file beside it", ""},
	{"a whiteout-file", "/a: a whiteout in a form the kernel does not read",
	 "/a: a whiteout in a form the kernel does not read\n"},
	{"e/y whiteout-xattr",
	 "/e/y: a whiteout by its attribute, and its directory does not say so", ""},
	{"b = full\nb xattr user.overlay.whiteout=y",
	 "/b: a whiteout by its attribute, which does not count", ""},
	{"e/y whiteout-xattr\ne/y xattr user.overlay.whiteout=" LONG,
	 "/e/y: a whiteout by its attribute, and its directory does not say so", ""},
	{"f/\nf xattr user.overlay.opaque=yes", "/f: an opaque mark that means nothing", ""},
	{"f/\nf xattr user.overlay.opaque=" LONG, "/f: an opaque mark that means nothing", ""},
	{"f/\nf xattr user.overlay.opaque=", "/f: an opaque mark that means nothing", ""},
	{"b = b\nb xattr user.overlay.opaque=y", "/b: an opaque mark that means nothing", ""},
	{"f/\nf xattr user.overlay.impure=yes", "/f: an impure mark that means nothing", ""},
	{"f/\nf xattr user.overlay.impure=" LONG, "/f: an impure mark that means nothing", ""},
	{"f/\nf xattr user.overlay.whiteout=" LONG,
	 "/f: a whiteout by its attribute, which does not count", ""},
	{"g/ opaque-file", "/g: opaque in a form the kernel does not read", ""},
	{"h/\nh xattr user.fuseoverlayfs.opaque=y", "/h: opaque in a form the kernel does not read",
	 ""},
	{"b = b\nb xattr user.overlay.origin=nonsense", "/b: a malformed origin", ""},
	{"b = b\nb xattr user.overlay.origin=" LONG LONG LONG, "/b: a malformed origin", ""},
	{"e/\ne xattr user.overlay.origin=nonsense", "/e: a malformed origin", ""},
	{"b = b\nb xattr user.overlay.overlain.ino=12", "/b: a malformed number", ""},
	{"f/.wh. =", "/f: holds a file \".wh.\", which hides nothing", ""},
	{".wh..wh.a =", "/.wh.a: a whiteout of nothing", ""},
	{".wh.c =", "/c: a whiteout of nothing", ""},
	{".wh.a/in = in", "/a: a whiteout in a form the kernel does not read",
	 "/a: a whiteout in a form the kernel does not read\n"},
	{"b = b\nb xattr user.overlay.metacopy=" LONG,
	 "/b: a redirect or metacopy, which is not followed",
	 "/b: a redirect or metacopy, which is not followed\n"},
	{"b = b\nb xattr user.overlay.overlay.=x", "/b: an escaped attribute without a name",
	 "/b: an escaped attribute without a name\n"},
	{"e/\ne xattr user.overlay.redirect=/d",
	 "/e: a redirect or metacopy, which is not followed",
	 "/e: a redirect or metacopy, which is not followed\n"},
	{"b = b\nb xattr user.overlay.mine=x",
	 "/b: an attribute in the overlay's namespace that means nothing",
	 "/b: an attribute in the overlay's namespace that means nothing\n"},
};

static void assert_kernel_agrees(const char *tree, const char *what)
{
	if (world_exists(KERNEL))
		assert_text(tree_in(KERNEL), tree, what);
}

/* Repairing changes nothing that merged shows, and what it says it mended is mended. */
Test(command_fsck, finds_and_mends)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		bool mends = !*faults[i].left;
		plant_layers(faults[i].upper);
		assert_text(shell_text(scratch(), FSCK "; echo $?"),
			    format("%s\n1\n", faults[i].found), faults[i].upper);
		char *before = merged();
		assert_text(shell_text(scratch(), FSCK "--repair; echo $?"),
			    format("%s%s\n%d\n", faults[i].found, mends ? ": mended" : "", !mends),
			    faults[i].upper);
		assert_text(merged(), before, faults[i].upper);
		assert_text(shell_text(scratch(), FSCK " || true"), faults[i].left,
			    faults[i].upper);
		if (mends)
			assert_kernel_agrees(before, faults[i].upper);
		remove_tree(format("%s/low", scratch()));
		remove_tree(format("%s/up", scratch()));
		remove_tree(format("%s/work", scratch()));
		remove_tree(format("%s/merged", scratch()));
	}
}

Test(command_fsck, a_sound_upper)
{
	plant_layers("");
	assert_text(shell_text(scratch(), OVERLAIN
			       " run" OVER "merged -- sh -c 'cd merged; rm a; echo 1 >>b; rm -r d; "
			       "mkdir d; mv e/y .; chmod 700 f; ln b b2'; " FSCK "; echo $?"),
		    "0\n", "what the library left");
}

/*
 * An origin that nothing announces, what was half-made when a program was killed, and what some
 * other union left beside it, where the kernel makes room for itself.
 */
Test(command_fsck, impure_and_half_made)
{
	plant_layers("");
	shell_text(scratch(), OVERLAIN " run" OVER "merged -- sh -c 'echo 1 >>merged/f/z'; "
				       "setfattr -x user.overlay.impure up/f; "
				       "mkdir -p 'work/work/#9/in/in'; chmod 0 'work/work/#9/in'; "
				       "echo >work/work/7");
	assert_text(shell_text(scratch(), FSCK " | sed 's/^.*work/work/' | sort; " FSCK
					       "--repair | grep -c mended; " FSCK "; echo $?"),
		    "/f/z: has an origin, and its directory is not marked impure\n"
		    "work/#9: left half-made\nwork/7: left there\n3\n0\n",
		    "all of them");
}

/* The kernel gives both one inode, and has the second for a stale handle then. */
Test(command_fsck, two_with_one_origin)
{
	plant_layers("");
	shell_text(scratch(),
		   OVERLAIN " run" OVER "merged -- sh -c 'echo 1 >>merged/f/z; touch merged/g'; "
			    "cp -a up/f/z up/copy; cp -a up/g up/f; ln up/f/z up/linked; "
			    "setfattr -n user.overlay.impure -v y up");
	assert_text(shell_text(scratch(), FSCK " || true"),
		    "/f/z: has the origin of another object, too\n"
		    "/g: has the origin of another object, too\n"
		    "/linked: has the origin of another object, too\n",
		    "found");
	char *before = merged();
	assert_text(shell_text(scratch(), FSCK "--repair; echo $?; " FSCK "; echo $?"),
		    "/f/z: has the origin of another object, too: mended\n"
		    "/g: has the origin of another object, too: mended\n0\n0\n",
		    "mended");
	assert_text(shell_text(scratch(), "stat -c %i up/copy up/linked low/f/z | uniq | wc -l"),
		    "3\n", "numbers");
	assert_text(merged(), before, "merged");
	assert_kernel_agrees(before, "the kernel");
}

#define FAILING "strace -f -qq -o /dev/null -P $PWD/up/f -e inject=%s:error=EIO:when=2 "

/*
 * What cannot be read is not taken for something else, and what comes behind it is looked at. At
 * first the walk asks, and then what checks.
 */
Test(command_fsck, what_cannot_be_read)
{
	plant_layers("f/ opaque\nnone whiteout");
	for (const char *call = "lgetxattr\0llistxattr\0"; *call; call += strlen(call) + 1)
		assert_text(
			shell_text(scratch(),
				   format(FAILING FSCK "; " FAILING FSCK "--repair; echo $?; "
						       "mknod up/none c 0 0",
					  call, call)),
			"/f: its marks cannot be read\n/none: a whiteout of nothing\n"
			"/f: its marks cannot be read\n/none: a whiteout of nothing: mended\n1\n",
			call);
	assert_text(shell_text(scratch(), "getfattr --only-values -n user.overlay.opaque up/f"),
		    "y", "the mark");
}

Test(command_fsck, a_directory_that_cannot_be_read)
{
	plant_layers("f/z = z\nnone whiteout");
	assert_text(
		shell_text(
			scratch(),
			"strace -f -qq -o /dev/null -P $PWD/up/f -e inject=openat:error=EIO " FSCK
			"; echo $?"),
		"/f: Input/output error\n/none: a whiteout of nothing\n1\n", "said and passed by");
}

/* It may hold whatever somebody thought that he keeps there. */
Test(command_fsck, a_directory_in_place_of_a_whiteout)
{
	plant_layers(".wh.none/in = in");
	assert_text(shell_text(scratch(), FSCK "--repair; echo $?; cat up/.wh.none/in"),
		    "/none: a whiteout of nothing: Is a directory\n1\nin\n", "kept");
}

Test(command_fsck, looks_without_a_change)
{
	plant_layers("none whiteout\ng/ opaque-file");
	char *before = listing(scratch(), LIST_EXACT | LIST_XATTRS);
	shell_text(scratch(), FSCK " || true");
	assert_text(listing(scratch(), LIST_EXACT | LIST_XATTRS), before, "everything");
}
