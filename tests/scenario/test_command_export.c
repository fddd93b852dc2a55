/* overlain export: a layer that any tool for images takes. */
#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/listing.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(command_export, .init = scratch_make, .fini = scratch_remove);

#define EXPORT OVERLAIN " export -o lowerdir=low,upperdir=up,workdir=work "

static const struct layers layers = {"low", "up", "work"};

static void play(void)
{
	plant(format("%s/low", scratch()),
	      "a = a\nb = b\nd/x = x\ne/z = z\ngone/g = g\ntodir/t = t\ntofile = f\nlink -> a\n",
	      0);
	plant(format("%s/up", scratch()), "", 1);
	plant(format("%s/work", scratch()), "", 1);
	plant(format("%s/merged", scratch()), "", 1);
	struct outcome done = world_shell(
		SHIM_RUN, scratch(), &layers,
		"cd merged; echo more >>a; rm b; rm -r d; mkdir d; echo n >d/n; rm -r gone; echo e "
		">e/e2; rm e/z; rm -r todir; echo f >todir; rm tofile; mkdir tofile; echo i "
		">tofile/in; ln -sf b link; mkdir d-x new; echo 1 >new/f; ln new/f h; mkfifo p; "
		"setfattr -n user.size -v 3 a; chmod 4711 todir; touch -d 2001-02-03T04:05:06.7 e");
	cr_assert(done.status == 0, "%s", done.err);
}

Test(command_export, names)
{
	play();
	assert_text(shell_text(scratch(), EXPORT " >l.tar; tar tf l.tar; tar tf l.tar | LC_ALL=C "
						 "sort -c; tar xOf l.tar .wh.b | wc -c"),
		    ".wh.b\n.wh.gone\na\nd-x/\nd/\nd/.wh..wh..opq\nd/n\ne/\ne/.wh.z\ne/e2\nh\nlink"
		    "\nnew/\nnew/f\np\ntodir\ntofile/\ntofile/in\n0\n",
		    "the archive");
	assert_text(shell_text(scratch(),
			       "tar tvf l.tar | grep -c '^h.* link to h$'; tar --xattrs -xf l.tar "
			       "a; getfattr -d a; tar xf l.tar --to-command=true; grep -ac "
			       "overlay. l.tar || true"),
		    "1\n# file: a\nuser.size=\"3\"\n\n0\n", "links and attributes");
}

Test(command_export, the_same_bytes_again)
{
	play();
	assert_text(shell_text(scratch(),
			       "export SOURCE_DATE_EPOCH=1000000000; " EXPORT
			       " | cksum >1; touch up/a up/new/f up/d; umask 077; "
			       "TAR_OPTIONS=--mode=0 " EXPORT "merged | cksum >2; cmp 1 2; " EXPORT
			       "| tar tv --full-time -f - | grep -c 2001-09-09"),
		    "13\n", "entries later than that");
}

/* Whatever form the whiteouts of the upper have, layer and differences are the same. */
Test(command_export, of_any_form_of_whiteout)
{
	play();
	assert_text(
		shell_text(scratch(),
			   "export SOURCE_DATE_EPOCH=1; on='-o lowerdir=low,upperdir=up'; " OVERLAIN
			   " diff $on >d0; " OVERLAIN " export $on >l0; for form in file xattr "
			   "device; do " OVERLAIN " convert --to $form $on >converted; " OVERLAIN
			   " diff $on | diff d0 -; " OVERLAIN " export $on | cmp l0 -; done; "
			   "tar tf l0 | grep -c wh"),
		"4\n", "what differs, and how many marks there are");
}

/* What an unpacker makes of base and layer is what merged was. */
Test(command_export, image_unpacks_to_merged)
{
	if (shell(scratch(), NULL, "umoci --version && skopeo --version").status != 0)
		cr_skip_test("umoci and skopeo are not here");
	play();
	shell_text(
		scratch(),
		"tar -C low --format=pax --sort=name -cf base.tar .; " EXPORT ">layer.tar; "
		"umoci init --layout image; umoci new --image image:t; for l in base layer; do "
		"umoci raw add-layer --image image:t $l.tar; done; skopeo inspect oci:image:t; "
		"umoci unpack $(test $(id -u) = 0 || echo --rootless) --image image:t bundle; find "
		"bundle/rootfs -exec setfattr -hx user.rootlesscontainers {} \\; 2>/dev/null || "
		"true");
	assert_text(listing(format("%s/bundle/rootfs", scratch()), LIST_AGE | LIST_XATTRS) +
			    strcspn(listing(format("%s/bundle/rootfs", scratch()),
					    LIST_AGE | LIST_XATTRS),
				    "\n"),
		    strchr(shell_text(scratch(),
				      OVERLAIN " run -o lowerdir=low,upperdir=up,workdir=work "
					       "merged -- " HELPER("treedump") " merged"),
			   '\n'),
		    "the unpacked image");
}
