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
static char *merged(void)
{
	const struct layers layers = {"low", "up", "work"};
	char *tree = world_listing(SHIM_RUN, scratch(), &layers), *line;
	while ((line = strstr(tree, "  lstat: No such file"))) {
		char *rest = strchr(line, '\n');
		while (line > tree && line[-1] != '\n')
			line--;
		memmove(line, rest + 1, strlen(rest));
	}
	return tree;
}

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
	 "/b: a whiteout by its attribute, which does not count",
	 "/b: a whiteout by its attribute, which does not count\n"},
	{"f/\nf xattr user.overlay.opaque=yes", "/f: an opaque mark of no known value", ""},
	{"g/ opaque-file", "/g: opaque in a form the kernel does not read", ""},
	{"h/\nh xattr user.fuseoverlayfs.opaque=y", "/h: opaque in a form the kernel does not read",
	 ""},
	{"b = b\nb xattr user.overlay.origin=nonsense", "/b: a malformed origin", ""},
	{"b = b\nb xattr user.overlay.overlay.=x", "/b: an escaped attribute without a name",
	 "/b: an escaped attribute without a name\n"},
	{"e/\ne xattr user.overlay.redirect=/d",
	 "/e: a redirect or metacopy, which is not followed",
	 "/e: a redirect or metacopy, which is not followed\n"},
	{"b = b\nb xattr user.overlay.mine=x",
	 "/b: an attribute in the overlay's namespace that means nothing",
	 "/b: an attribute in the overlay's namespace that means nothing\n"},
};

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

/* An origin that nothing announces, and what was half-made when a program was killed. */
Test(command_fsck, impure_and_half_made)
{
	plant_layers("");
	shell_text(scratch(), OVERLAIN " run" OVER "merged -- sh -c 'echo 1 >>merged/f/z'; "
				       "setfattr -x user.overlay.impure up/f; "
				       "mkdir -p 'work/work/#9/in'");
	assert_text(shell_text(scratch(), FSCK " | sed 's/^.*work/work/'; " FSCK
					       "--repair | grep -c mended; " FSCK "; echo $?"),
		    "work/#9: left half-made\n/f/z: has an origin, and its directory is not marked "
		    "impure\n2\n0\n",
		    "both");
}

Test(command_fsck, looks_without_a_change)
{
	plant_layers("none whiteout\ng/ opaque-file");
	char *before = listing(scratch(), LIST_EXACT | LIST_XATTRS);
	shell_text(scratch(), FSCK " || true");
	assert_text(listing(scratch(), LIST_EXACT | LIST_XATTRS), before, "everything");
}
