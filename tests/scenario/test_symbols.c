/*
 * The list of names is complete: the library exports what symbols.def says, and of every name the
 * libc at hand exports it is known whether it is covered, left alone for a reason, or takes no
 * path. A name that a new libc brings fails here until somebody has thought about it.
 */
#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(symbols, .init = scratch_make, .fini = scratch_remove);

#define DATA SOURCE_DIR "/tests"

/* Lists of one name a line, sorted, in the files covered, exported, libc, alone and pathless. */
static const char lists[] =
	"export LC_ALL=C\n"
	"sed -nE 's/^(SYMBOL|TWIN|BEFORE)\\((\\w+).*/\\2/p' " SOURCE_DIR
	"/preload/libc/symbols.def | "
	"sort >covered\n"
	"nm -D --defined-only " LIBRARY " | awk '{ print $3 }' | sort >exported\n"
	"libc=$(ldd " LIBRARY " | awk '/libc\\.so/ { print $3 }')\n"
	"nm -D --defined-only $libc | awk '{ print $3 }' | grep -v GLIBC_PRIVATE | sed 's/@.*//' | "
	"sort -u >libc\n"
	"names() { sed -e '1,/^$/d' -e '/^#/d' \"$1\" | tr -s ' ' '\\n' | grep . | sort; }\n"
	"names " DATA "/symbols-left-alone.txt >alone\n"
	"names " DATA "/symbols-without-path.txt >pathless\n";

static void assert_nothing(const char *what, const char *script)
{
	char *found = shell_text(scratch(), format("%s%s", lists, script));
	cr_assert(!*found, "%s:\n%s", what, found);
}

Test(symbols, the_library_exports_what_the_list_says)
{
	assert_nothing("named once", "uniq -d covered");
	assert_nothing("in symbols.def and not exported", "comm -23 covered exported");
	assert_nothing("exported and not in symbols.def", "comm -13 covered exported");
}

Test(symbols, every_name_of_libc_is_known)
{
	assert_nothing("of libc, and nobody knows whether it takes a path",
		       "sort -u covered alone pathless | comm -23 libc -");
}

Test(symbols, every_name_is_in_one_list)
{
	assert_nothing("in two lists", "sort covered alone pathless | uniq -d");
}

/* What libc has not got, nobody calls; but for what later ones have, and what sanitizers ask. */
Test(symbols, every_covered_name_is_libc_s)
{
	assert_nothing(
		"covered, and unknown to libc",
		"comm -23 covered libc | grep -vxE 'openat2|pidfd_spawnp?|__[at]san_.*' || :");
}

/* A paragraph of names begins with its reason. */
Test(symbols, every_name_left_alone_has_a_reason)
{
	assert_nothing("without a reason", "sed '1,/^$/d' " DATA "/symbols-left-alone.txt | "
					   "awk 'BEGIN { RS = \"\" } !/^# [A-Z]/ { print }'");
}
