/*
 * coherence_ring DIRECTORY PROCESSES TURNS: processes hand a tree around. Each in turn changes it,
 * by one of many roads, and tells the next what it now looks like, name by name; the next must see
 * the same at once. Prints the first stale answer, or how many turns went by without one.
 *
 * DIRECTORY holds low0 … low7, which are files, and dir0 … dir7, each a directory with a file "f"
 * and a directory "in" that has another "f": of a lower layer.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { KINDS = 4, PER_KIND = 8, NAMES = KINDS * PER_KIND, PROCESSES_MAX = 16 };

struct message {
	uint32_t turn;
	uint32_t random;
	uint64_t seen[NAMES];
};

static int top; /* the directory, open since before anything was changed */
static char names[NAMES][16];

static void make_names(void)
{
	static const char *const kinds[KINDS] = {"low", "dir", "new", "other"};
	for (int i = 0; i < NAMES; i++)
		snprintf(names[i], sizeof names[i], "%s%d", kinds[i / PER_KIND], i % PER_KIND);
}

/* --- what a name looks like --- */

static uint64_t mix(uint64_t hash, uint64_t more)
{
	return (hash ^ more) * 0x100000001b3U + (hash >> 40);
}

static uint64_t mix_bytes(uint64_t hash, const char *bytes, ssize_t size)
{
	hash = mix(hash, (uint64_t)size);
	for (ssize_t i = 0; i < size; i++)
		hash = mix(hash, (unsigned char)bytes[i]);
	return hash;
}

static uint64_t look_inside(const char *name)
{
	uint64_t sum = 0;
	DIR *dir = opendir(name);
	struct dirent *entry;
	while (dir && (entry = readdir(dir)))
		sum += mix_bytes(entry->d_type, entry->d_name, (ssize_t)strlen(entry->d_name));
	if (dir)
		closedir(dir);
	return sum;
}

static uint64_t look(const char *name, bool by_directory)
{
	char text[256], inner[64];
	struct stat st;
	int fd = by_directory ? top : AT_FDCWD;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return (uint64_t)errno;
	uint64_t hash = mix(st.st_mode, st.st_ino);
	if (S_ISLNK(st.st_mode))
		return mix_bytes(hash, text, readlinkat(fd, name, text, sizeof text));
	hash = mix_bytes(hash, text, getxattr(name, "user.k", text, sizeof text));
	hash = mix(hash, (uint64_t)faccessat(fd, name, X_OK, 0));
	if (!S_ISDIR(st.st_mode)) {
		int file = openat(fd, name, O_RDONLY);
		hash = mix_bytes(mix(hash, st.st_nlink), text, read(file, text, sizeof text));
		close(file);
		return mix(hash, (uint64_t)st.st_size);
	}
	hash = mix(hash, look_inside(name));
	snprintf(inner, sizeof inner, "%s/in", name);
	hash = mix(hash, look_inside(inner));
	strcat(inner, "/f");
	return mix(hash, fstatat(fd, inner, &st, 0) ? (uint64_t)errno : (uint64_t)st.st_size);
}

/* --- the roads --- */

static const char *inside(const char *name, const char *what)
{
	static char path[64];
	snprintf(path, sizeof path, "%s/%s", name, what);
	return path;
}

static void write_file(const char *name, int flags, const char *text)
{
	int fd = open(name, O_WRONLY | flags, 0644);
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		perror(name);
	close(fd);
}

static void create(const char *a, const char *b)
{
	write_file(a, O_CREAT | O_EXCL, b);
}

static void append(const char *a, const char *b)
{
	write_file(a, O_APPEND, b);
	truncate(a, 40);
}

static void remove_file(const char *a, const char *b)
{
	(void)b;
	unlink(a);
}

static void make_directory(const char *a, const char *b)
{
	(void)b;
	mkdir(a, 0755);
	mkdir(inside(a, "in"), 0755);
}

static void fill_directory(const char *a, const char *b)
{
	write_file(inside(a, "f"), O_CREAT, b);
	write_file(inside(a, "in/f"), O_CREAT | O_APPEND, "x");
}

