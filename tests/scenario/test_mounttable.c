/* Several overlays in the mount table, one inside another, with names that need escaping. */
#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

static char *area;

static void make_area(void)
{
	scratch_make();
	area = format("%s/area", scratch());
	plant(area, "low/in/file = outer\nlow2/file = inner\nup/\nwork/\nodd%20low/file = odd\n",
	      0);
}

TestSuite(mounttable, .init = make_area, .fini = scratch_remove);

static char *out(const char *script)
{
	const char *const settings[] = {
		"LD_PRELOAD=" LIBRARY,
		format("OVERLAIN_MOUNTS=%s/merged lowerdir=%s/low,upperdir=%s/up,workdir=%s/work\n"
		       "%s/merged/in lowerdir=%s/low2\n"
		       "%s/a\\040b\\134c lowerdir=%s/odd\\040low:%s/low2",
		       area, area, area, area, area, area, area, area, area),
		NULL,
	};
	struct outcome outcome = shell(area, settings, script);

	assert_text(outcome.err, "", script);
	return replaced(outcome.out, area, "AREA");
}

#define MERGED                                                                                     \
	"AREA/merged overlay rw,relatime,lowerdir=AREA/low,upperdir=AREA/up,workdir=AREA/work"
#define ODD "AREA/a\\040b\\134c overlay ro,relatime,lowerdir=AREA/odd\\040low:AREA/low2"
#define IN  "AREA/merged/in overlay ro,relatime,lowerdir=AREA/low2"

Test(mounttable, mounts)
{
	const char *files[] = {
		"/proc/mounts",   "/proc/self/mounts",        "/proc/$$/mounts",
		"/proc/1/mounts", "/proc/thread-self/mounts", "/proc/$$/task/$$/mounts"};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		assert_text(out(format("tail -3 %s", files[i])),
			    "overlay " ODD " 0 0\noverlay " MERGED " 0 0\noverlay " IN " 0 0\n",
			    files[i]);
}

Test(mounttable, mtab)
{
	assert_text(
		out("if test -L /etc/mtab; then tail -1 /etc/mtab; else tail -1 /proc/mounts; fi"),
		"overlay " IN " 0 0\n", "/etc/mtab");
}

/* Field 3 is "0:MINOR" for st_dev, 5 the mount point, 2 the mount that holds it. */
Test(mounttable, mountinfo)
{
	assert_text(out("tail -3 /proc/self/mountinfo | cut -d' ' -f4-"),
		    "/ AREA/a\\040b\\134c rw,relatime - overlay overlay "
		    "ro,lowerdir=AREA/odd\\040low:AREA/low2\n"
		    "/ AREA/merged rw,relatime - overlay overlay "
		    "rw,lowerdir=AREA/low,upperdir=AREA/up,workdir=AREA/work\n"
		    "/ AREA/merged/in rw,relatime - overlay overlay ro,lowerdir=AREA/low2\n",
		    "the end of mountinfo");
	assert_text(out("cut -d' ' -f1 /proc/self/mountinfo | sort | uniq -d"), "",
		    "equal numbers");
	assert_text(
		out("tail -3 /proc/self/mountinfo | (read a r; read b r; read c p r; test $p = $b "
		    "&& echo the inner stands on the outer)"),
		"the inner stands on the outer\n", "parents");
	assert_text(out("cd merged/in; here=$(stat -c %Hd:%Ld .); tail -1 /proc/self/mountinfo | "
			"(read a b dev r; test $dev = $here && echo the same)"),
		    "the same\n", "devices");
	assert_text(
		out("top=$(awk '$5 == \"/\" { id = $1 } END { print id }' /proc/self/mountinfo); "
		    "tail -3 /proc/self/mountinfo | (read a p r; awk -v p=$p '$1 == p' "
		    "/proc/self/mountinfo | wc -l)"),
		"1\n", "the outer's parent");
}

Test(mounttable, df)
{
	assert_text(out("df --output=target . merged merged/in merged/in/file 'a b\\c/file' | "
			"sed -n '3,$p'; df --output=fstype merged/in | tail -1"),
		    "AREA/merged\nAREA/merged/in\nAREA/merged/in\nAREA/a b\\c\noverlay\n", "df");
}

Test(mounttable, findmnt)
{
	assert_text(out("findmnt -n -o TARGET,FSTYPE -T merged/in/file; findmnt -n -o TARGET -T "
			"merged; "
			"findmnt -rn -t overlay -o TARGET -M $PWD/'a b\\c'"),
		    "AREA/merged/in overlay\nAREA/merged\nAREA/a\\x20b\\x5cc\n", "findmnt");
}

Test(mounttable, what_stays_the_kernels)
{
	assert_text(
		out("grep -c $PWD /proc/self/mountstats; cat /proc/self/mounts | wc -l >a; "
		    "dd if=/proc/self/mounts bs=7 2>/dev/null | wc -l | cmp a - && echo in pieces; "
		    "exec 3</proc/self/mounts; read -r first <&3; echo \"$first\" >b; "
		    "head -1 /proc/self/mounts | cmp b - && echo from the start"),
		"0\nin pieces\nfrom the start\n", "other reads");
}
