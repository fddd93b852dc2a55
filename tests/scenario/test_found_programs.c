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

/*
 * Another process's magic links lead to what merged has there: a write by way of them must not
 * reach the lower. start-stop-daemon and fuser compare what they lead to with a name.
 */
#define OTHER "/proc/$other"
Test(found_programs, links_of_another_process)
{
	in_house("cd merged; cp /bin/sleep own; (cd docs; exec ../own 60 5<both.txt) & other=$!; "
		 "until test " OTHER "/exe -ef own; do sleep 0.01; done; "
		 "cat " OTHER "/cwd/guide.txt " OTHER "/cwd/../README " OTHER "/fd/5; "
		 "echo added >>" OTHER "/cwd/guide.txt; echo through >>" OTHER "/fd/5; "
		 "echo new >" OTHER "/cwd/made; cat docs/*.txt docs/made; ls " OTHER "/cwd/; "
		 "test " OTHER "/fd/5 -ef docs/both.txt && echo the same file; "
		 "test " OTHER "/cwd -ef docs && echo the same directory; "
		 "test " OTHER "/cwd/.. -ef . && echo the same above; "
		 "(cd " OTHER "/cwd && /bin/pwd | grep -o 'merged.*'; cat deep/er/leaf); "
		 "readlink " OTHER "/cwd " OTHER "/exe | grep -o 'merged.*'; kill $other; rm own");
}

/* The root as this process sees it is where it always is. */
Test(found_programs, by_way_of_the_root)
{
	in_house("cd merged; at=root/$PWD; cat /proc/self/$at/README; "
		 "echo x >>/proc/self/$at/new/file; cat new/file /proc/$$/$at/new/file; "
		 "ls /proc/thread-self/$at/docs; readlink /proc/self/root");
}
