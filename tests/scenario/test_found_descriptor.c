/* A name below a descriptor of a directory outside, while the working directory is inside. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(found_descriptor);

/* libnss_systemd walks so from "/" within getpwnam(3): the working directory must not notice. */
Test(found_descriptor, outside_leaves_the_directory_alone)
{
	in_house("cd merged/docs; python3 -c '\n"
		 "import os\n"
		 "def here(): print(os.path.relpath(os.getcwd(), top), sorted(os.listdir(\".\")))\n"
		 "top = os.path.dirname(os.path.dirname(os.getcwd()))\n"
		 "os.chdir(\"deep\"); here()\n"
		 "for flags in (os.O_RDONLY, os.O_PATH):\n"
		 "\tfor name in (\"/\", top):\n"
		 "\t\tfd = os.open(name, flags | os.O_DIRECTORY)\n"
		 "\t\tfor below in (\"usr\", \"merged\", \"missing\", \"merged/docs\", \".\"):\n"
		 "\t\t\ttry: os.close(os.open(below, os.O_RDONLY, dir_fd=fd))\n"
		 "\t\t\texcept OSError as e: print(e.strerror)\n"
		 "\t\t\there()\n"
		 "\t\tos.close(fd)\n"
		 "'");
}
