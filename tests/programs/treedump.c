/*
 * treedump [-e | -l] ROOT...: lists trees as the program sees them, so that it can be asked from
 * within a union. -e: exactly, for what must not have been touched at all; -l: which names are one
 * file as well.
 */
#include <unistd.h>

#include "support/listing.h"

int main(int argc, char **argv)
{
	unsigned flags = LIST_AGE | LIST_XATTRS | LIST_AGREE;
	int option;

	while ((option = getopt(argc, argv, "el")) != -1) {
		if (option == '?')
			return 2;
		flags = option == 'e' ? LIST_EXACT | LIST_XATTRS : flags | LIST_LINKS;
	}
	for (argv += optind; *argv; argv++)
		list_tree(stdout, *argv, flags);
	return 0;
}
