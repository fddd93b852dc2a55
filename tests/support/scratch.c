#include "scratch.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "program.h"
#include "format.h"

static char root[PATH_MAX];

void scratch_make(void)
{
	const char *parent = getenv("TMPDIR");
	char *made = mkdtemp(format("%s/overlain.XXXXXX", parent ? parent : "/tmp"));

	cr_assert(made && realpath(made, root), "no scratch directory: %m");
	umask(022);
}

void scratch_remove(void)
{
	if (*root)
		remove_tree(root);
}

const char *scratch(void)
{
	return root;
}

bool scratch_takes_devices(void)
{
	char *probe = format("%s/probe", root);
	bool taken = mknod(probe, S_IFCHR, makedev(0, 0)) == 0;

	unlink(probe);
	return taken;
}

void remove_tree(const char *path)
{
	program("/", NULL, ARGV("chmod", "-Rf", "u+rwx", path));
	program("/", NULL, ARGV("rm", "-rf", path));
}
