/* A preload behind ours that keeps the mount table from its program, as coreutils' tests do. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(found_behind);

Test(found_behind, sees_the_table_opened)
{
	in_house("cd merged; echo '\n"
		 "#define _GNU_SOURCE\n"
		 "#include <dlfcn.h>\n"
		 "#include <errno.h>\n"
		 "#include <mntent.h>\n"
		 "#include <stdio.h>\n"
		 "#include <string.h>\n"
		 "FILE *fopen(const char *name, const char *mode)\n"
		 "{\n"
		 "\tFILE *(*next)(const char *, const char *) = dlsym(RTLD_NEXT, \"fopen\");\n"
		 "\tif (strcmp(name, \"/proc/self/mountinfo\"))\n"
		 "\t\treturn next(name, mode);\n"
		 "\treturn errno = ENOENT, NULL;\n"
		 "}\n"
		 "struct mntent *getmntent(FILE *f) { (void)f; return errno = ENOENT, NULL; }\n"
		 "' >k.c; cc -shared -fPIC -o k.so k.c -ldl; LD_PRELOAD=$LD_PRELOAD:$PWD/k.so df; "
		 "echo $?; rm k.so");
}
