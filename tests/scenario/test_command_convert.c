/* overlain convert: every form of whiteout into every other, and merged stays what it is. */
#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(command_convert, .init = scratch_make, .fini = scratch_remove);

static const struct layers layers = {"low", "up", "work"};
#define OVER          "-o lowerdir=low,upperdir=up,workdir=work"
#define CONVERT(form) OVERLAIN " convert --to " form " " OVER

static void play(void)
{
	plant(format("%s/low", scratch()), "a = a\nd/b = b\nd/c = c\ne/x = x\nf = f\n", 0);
	plant(format("%s/up", scratch()), "", 1);
	plant(format("%s/work", scratch()), "", 1);
	plant(format("%s/merged", scratch()), "", 1);
	cr_assert(world_shell(SHIM_RUN, scratch(), &layers,
			      "cd merged; rm a d/b; rm -r e; mkdir e; echo n >e/n; mv d/c c; "
			      "touch -d 2001-02-03 . d e")
			  .status == 0);
}

/* Names and types of what lies in the upper, and its opaque marks. */
#define UPPER                                                                                      \
	"cd up; find . -mindepth 1 -printf '%P %y\\n' | sort; getfattr -R -m overlay.opaque "      \
	"--only-values . 2>/dev/null | sed 's/./&\\n/g' | sort | tr -d '\\n'"

static const struct {
	const char *form, *upper;
} forms[] = {
	{"file", ".wh.a f\nc f\nd d\nd/.wh.b f\nd/.wh.c f\ne d\ne/.wh..wh..opq f\ne/n f\n"},
	{"xattr", "a f\nc f\nd d\nd/b f\nd/c f\ne d\ne/n f\nxxy"},
	{"device", "a c\nc f\nd d\nd/b c\nd/c c\ne d\ne/n f\ny"},
};
#define FORMS (sizeof forms / sizeof *forms)

Test(command_convert, every_form_into_every_other)
{
	play();
	char *before = world_listing(SHIM_RUN, scratch(), &layers);
	/* From device to file, xattr, device; to xattr, file, device. */
	static const int order[] = {0, 1, 2, 1, 0, 2};
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		const char *form = forms[order[i]].form;
		shell_text(scratch(), format(OVERLAIN " convert --to %s " OVER, form));
		assert_text(shell_text(scratch(), UPPER), forms[order[i]].upper, form);
		assert_text(world_listing(SHIM_RUN, scratch(), &layers), before, form);
	}
}

/* What image layers look like becomes what the kernel mounts. */
Test(command_convert, for_the_kernel)
{
	play();
	char *before = world_listing(SHIM_RUN, scratch(), &layers);
	assert_text(shell_text(scratch(), CONVERT("file") "; " CONVERT("device")),
		    "4 converted\n4 converted\n", "counts");
	if (world_exists(KERNEL))
		assert_text(world_listing(KERNEL, scratch(), &layers), before, "the kernel's view");
}

Test(command_convert, a_form_that_is_none)
{
	play();
	assert_holds(shell_text(scratch(), CONVERT("nothing") " 2>&1; echo $?"), "125\n");
	assert_holds(shell_text(scratch(), OVERLAIN " convert " OVER " 2>&1; echo $?"), "125\n");
}
