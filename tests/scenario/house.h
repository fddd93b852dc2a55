/* The union most scenarios play in: two layers below, one above, and everything a union can do to a
 * name. */
#ifndef TESTS_HOUSE_H
#define TESTS_HOUSE_H

#include "support/compare.h"
#include "support/scratch.h"

#define HOUSE_BASE                                                                                 \
	"README = the words of the base\n"                                                         \
	"bin/hello = #!/bin/sh%0Aecho \"hello $*\"\n"                                              \
	"bin/hello mode 0755\n"                                                                    \
	"docs/guide.txt = a guide to the house\n"                                                  \
	"docs/deep/er/leaf = a leaf\n"                                                             \
	"docs/both.txt = both, from the base\n"                                                    \
	"src/main.c = int main(void) { return 0; }\n"                                              \
	"src/util.c = int util;\n"                                                                 \
	"old/gone = never seen\n"                                                                  \
	"old/stays = still here\n"                                                                 \
	"hidden/a = never seen\n"                                                                  \
	"hidden/b = never seen\n"                                                                  \
	"kind = a file in the base\n"                                                              \
	"big size 70000\n"                                                                         \
	"sparse hole 300000\n"                                                                     \
	"secret = for one reader\n"                                                                \
	"secret mode 0600\n"                                                                       \
	"twin1 = twins\n"                                                                          \
	"twin2 == twin1\n"                                                                         \
	"rel -> docs/guide.txt\n"                                                                  \
	"dangling -> nowhere\n"                                                                    \
	"dirlink -> docs\n"                                                                        \
	"around -> ../merged/README\n"                                                             \
	"pipe fifo\n"                                                                              \
	"with%20space = spaced\n"                                                                  \
	"empty/\n"                                                                                 \
	"nothing =\n"                                                                              \
	"marked = with a colour\n"                                                                 \
	"marked xattr user.colour=blue\n"

#define HOUSE_TOP                                                                                  \
	"docs/both.txt = both, from the top\n"                                                     \
	"docs/top.txt = only the top\n"                                                            \
	"old/gone whiteout\n"                                                                      \
	"hidden/ opaque\n"                                                                         \
	"hidden/c = seen\n"                                                                        \
	"kind/\n"                                                                                  \
	"kind/inside = now a directory\n"

#define HOUSE_UPPER                                                                                \
	"docs/both.txt = both, from the upper\n"                                                   \
	"docs/upper.txt = only the upper\n"                                                        \
	"src/util.c whiteout\n"                                                                    \
	"new/file = only above\n"

#define in_house(...)                                                                              \
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE}, .upper = HOUSE_UPPER,                    \
			.script = __VA_ARGS__)

/* `ls -lR` without a directory's size and link count, which no union promises. */
#define LONG_LISTING                                                                               \
	"ls -lR --time-style=+%Y merged | awk '/^total/ { next } /^d/ { $2 = $5 = \"-\" } 1'"

#define SUITE(name) TestSuite(name, .init = scratch_make, .fini = scratch_remove)

#endif
