/*
 * Layers nobody vouches for. The input makes two lowers and an upper: names out of a few, kinds,
 * marks with any value, ".wh." files; and then some changes. What merged lists is what the rules of
 * overlayfs.rst and of OCI layers make of it, put down here once more and plainly; what is listed
 * can be looked up, and the lowers stay as they are whatever is done.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fuzz.h"
#include "overlain/overlay.h"
#include "unit/rooms_make.h"

enum { LAYERS = 3, NAMES = 7, ENTRIES_MOST = 24, CHANGES_MOST = 8 };
static const char *const layer_names[LAYERS] = {"upper", "low0", "low1"};
static const char *const names[NAMES] = {"a", "b", "c", ".wh.a", ".wh.b", ".wh..wh..opq", ".wh."};
static const char *const marks[] = {"user.overlay.opaque",    "user.overlay.whiteout",
				    "user.overlay.origin",    "user.overlay.impure",
				    "user.overlay.redirect",  "user.overlay.metacopy",
				    "trusted.overlay.opaque", "user.overlay.overlay.opaque"};

/* --- what the rooms map for good goes after each input --- */

static struct {
	long at, size;
} maps[64];
static unsigned map_count;

long sys_hook(long nr, long a, long b, long c, long d, long e, long f)
{
	long result = sys_call(nr, a, b, c, d, e, f);

	if (nr == SYS_mmap && map_count < 64)
		maps[map_count].at = result, maps[map_count++].size = b;
	for (unsigned i = 0; i < map_count; i++) {
		if (nr == SYS_munmap && maps[i].at == a)
			maps[i] = maps[--map_count];
		else if (nr == SYS_mremap && maps[i].at == a)
			maps[i].at = result, maps[i].size = c;
	}
	return result;
}

static void unmap_all(void)
{
	while (map_count > 0) {
		map_count--;
		sys_call(SYS_munmap, maps[map_count].at, maps[map_count].size, 0, 0, 0, 0);
	}
}

/* The input, read byte by byte; zeroes behind its end. */
struct input {
	const uint8_t *at, *end;
};

static uint8_t take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void start_over(void)
{
	static const char *const all[] = {"upper", "low0", "low1", "work"};

	fuzz_require(chdir(fuzz_directory()) == 0, "no directory");
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
		nftw(all[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
		mkdir(all[i], 0755);
	}
}

static void set_mark(struct input *in, const char *path)
{
	char value[40];
	const char *mark = marks[take(in) % (sizeof marks / sizeof *marks)];
	size_t size = take(in) % sizeof value;

	for (size_t i = 0; i < size; i++)
		value[i] = (char)take(in);
	if (size == 1 && value[0] & 1) /* what counts is drawn more often */
		value[0] = value[0] & 2 ? 'x' : 'y';
	lsetxattr(path, mark, value, size, 0);
}

/* An entry one or two levels deep. */
static void make_entry(struct input *in)
{
	char path[64];
	uint8_t what = take(in);
	const char *layer = layer_names[what % LAYERS];
	const char *first = names[take(in) % NAMES];

	snprintf(path, sizeof path, "%s/%s", layer, first);
	if (what & 64) {
		mkdir(path, 0755);
		snprintf(path, sizeof path, "%s/%s/%s", layer, first, names[take(in) % NAMES]);
	}
	switch (what >> 2 & 7) {
	case 0:
	case 1:
		mkdir(path, 0755);
		break;
	case 2:
		mknod(path, S_IFCHR, makedev(0, 0));
		break;
	case 3:
		symlink("a", path);
		break;
	case 4:
		set_mark(in, path);
		break;
	case 5:
		set_mark(in, layer);
		break;
	default:
		close(open(path, O_CREAT | O_WRONLY, 0644));
	}
}

/* --- the rules, once more --- */

static bool is_there(const char *layer, const char *rel, const char *name, struct stat *st)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s/%s", layer, rel, name);
	return lstat(path, st) == 0;
}

static bool has_mark(const char *layer, const char *rel, const char *name, const char *mark,
		     char *value)
{
	static const char *const spaces[] = {"user.overlay.", "trusted.overlay.",
					     "user.fuseoverlayfs."};
	char path[PATH_MAX], full[64];

	*value = 0;
	snprintf(path, sizeof path, "%s/%s/%s", layer, rel, name);
	for (int i = 0; i < 3; i++) {
		snprintf(full, sizeof full, "%s%s", spaces[i], mark);
		if (lgetxattr(path, full, NULL, 0) < 0)
			continue;
		if (lgetxattr(path, full, value, 1) != 1)
			*value = 0;
		return true;
	}
	return false;
}

/* LISTED is a whiteout that only its own attribute tells of: it hides as any, and has a name. */
enum kind { NOTHING, HIDDEN, LISTED, OBJECT, DIRECTORY, REFUSED };