static void empty_directory(const char *a, const char *b)
{
	(void)b;
	unlink(inside(a, "in/f"));
	unlink(inside(a, "f"));
	rmdir(inside(a, "in"));
	rmdir(a);
}

static void replace_directory(const char *a, const char *b)
{
	empty_directory(a, b);
	mkdir(a, 0700);
}

static void move(const char *a, const char *b)
{
	rename(a, b);
}

static void exchange(const char *a, const char *b)
{
	renameat2(top, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

static void move_inner(const char *a, const char *b)
{
	char from[64];
	snprintf(from, sizeof from, "%s/in", a);
	rename(from, inside(b, "in"));
}

static void publish(const char *a, const char *b)
{
	write_file("half-made", O_CREAT | O_TRUNC, b);
	rename("half-made", a);
}

static void make_symlink(const char *a, const char *b)
{
	symlinkat(b, top, a);
}

static void make_link(const char *a, const char *b)
{
	link(b, a);
}

static void change_mode(const char *a, const char *b)
{
	struct stat st;
	(void)b;
	if (fstatat(top, a, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(st.st_mode))
		chmod(a, st.st_mode ^ 0055);
}

static void set_attribute(const char *a, const char *b)
{
	lsetxattr(a, "user.k", b, strlen(b), 0);
}

static void remove_attribute(const char *a, const char *b)
{
	(void)b;
	lremovexattr(a, "user.k");
}

static void (*const roads[])(const char *a, const char *b) = {
	create,         append,          remove_file,       remove_file,  make_directory,
	fill_directory, empty_directory, replace_directory, move,         move,
	exchange,       move_inner,      publish,           make_symlink, make_link,
	change_mode,    set_attribute,   remove_attribute,
};

static uint32_t next_random(struct message *m, uint32_t below)
{
	m->random = m->random * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)m->random * below >> 32);
}

/* --- handing it around --- */

static void check(const struct message *m)
{
	for (int i = 0; i < NAMES; i++) {
		if (look(names[i], (m->turn + (uint32_t)i) % 2) == m->seen[i])
			continue;
		printf("turn %u: %s is not what the last one left\n", m->turn, names[i]);
		exit(1);
	}
}

static void take_turn(struct message *m)
{
	const char *a = names[next_random(m, NAMES)], *b = names[next_random(m, NAMES)];
	roads[next_random(m, sizeof roads / sizeof *roads)](a, b);
	for (int i = 0; i < NAMES; i++)
		m->seen[i] = look(names[i], i % 2);
	m->turn++;
}

/* The process that finds no turn left tells the next, and all end. */
static void play(int in, int out, uint32_t turns)
{
	struct message m;
	while (read(in, &m, sizeof m) == sizeof m) {
		check(&m);
		const bool last = m.turn >= turns;
		if (!last)
			take_turn(&m);
		if (write(out, &m, sizeof m) != sizeof m || last)
			return;
	}
}

int main(int argc, char **argv)
{
	int pipes[PROCESSES_MAX][2], status, bad = 0;
	struct message first = {.random = 1};
	const int processes = argc == 4 ? atoi(argv[2]) : 0;
	if (processes < 1 || processes > PROCESSES_MAX || chdir(argv[1]))
		return 2;
	make_names();
	signal(SIGPIPE, SIG_IGN);
	top = open(".", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < processes; i++)
		if (pipe(pipes[i]))
			return 2;
	for (int i = 0; i < processes; i++) {
		if (fork())
			continue;
		for (int j = 0; j < processes; j++) {
			close(j == i ? -1 : pipes[j][0]);
			close(j == (i + 1) % processes ? -1 : pipes[j][1]);
		}
		play(pipes[i][0], pipes[(i + 1) % processes][1], (uint32_t)atoi(argv[3]));
		exit(0);
	}
	for (int i = 0; i < NAMES; i++)
		first.seen[i] = look(names[i], false);
	if (write(pipes[0][1], &first, sizeof first) != sizeof first)
		return 2;
	for (int i = 0; i < processes; i++)
		close(pipes[i][0]), close(pipes[i][1]);
	while (wait(&status) > 0)
		bad |= status;
	if (!bad)
		printf("%s turns\n", argv[3]);
	return bad != 0;
}
