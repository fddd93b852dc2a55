/*
 * Another preload that interposes the same names and makes one of them of another, as fakeroot
 * does. It must not come back to itself by way of ours.
 */
#include <criterion/criterion.h>

#include "house.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/world.h"

SUITE(found_fakeroot);

/* Where there is none the work is done without: then the worlds agree as well. */
#define FAKEROOT "$(command -v fakeroot) "

#define WORK                                                                                       \
	"cd merged; id -u; stat -c '%A %U' docs; chown 33:44 README new; stat -c '%u:%g %n' "      \
	"README new; "                                                                             \
	"mknod null c 1 3; mkfifo queue; stat -c '%F' null queue; chmod 4755 null; rm null "       \
	"queue; "                                                                                  \
	"echo x >null; stat -c '%F %a %u' null; mv README docs; stat -c '%u:%g' docs/README; "     \
	"rm docs/README; echo y >docs/README; stat -c '%u:%g' docs/README; "                       \
	"tar cf t.tar new; tar tvf t.tar | awk '{ print $2, $6 }'; cd ..; ls merged"

Test(found_fakeroot, inside)
{
	in_house("chmod 644 merged/README; " FAKEROOT "sh -c \"" WORK "\"", .own_upper = true);
}

/* The same with fakeroot first. */
Test(found_fakeroot, around)
{
	const char *area = format("%s/around", scratch());
	plant(area, "low/README = words\nlow/docs/\nlow/new/\nup/\nwork/\nplain/\n", 0);
	plant(area, "plain/merged/README = words\nplain/merged/docs/\nplain/merged/new/\n", 0);
	struct outcome plain = shell(format("%s/plain", area), NULL, FAKEROOT "sh -c \"" WORK "\"");
	struct outcome shim =
		shell(area, NULL,
		      FAKEROOT OVERLAIN " run -o lowerdir=low,upperdir=up,workdir=work merged -- "
					"sh -c \"" WORK "\"");
	assert_text(shim.out, plain.out, "stdout");
	assert_text(shim.err, plain.err, "stderr");
	cr_assert(shim.status == plain.status);
}
