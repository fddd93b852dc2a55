/* Other libraries in the same programs: preloaded before ours or behind it, or linked. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "house.h"
#include "support/format.h"
#include "support/world.h"

SUITE(composition);

/* Work by shells, by a program of many calls and by one of many threads and processes. */
#define WORK                                                                                       \
	"cat README; ls docs | sort; echo more >>README; mkdir n; mv docs/guide.txt n; "           \
	"rm docs/top.txt; cp -a docs copy; find . -type f | sort; cat README copy/both.txt; "      \
	"tar cf - copy | tar tf - | sort; python3 -c 'import os, subprocess, threading\n"          \
	"def work(): open(\"nothing\", \"a\").write(\"y\"); subprocess.run([\"test\", \"-f\", "    \
	"\"README\"], check=True)\n"                                                               \
	"all = [threading.Thread(target=work) for i in range(8)]\n"                                \
	"[t.start() for t in all]; [t.join() for t in all]\n"                                      \
	"print(open(\"nothing\").read(), sorted(os.listdir(\"src\")))'"

/* Where the library has its place in LD_PRELOAD makes no difference, either. */
static void works_with(const char *library)
{
	in_house(format("cd merged; export LD_PRELOAD=%s:$LD_PRELOAD; " WORK, library),
		 .own_upper = true);
	in_house(format("cd merged; export LD_PRELOAD=$LD_PRELOAD:%s; " WORK, library),
		 .own_upper = true);
}

Test(composition, jemalloc)
{
	works_with("libjemalloc.so.2");
}

Test(composition, faketime)
{
	in_house("cd merged; faketime '2020-01-01 10:00:00' sh -ec 'date +%Y; " WORK "' 2>&1; "
		 "find . -newermt 2014-01-01 -exec touch {} +",
		 .own_upper = true);
}

/* A program that is checked while it runs: with the library of the check, and with it inside. */
static void works_checked(const char *how)
{
	const char *program = "int main(void) { struct stat st; int *heap = malloc(40); "
			      "pthread_t t; pthread_create(&t, 0, run, heap); run(heap + 1); "
			      "pthread_join(t, 0); DIR *d = opendir(\\\"docs\\\"); int n = 0; "
			      "while (readdir(d)) n++; closedir(d); free(heap); "
			      "printf(\\\"%d %d %d %d\\\\n\\\", n, rename(\\\"docs/top.txt\\\", "
			      "\\\"top\\\"), stat(\\\"top\\\", &st), system(\\\"cat top\\\")); "
			      "return 0; }";
	in_house(format(
		"printf '%%s\\n' '#include <dirent.h>' '#include <fcntl.h>' "
		"'#include <pthread.h>' '#include <stdio.h>' '#include <stdlib.h>' "
		"'#include <sys/stat.h>' '#include <unistd.h>' "
		"'static void *run(void *p) { *(int *)p = 1; for (int i = 0; i < 100; i++) { "
		"int fd = open(\"README\", O_RDWR); struct stat st; fstat(fd, &st); "
		"char text[8]; read(fd, text, 8); close(fd); } return p; }' "
		"\"%s\" >c.c; %s -pthread -w -o c c.c && cd merged && ../c",
		program, how));
}

Test(composition, address_sanitizer)
{
	works_checked("cc -fsanitize=address");
	works_checked("cc -fsanitize=address -static-libasan");
}

Test(composition, undefined_behaviour_sanitizer)
{
	works_checked("cc -fsanitize=undefined -fno-sanitize-recover=all");
}

Test(composition, thread_sanitizer)
{
	works_checked("cc -fsanitize=thread");
}
