/* A rename from nowhere into the union: what is wrong with the descriptor comes first. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(found_renameat);

Test(found_renameat, of_a_bad_descriptor)
{
	in_house("mkdir out; cd merged; python3 -c '\n"
		 "import os\n"
		 "kind = os.open(\"README\", os.O_RDONLY)\n"
		 "out = os.open(\"../out\", os.O_RDONLY)\n"
		 "for fd in (99, kind, out):\n"
		 "\tfor old, new in ((\"foo\", \"bar\"), (\"a/foo\", \"bar\"), (\"README\", "
		 "\"\")):\n"
		 "\t\ttry: os.rename(old, new, src_dir_fd=fd)\n"
		 "\t\texcept OSError as e: print(e.strerror)\n"
		 "\t\ttry: os.rename(old, new, dst_dir_fd=fd)\n"
		 "\t\texcept OSError as e: print(e.strerror)\n"
		 "'",
		 .unlike_plain = true);
}
