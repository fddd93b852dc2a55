/*
 * call_shared: files whose directory libc chooses: shared memory, and temporary ones. What it makes
 * it takes away again, but for `call_shared keep`, which leaves one of each.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OURS "/overlain-test-memory"

static void told(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
}

static void share(void)
{
	char name[300];
	struct stat st;
	int fd = shm_open(OURS, O_CREAT | O_EXCL | O_RDWR, 0640);

	told("shm_open", fd);
	told("ftruncate", ftruncate(fd, 4096));
	char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	strcpy(memory, "shared");
	close(fd);
	told("shm_open again", shm_open(OURS, O_CREAT | O_EXCL | O_RDWR, 0640));
	fd = shm_open(OURS, O_RDONLY, 0);
	printf("%o %d %d\n", fstat(fd, &st) == 0 ? st.st_mode : 0, fcntl(fd, F_GETFD),
	       pread(fd, name, 7, 0) == 7 && strcmp(name, "shared") == 0);
	close(fd);
	told("shm_open O_TRUNC", shm_open(OURS, O_RDWR | O_TRUNC, 0));
	told("shm_open nope", shm_open("/overlain-test-nope", O_RDWR, 0));
	told("shm_open a/b", shm_open("/overlain-test/b", O_RDWR | O_CREAT, 0600));
	told("shm_open ''", shm_open("", O_RDWR | O_CREAT, 0600));
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = 0;
	told("shm_open long", shm_open(name, O_RDWR | O_CREAT, 0600));
	told("shm_unlink nope", shm_unlink("/overlain-test-nope"));
	told("shm_unlink long", shm_unlink(name));
}

static void show_unlike(const char *what, const char *name, const char *start)
{
	struct stat st;

	printf("%s: %.*s %d\n", what, (int)strlen(start), name ? name : "(none)",
	       name ? lstat(name, &st) : 0);
}

static void be_temporary(void)
{
	char room[L_tmpnam], line[16] = "";
	FILE *file = tmpfile();
	struct stat st;

	fputs("words", file);
	rewind(file);
	printf("tmpfile: %s %d\n", fgets(line, sizeof line, file), fstat(fileno(file), &st));
	printf("links %d mode %o\n", (int)st.st_nlink, st.st_mode);
	fclose(file);
	/* The linker warns of them by name. */
	char *(*name_in)(char *room) = (char *(*)(char *))dlsym(RTLD_DEFAULT, "tmpnam");
	char *(*name_in_r)(char *room) = (char *(*)(char *))dlsym(RTLD_DEFAULT, "tmpnam_r");
	char *(*name_at)(const char *directory, const char *prefix) =
		(char *(*)(const char *, const char *))dlsym(RTLD_DEFAULT, "tempnam");

	show_unlike("tmpnam", name_in(room), "/tmp/");
	show_unlike("tmpnam_r", name_in_r(room), "/tmp/");
	show_unlike("tempnam", name_at(NULL, "abc"), "/tmp/abc");
	show_unlike("tempnam", name_at("/nowhere", "toolong"), "/tmp/toolo");
}

int main(int argc, char **argv)
{
	share();
	be_temporary();
	if (argc < 2 || strcmp(argv[1], "keep") != 0)
		told("shm_unlink", shm_unlink(OURS));
	return 0;
}
