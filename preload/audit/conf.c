/*
 * ld.so.conf(5) as merged has it. The cache that ldconfig makes of it is the system's, and
 * ldconfig, linked statically, never sees merged: so libraries are looked for as if it had just
 * run.
 */
#include "audit.h"

#include <string.h>

#define DEPTH 4 /* files that include each other */

static char list[8192];
static struct text dirs;

/* Places and text in work, one for each level: an auditor is never entered twice. */
static struct level {
	struct place at;
	char name[PATH_MAX];
	char text[4096];
} levels[DEPTH];

static void read_file(unsigned depth);

/* Gives a level its name: DIRECTORY, and ENTRY in it where there is one. */
static void spell(unsigned depth, const char *directory, const char *entry)
{
	struct text t;
	text_init(&t, levels[depth].name, sizeof levels[depth].name);
	text_add(&t, directory);
	text_add(&t, entry ? "/" : "");
	text_add(&t, entry ? entry : "");
}

/* The path on disk of what LEVEL names. */
static const char *reach(struct level *l)
{
	if (place_find(&l->at, AT_FDCWD, l->name, PLACE_FOLLOW))
		return NULL;
	if (!l->at.overlay)
		return l->at.name;
	return node_absent(&l->at.node) ? NULL
					: overlay_reach(l->at.overlay, &l->at.node, &l->at.path);
}

/* Records as getdents64(2) gives them. */
struct records {
	const char *at;
	size_t size;
};

static bool precedes(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a < (unsigned char)*b;
}

static bool ends_in(const char *name, const char *suffix)
{
	const size_t length = strlen(name), end = strlen(suffix);
	return name[0] != '.' && length >= end && text_same(name + length - end, suffix);
}

/* The first name behind LAST, in the order of glob(3), that ends in SUFFIX; or NULL. */
static const char *next_name(const struct records *records, const char *last, const char *suffix)
{
	const char *next = NULL;
	for (size_t at = 0; at < records->size;) {
		const struct dirent64 *entry = (const void *)(records->at + at);
		const char *name = entry->d_name;
		at += entry->d_reclen;
		if (ends_in(name, suffix) && precedes(last, name) &&
		    (!next || precedes(name, next)))
			next = name;
	}
	return next;
}

static void read_entries(const char *directory, const struct records *records, const char *suffix,
			 unsigned depth)
{
	for (const char *name = ""; (name = next_name(records, name, suffix));) {
		spell(depth, directory, name);
		read_file(depth);
	}
}

/* What does not fit into this is no directory of a few short files. */
#define RECORDS 65536

static void read_outside(const char *directory, const char *real, const char *suffix,
			 unsigned depth)
{
	char *room = sys_pages(RECORDS);
	CLOSE_SCOPED int fd =
		room ? sys_openat(AT_FDCWD, real, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) : -1;
	ssize_t size = fd < 0 ? fd : sys_getdents64(fd, room, RECORDS);
	if (size > 0)
		read_entries(directory, &(struct records){room, (size_t)size}, suffix, depth);
	if (room)
		sys_munmap(room, RECORDS);
}

/* Every file of a directory whose name ends in SUFFIX: all that the usual pattern means. */
static void read_directory(const char *directory, const char *suffix, unsigned depth)
{
	struct level *l = &levels[depth - 1];
	spell(depth - 1, directory, NULL);
	const char *real = reach(l);
	if (!real)
		return;
	if (!l->at.overlay) {
		read_outside(directory, real, suffix, depth);
		return;
	}
	struct listing *all = overlay_list(l->at.overlay, &l->at.path, &l->at.node);
	if (sys_failed(all))
		return;
	read_entries(directory, &(struct records){all->records, all->size}, suffix, depth);
	listing_free(all);
}

/* "include PATTERN", where the pattern is a path or DIRECTORY/\*SUFFIX. */
static void include(char *pattern, unsigned depth)
{
	char *star = text_find(pattern, '*'), *slash = NULL;
	if (depth >= DEPTH)
		return;
	for (char *at = pattern; (at = text_find(at, '/')); at++)
		slash = at;
	if (star && slash && star == slash + 1) {
		*slash = 0;
		read_directory(pattern, star + 1, depth);
	} else if (!star) {
		spell(depth, pattern, NULL);
		read_file(depth);
	}
}

static void read_line(char *line, unsigned depth)
{
	char *end = line;
	while (*line == ' ' || *line == '\t')
		line++;
	while (*end && *end != '#')
		end++;
	while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '/'))
		end--;
	*end = 0;
	const char *pattern = text_after(line, "include ");
	if (pattern) {
		while (*pattern == ' ')
			pattern++;
		include((char *)(uintptr_t)pattern, depth + 1);
	} else if (*line == '/') {
		text_add(&dirs, line);
		text_add(&dirs, ":");
	}
}

static void read_file(unsigned depth)
{
	struct level *l = &levels[depth];
	const char *real = reach(l);
	CLOSE_SCOPED int fd = real ? sys_openat(AT_FDCWD, real, O_RDONLY | O_CLOEXEC, 0) : -1;
	ssize_t size = fd < 0 ? fd : sys_read(fd, l->text, sizeof l->text - 1);
	if (size <= 0)
		return;
	l->text[size] = 0;
	for (char *line = l->text, *end; line; line = end) {
		end = text_find(line, '\n');
		if (end)
			*end++ = 0;
		read_line(line, depth);
	}
}

const char *conf_directories(void)
{
	static bool done;
	const struct seeker nobody = {.name = ""};
	if (done)
		return list;
	done = true;
	text_init(&dirs, list, sizeof list);
	spell(0, "/etc/ld.so.conf", NULL);
	read_file(0);
	if (text_length(&dirs))
		*--dirs.at = 0;
	if (text_full(&dirs) || !library_list_leads(&nobody, list))
		list[0] = 0;
	return list;
}
