#include "listing.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "format.h"

/* What readdir said about a name. */
struct name {
	char *text;
	unsigned char type;
	ino_t inode;
};

struct names {
	struct name *list;
	size_t count;
};

static int by_name(const void *one, const void *other)
{
	return strcmp(((const struct name *)one)->text, ((const struct name *)other)->text);
}

static struct names read_names(DIR *dir)
{
	struct names names = {0};
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		names.list = realloc(names.list, (names.count + 1) * sizeof *names.list);
		names.list[names.count++] =
			(struct name){format("%s", entry->d_name), entry->d_type, entry->d_ino};
	}
	qsort(names.list, names.count, sizeof *names.list, by_name);
	return names;
}

static void list_disagreement(FILE *to, const struct name *name, const struct stat *st)
{
	if (name->type != DT_UNKNOWN && name->type != IFTODT(st->st_mode))
		fprintf(to, "d_type=%u! ", name->type);
	if (name->inode != st->st_ino)
		fputs("d_ino! ", to);
}

/* A file of several names is one file, by its first name. */
static void list_first_name(FILE *to, const char *inner, const struct stat *st)
{
	static struct name *seen;
	static size_t count;

	if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return;
	for (size_t i = 0; i < count; i++)
		if (seen[i].inode == st->st_ino) {
			fprintf(to, "== %s ", seen[i].text);
			return;
		}
	seen = realloc(seen, (count + 1) * sizeof *seen);
	seen[count++] = (struct name){.text = format("%s", inner), .inode = st->st_ino};
}

static void list_directory(FILE *to, const char *root, const char *inner, unsigned flags);

static void list_name(FILE *to, const char *root, const char *inner, const struct name *name,
		      unsigned flags)
{
	char *path = format("%s%s", root, inner);
	struct stat st;

	fprintf(to, "%s  ", inner);
	if (lstat(path, &st)) {
		fprintf(to, "lstat: %s\n", strerror(errno));
		return;
	}
	if (flags & LIST_AGREE)
		list_disagreement(to, name, &st);
	if (flags & LIST_LINKS)
		list_first_name(to, inner, &st);
	list_entry(to, path, &st, flags);
	if (S_ISDIR(st.st_mode))
		list_directory(to, root, inner, flags);
}

/* `.` and `..` are listed by name alone: a reading that repeats or forgets them shows. */
static void list_directory(FILE *to, const char *root, const char *inner, unsigned flags)
{
	DIR *dir = opendir(format("%s%s", root, inner));
	struct names names;

	if (!dir) {
		fprintf(to, "%s: opendir: %s\n", inner, strerror(errno));
		return;
	}
	names = read_names(dir);
	closedir(dir);
	for (size_t i = 0; i < names.count; i++) {
		char *path = format("%s/%s", inner, names.list[i].text);

		if (strcmp(names.list[i].text, ".") == 0 || strcmp(names.list[i].text, "..") == 0)
			fprintf(to, "%s\n", path);
		else
			list_name(to, root, path, &names.list[i], flags);
	}
}

void list_tree(FILE *to, const char *root, unsigned flags)
{
	struct stat st;

	if (lstat(root, &st)) {
		fprintf(to, "%s\n", strerror(errno));
		return;
	}
	fputs("/  ", to);
	list_entry(to, root, &st, flags);
	if (S_ISDIR(st.st_mode))
		list_directory(to, root, "", flags);
}

char *listing(const char *root, unsigned flags)
{
	char *result = NULL;
	size_t size;
	FILE *memory = open_memstream(&result, &size);

	list_tree(memory, root, flags);
	fclose(memory);
	return result;
}
