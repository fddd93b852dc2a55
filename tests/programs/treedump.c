/* treedump ROOT...: lists trees as the program sees them, so that it can be asked from within a
 * union. */
#include "support/listing.h"

int main(int argc, char **argv)
{
	(void)argc;
	while (*++argv)
		list_tree(stdout, *argv, LIST_AGE | LIST_XATTRS | LIST_AGREE);
	return 0;
}
