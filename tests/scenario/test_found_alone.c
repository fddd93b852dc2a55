/* A directory that cannot be reached by its name any more can be used by whoever stands in it. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(found_alone);

/* Root may search everything, unless it gives that up. */
#define SUBJECT                                                                                    \
	"may=; test $(id -u) != 0 || may='setpriv --bounding-set "                                 \
	"-dac_override,-dac_read_search'; "                                                        \
	"cd merged; mkdir -p far/near; cd far/near; ls old >/dev/null 2>&1; $may "

Test(found_alone, by_the_programs_in_it)
{
	in_house(SUBJECT
		 "sh -c 'chmod a-rx ..; mkdir -p a/b ../no; echo one >a/file; cat a/file; "
		 "mv a/file old; ln -s old link; cat link; ls; rm a/b/c; rmdir a/b; cd a; "
		 "echo two >here; cd ..; cat a/here; "
		 "pwd | grep -o merged/.*; test -w . && echo writable; stat -c %F . a old link; "
		 "touch -d 2001-01-01 a/here; chmod 640 a/here; chmod a+rx ..; "
		 "chmod 755 \"$PWD/..\"'; chmod 755 ..; ls -R; cat old");
}

Test(found_alone, by_descriptors)
{
	in_house(SUBJECT
		 "python3 -c '\n"
		 "import os\n"
		 "top = os.path.dirname(os.path.dirname(os.path.dirname(os.getcwd())))\n"
		 "here = os.open(\".\", os.O_RDONLY)\n"
		 "os.chmod(\"..\", 0)\n"
		 "os.mkdir(\"a\", dir_fd=here)\n"
		 "os.chdir(\"a\")\n"
		 "print(os.path.relpath(os.getcwd(), top))\n"
		 "made = os.open(\"made\", os.O_CREAT | os.O_RDWR)\n"
		 "os.write(made, b\"words\")\n"
		 "os.fchmod(made, 0o600)\n"
		 "print(os.readlink(\"/proc/self/fd/%d\" % made)[len(top):])\n"
		 "os.chdir(\"/\")\n"
		 "os.fchdir(here)\n"
		 "print(os.path.relpath(os.getcwd(), top), os.listdir(\".\"), os.listdir(here))\n"
		 "os.rename(\"a/made\", \"named\", dst_dir_fd=here)\n"
		 "print(open(\"named\").read(), oct(os.stat(\"named\").st_mode))\n"
		 "' ; chmod 755 ..; ls -l | cut -c 1-10; cat named");
}

/* What a lower has is never changed from within. */
Test(found_alone, not_below_a_lower)
{
	in_house(SUBJECT "true; cd ../../docs/deep; $may sh -c 'chmod 0 ..; echo no >er/leaf; "
			 "rm -f er/leaf; mkdir new; chmod 777 er' 2>/dev/null; chmod 755 ..",
		 .own_upper = true, .unlike_kernel = true, .unlike_plain = true);
}
