/*
 * Layers nobody vouches for. The input makes two lowers and an upper: names out of a few, kinds,
 * marks with any value, ".wh." files; and then some changes. What merged lists is what the rules
 * make of it; what is listed can be looked up, and the lowers stay as they are whatever is done.
 */
#include <dirent.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "marks.h"
#include "overlain/overlay.h"
#include "unit/rooms_make.h"

enum { ENTRIES_MOST = 24, CHANGES_MOST = 8 };

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
	const char *rel = rules_directory(directory);
	struct node n;

	path_set(&p, rel, strlen(rel));
	fuzz_require(overlay_lookup(ov, &p, &n) == 0 && node_is_dir(&n), "a directory is none");
	struct listing *list = overlay_list(ov, &p, &n);
	fuzz_require(!sys_failed(list), "it cannot be listed");
	size_t expected = 2;
	for (unsigned i = 0; i < SHOWN; i++) {
		unsigned type = DT_UNKNOWN, of;
		enum kind kind = rules_say(directory, parts, i, &of);
		bool listed = is_listed(list, entry_names[i], &type);
		char path[16];

		snprintf(path, sizeof path, "%s%s%s", rel, *rel ? "/" : "", entry_names[i]);
		path_set(&child, path, strlen(path));
		int error = overlay_lookup(ov, &child, &n);
		expected += kind != NOTHING;
		const bool there = kind == OBJECT || kind == DIRECTORY;
		if (error != (kind == REFUSED ? -EPERM : 0) || listed != (kind != NOTHING) ||
		    (!error && node_absent(&n) == there) ||
		    (there && (node_is_dir(&n) != (kind == DIRECTORY) || n.type != type))) {
			fprintf(stderr,
				"%s: the rules say %d, listed as %u, looked up as %u (%d)\n", path,
				kind, type, n.type, error);
			fuzz_require(false, "merged is not what the rules make of it");
		}
	}
	fuzz_require(count_entries(list) == expected, "it lists what it should not");
	listing_free(list);
	for (unsigned i = 0; i < SHOWN && directory == ROOT; i++) {
		unsigned of;

		if (rules_say(directory, parts, i, &of) == DIRECTORY)
			compare_directory(ov, i, of);
	}
}

/* Only the upper changes. */
static void compare(const struct overlay *ov)
{
	rules_read(0);
	compare_directory(ov, ROOT, 7);
}

/* Fails or succeeds; what counts is what is left. True when that is to be looked at already. */
static bool change(struct input *in, const struct overlay *ov)
{
	static struct path one, other;
	uint8_t what = take(in), from = take(in), to = take(in);
	char name[16];
	struct node n;

	snprintf(name, sizeof name, from & 64 ? "%s/%s" : "%s", entry_names[from % 3],
		 entry_names[from / 3 % 3]);
	path_set(&one, name, strlen(name));
	snprintf(name, sizeof name, to & 64 ? "%s/%s" : "%s", entry_names[to % 3],
		 entry_names[to / 3 % 3]);
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
	return what & 128;
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
	layers_start_over();
	unsigned entries = take(&in) % ENTRIES_MOST, changes = take(&in) % CHANGES_MOST;
	for (unsigned i = 0; i < entries; i++)
		layers_add(&in);
	const uint64_t before = layers_lower_state();
	for (unsigned i = 1; i < LAYERS; i++)
		rules_read(i);
	const struct overlay *ov = open_overlay();
	compare(ov);
	for (unsigned i = 0; i < changes; i++)
		if (change(&in, ov) || i + 1 == changes)
			compare(ov);
	if (changes)
		compare(open_overlay());
	fuzz_require(layers_lower_state() == before, "a lower changed");
	memory_take_back();
	return 0;
}