/* What NAME is in the directory REL of one layer. */
static enum kind kind_in(const char *layer, const char *rel, const char *name)
{
	struct stat st;
	char value, parent;

	if (!is_there(layer, rel, name, &st))
		return NOTHING;
	if (S_ISCHR(st.st_mode) && st.st_rdev == 0)
		return HIDDEN;
	if (S_ISREG(st.st_mode) && st.st_size == 0 &&
	    has_mark(layer, rel, name, "whiteout", &value))
		return has_mark(layer, rel, ".", "opaque", &parent) && parent == 'x' ? HIDDEN
										     : LISTED;
	return S_ISDIR(st.st_mode) ? DIRECTORY : OBJECT;
}

static bool is_hidden_below(const char *layer, const char *rel, const char *name)
{
	char mark[NAME_MAX + 1];
	struct stat st;

	snprintf(mark, sizeof mark, ".wh.%s", name);
	return is_there(layer, rel, mark, &st);
}

static bool is_opaque(const char *layer, const char *rel)
{
	struct stat st;
	char value;

	return (has_mark(layer, rel, ".", "opaque", &value) && value == 'y') ||
	       is_there(layer, rel, ".wh..wh..opq", &st);
}

/* A layer as it was read: its root and the directories a, b and c in it, each with those names. */
enum { SHOWN = 3, ROOT = SHOWN, DIRECTORIES };
static struct directory {
	bool opaque;
	bool redirect; /* which counts where something lies below its directory */
	struct {
		enum kind kind;
		bool hidden_below;
	} names[SHOWN];
} read_of[LAYERS][DIRECTORIES];

static const char *name_of(unsigned directory)
{
	return directory == ROOT ? "" : names[directory];
}

static void read_directory(unsigned layer, unsigned directory)
{
	struct directory *d = &read_of[layer][directory];
	const char *in = layer_names[layer], *rel = name_of(directory);

	char value;

	d->opaque = directory != ROOT && is_opaque(in, rel);
	d->redirect = directory != ROOT && has_mark(in, rel, ".", "redirect", &value);
	for (unsigned i = 0; i < SHOWN; i++) {
		d->names[i].kind = kind_in(in, rel, names[i]);
		d->names[i].hidden_below =
			d->names[i].kind == NOTHING && is_hidden_below(in, rel, names[i]);
	}
}

static void read_layer(unsigned layer)
{
	memset(read_of[layer], 0, sizeof read_of[layer]);
	read_directory(layer, ROOT);
	for (unsigned i = 0; i < SHOWN; i++)
		if (read_of[layer][ROOT].names[i].kind == DIRECTORY)
			read_directory(layer, i);
}

/* The name in merged's directory, whose parts are a bit for each layer; its own parts in *OF. */
static enum kind model(unsigned directory, unsigned parts, unsigned name, unsigned *of)
{
	enum kind found = NOTHING;

	*of = 0;
	for (unsigned i = 0; i < LAYERS; i++) {
		if (!(parts & 1U << i))
			continue;
		const struct directory *d = &read_of[i][directory];
		const enum kind here = d->names[name].kind;
		if (here == HIDDEN || (here != NOTHING && here != DIRECTORY && found != NOTHING))
			break;
		if (here == OBJECT || here == LISTED)
			return here;
		if (here == DIRECTORY) {
			found = DIRECTORY;
			*of |= 1U << i;
			if (directory == ROOT && read_of[i][name].redirect &&
			    (i == 0 || parts >> i > 1))
				return REFUSED;
			if (directory == ROOT && read_of[i][name].opaque)
				break;
		}
		/* Beside a directory of that name it is taken to be older, and to have had its say.
		 */
		if (d->names[name].hidden_below)
			break;
	}
	return found;
}

/* --- both compared --- */

static bool is_listed(const struct listing *list, const char *name, unsigned *type)
{
	unsigned count = 0;

	for (size_t at = 0; at < list->size;) {
		const struct dirent64 *entry = (const void *)(list->records + at);

		at += entry->d_reclen;
		if (strcmp(entry->d_name, name) == 0) {
			*type = entry->d_type;
			count++;
		}
	}
	fuzz_require(count <= 1, "a name is listed twice");
	return count;
}

static size_t count_entries(const struct listing *list)
{
	size_t count = 0;

	for (size_t at = 0; at < list->size; count++)
		at += ((const struct dirent64 *)(const void *)(list->records + at))->d_reclen;
	return count;
}

