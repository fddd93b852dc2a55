#include "rooms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"

static char *settings[6];

void rooms_make(void)
{
	scratch_make();
	cr_assert_eq(chdir(scratch()), 0);
}

void rooms_remove(void)
{
	if (settings[2])
		rooms_leave_nothing();
	scratch_remove();
}

void rooms_leave_nothing(void)
{
	if (access("wk/work", F_OK) == 0)
		cr_expect_eq(rmdir("wk/work"), 0, "something is left in workdir");
}

const struct overlay *rooms_again(void)
{
	char complaint[1024];
	struct mounts mounts;
	struct text t;

	text_init(&t, complaint, sizeof complaint);
	cr_assert_eq(mounts_read(&mounts, settings, &t), 0, "%s", complaint);
	cr_assert_eq(mounts.count, 1);
	return mounts.at;
}

const struct overlay *rooms_open(const struct plan *plan)
{
	char *list = "OVERLAIN_LOWERDIR=";

	for (int i = 0; plan->lower[i]; i++) {
		char *name = format("%s/low%d", scratch(), i);

		plant(name, plan->lower[i], i);
		list = format("%s%s%s", list, i ? ":" : "", name);
	}
	settings[0] = format("OVERLAIN_MERGED=%s/merged", scratch());
	settings[1] = list;
	if (plan->upper) {
		plant("up", plan->upper, 99);
		cr_assert_eq(mkdir("wk", 0755), 0);
		settings[2] = format("OVERLAIN_UPPERDIR=%s/up", scratch());
		settings[3] = format("OVERLAIN_WORKDIR=%s/wk", scratch());
		settings[4] = format("OVERLAIN_OPTIONS=%s", plan->options ? plan->options : "");
	}
	return rooms_again();
}

struct path *rooms_path(const char *rel)
{
	struct path *p = malloc(sizeof *p);

	cr_assert_eq(path_set(p, rel, strlen(rel)), 0);
	return p;
}

const char *rooms_error(int result)
{
	return result >= 0 ? "" : strerrorname_np(-result);
}

static const char *type_name(unsigned type)
{
	static const char *const known[] = {
		[DT_REG] = "file",  [DT_DIR] = "dir",     [DT_LNK] = "link",
		[DT_FIFO] = "fifo", [DT_SOCK] = "socket", [DT_CHR] = "device",
	};
	return known[type];
}

char *shown(const struct overlay *ov, const char *rel)
{
	struct path *p = rooms_path(rel);
	struct node n;
	int error = overlay_lookup(ov, p, &n);

	if (error)
		return format("%s", rooms_error(error));
	if (node_absent(&n))
		return n.marks & NODE_COVERED ? "covered" : "nothing";
	char *text = format("%s %u", type_name(n.type), n.layer);
	for (unsigned i = n.layer + 1u;
	     node_is_dir(&n) && (i = node_next_part(ov, &n, i)) < ov->layer_count; i++)
		text = format("%s %u", text, i);
	return text;
}

uint64_t ino_of(const struct overlay *ov, const char *rel)
{
	struct stat st;

	EXPECT(overlay_stat(ov, rooms_path(rel), &st), "");
	cr_expect_eq(st.st_dev, ov->dev, "%s: st_dev", rel);
	return st.st_ino;
}

static void check_entry(const struct overlay *ov, const char *rel, const struct dirent64 *entry)
{
	char *child = format("%s%s%s", rel, *rel ? "/" : "", entry->d_name);
	struct node n;

	if (strcmp(entry->d_name, ".") == 0)
		child = format("%s", rel);
	cr_expect_eq(entry->d_ino, ino_of(ov, child), "%s: d_ino", child);
	EXPECT(overlay_lookup(ov, rooms_path(child), &n), "");
	cr_expect_eq(entry->d_type, n.type, "%s: d_type", child);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct listing *list(const struct overlay *ov, const char *rel)
{
	struct path *p = rooms_path(rel);
	struct node n;

	EXPECT(overlay_lookup(ov, p, &n), "");
	struct listing *made = overlay_list(ov, p, &n);
	cr_assert_not(sys_failed(made), "%s: cannot be listed", rel);
	return made;
}

char *names(const struct overlay *ov, const char *rel)
{
	struct listing *made = list(ov, rel);
	char *found[4096], *text = format("%s", "");
	size_t count = 0;

	for (size_t at = 0; at < made->size && count < 4096;) {
		const struct dirent64 *entry = (const void *)(made->records + at);

		at += entry->d_reclen;
		cr_expect_eq((size_t)entry->d_off, at, "%s: d_off", entry->d_name);
		found[count++] = format("%s", entry->d_name);
		if (strcmp(entry->d_name, "..") != 0)
			check_entry(ov, rel, entry);
	}
	listing_free(made);
	qsort(found, count, sizeof *found, by_name);
	for (size_t i = 0; i < count; i++)
		text = format("%s%s%s", text, i ? " " : "", found[i]);
	return text;
}

char *mount_line(const struct overlay *ov)
{
	char room[overlay_mount_line_size(ov)];
	struct text t;
	text_init(&t, room, sizeof room);
	overlay_mount_line(ov, &t);
	return format("%s", room);
}
