/* What programs at work came across, in the smallest form that shows it. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(found_programs);

/* Java dates what it has copied so. */
Test(found_programs, futimesat_without_a_path)
{
	in_house("cd merged; python3 -c '\n"
		 "import ctypes, os\n"
		 "libc = ctypes.CDLL(None, use_errno=True)\n"
		 "for name, flags in ((\"README\", os.O_RDONLY), (\"new/file\", os.O_WRONLY), "
		 "(\"docs\", os.O_RDONLY)):\n"
		 "\tfd = os.open(name, flags)\n"
		 "\ttimes = (ctypes.c_long * 4)(1000, 5, 1001, 7)\n"
		 "\tprint(libc.futimesat(fd, None, times), os.stat(name).st_mtime_ns)\n"
		 "'");
}