static void compare_directory(const struct overlay *ov, unsigned directory, unsigned parts)
{
	static struct path p, child;
	const char *rel = name_of(directory);
	struct node n;

	path_set(&p, rel, strlen(rel));
	fuzz_require(overlay_lookup(ov, &p, &n) == 0 && node_is_dir(&n), "a directory is none");
	struct listing *list = overlay_list(ov, &p, &n);
	fuzz_require(!sys_failed(list), "it cannot be listed");
	size_t expected = 2;
	for (unsigned i = 0; i < SHOWN; i++) {
		unsigned type = DT_UNKNOWN, of;
		enum kind kind = model(directory, parts, i, &of);
		bool listed = is_listed(list, names[i], &type);
		char path[16];

		snprintf(path, sizeof path, "%s%s%s", rel, *rel ? "/" : "", names[i]);
		path_set(&child, path, strlen(path));
		int error = overlay_lookup(ov, &child, &n);
		fuzz_require(error == (kind == REFUSED ? -EPERM : 0), "a lookup fails");
		expected += kind != NOTHING;
		const bool there = kind == OBJECT || kind == DIRECTORY;
		if (listed != (kind != NOTHING) || (!error && node_absent(&n) == there) ||
		    (there && (node_is_dir(&n) != (kind == DIRECTORY) || n.type != type))) {
			fprintf(stderr, "%s: the rules say %d, listed as %u, looked up as %u\n",
				path, kind, type, n.type);
			fuzz_require(false, "merged is not what the rules make of it");
		}
	}
	fuzz_require(count_entries(list) == expected, "it lists what it should not");
	listing_free(list);
	for (unsigned i = 0; i < SHOWN && directory == ROOT; i++) {
		unsigned of;

		if (model(directory, parts, i, &of) == DIRECTORY)
			compare_directory(ov, i, of);
	}
}

/* Only the upper changes. */
static void compare(const struct overlay *ov)
{
	read_layer(0);
	compare_directory(ov, ROOT, 7);
}

static uint64_t lower_state;

static int add_state(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char list[512];
	ssize_t size = llistxattr(path, list, sizeof list);

	(void)type, (void)ftw;
	for (; *path; path++)
		lower_state = lower_state * 31 + (unsigned char)*path;
	lower_state = lower_state * 31 + (uint64_t)st->st_mode + (uint64_t)st->st_ino * 7;
	lower_state = lower_state * 31 + (uint64_t)st->st_ctim.tv_nsec + (uint64_t)size;
	return 0;
}

static uint64_t state_of_lowers(void)
{
	lower_state = 1;
	nftw("low0", add_state, 16, FTW_PHYS);
	nftw("low1", add_state, 16, FTW_PHYS);
	return lower_state;
}

/* Fails or succeeds; what counts is what is left. */
static void change(struct input *in, const struct overlay *ov)
{
	static struct path one, other;
	uint8_t what = take(in), from = take(in), to = take(in);
	char name[16];
	struct node n;

	snprintf(name, sizeof name, from & 64 ? "%s/%s" : "%s", names[from % 3],
		 names[from / 3 % 3]);
	path_set(&one, name, strlen(name));
	snprintf(name, sizeof name, to & 64 ? "%s/%s" : "%s", names[to % 3], names[to / 3 % 3]);
	path_set(&other, name, strlen(name));
	switch (what % 6) {
	case 0:
		overlay_unlink(ov, &one);
		break;
	case 1:
		overlay_rmdir(ov, &one);
		break;
	case 2:
		rooms_mkdir(ov, &one, 0755);
		break;
	case 3:
		overlay_rename(ov, &one, &other, what & 64 ? RENAME_EXCHANGE : 0);
		break;
	case 4:
		if (overlay_lookup(ov, &one, &n) == 0 && !node_absent(&n))
			overlay_copy_up(ov, &one, &n, NULL);
		break;
	default:
		rooms_symlink(ov, "text", &one);
	}
}

static const struct overlay *open_overlay(void)
{
	static char *settings[] = {"OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low0:low1",
				   "OVERLAIN_UPPERDIR=upper", "OVERLAIN_WORKDIR=work", NULL};
	char line[512];
	struct text complaint;
	struct mounts mounts;

	text_init(&complaint, line, sizeof line);
	fuzz_require(mounts_read(&mounts, settings, &complaint) == 0, line);
	return mounts.at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};

	if (size < 3)
		return 0;
	start_over();
	unsigned entries = take(&in) % ENTRIES_MOST, changes = take(&in) % CHANGES_MOST;
	for (unsigned i = 0; i < entries; i++)
		make_entry(&in);
	const uint64_t before = state_of_lowers();
	for (unsigned i = 1; i < LAYERS; i++)
		read_layer(i);
	const struct overlay *ov = open_overlay();
	compare(ov);
	for (unsigned i = 0; i < changes; i++) {
		change(&in, ov);
		compare(ov);
	}
	compare(open_overlay());
	fuzz_require(state_of_lowers() == before, "a lower changed");
	unmap_all();
	return 0;
}
