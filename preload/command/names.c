/* The names of a directory in order, in a room that does not grow with the directory. */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

/* What decides which names are taken: those behind AFTER, and before BOUND once there is one. */
struct reader {
	struct names *names;
	enum walk_order order;
	const char *after;
	char bound[NAME_MAX + 16];
};

static int compare(const char *a, const char *b)
{
	int difference = strcmp(a + 1, b + 1);
	return difference ? difference : a[0] - b[0];
}

static int by_key(const void *a, const void *b, void *room)
{
	return compare((char *)room + *(const uint32_t *)a, (char *)room + *(const uint32_t *)b);
}

static int by_place(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return left < right ? -1 : left > right;
}

static void sort(struct names *n)
{
	qsort_r(n->order, n->count, sizeof *n->order, by_key, n->room);
}

/* Drops the later half; another reading of the directory will bring it back. */
static void halve(struct reader *r)
{
	struct names *n = r->names;
	sort(n);
	uint32_t kept = n->count > 1 ? n->count / 2 : 1;
	memmove(n->order + n->count - kept, n->order, kept * sizeof *n->order);
	n->order += n->count - kept;
	n->count = kept;
	n->more = true;
	const char *last = names_at(n, kept - 1);
	memcpy(r->bound, last, strlen(last + 1) + 2);
	qsort(n->order, kept, sizeof *n->order, by_place);
	n->used = 0;
	for (uint32_t i = 0; i < kept; i++) {
		size_t length = strlen(n->room + n->order[i] + 1) + 2;
		memmove(n->room + n->used, n->room + n->order[i], length);
		n->order[i] = n->used;
		n->used += (uint32_t)length;
	}
}

static bool fits(const struct names *n, size_t length)
{
	return n->room + n->used + length + sizeof *n->order <= (char *)n->order;
}

static bool wanted(const struct reader *r, const char *record)
{
	return (!r->after || compare(record, r->after) > 0) &&
	       (!r->names->more || compare(record, r->bound) < 0);
}

static void add(struct reader *r, enum tag tag, const char *prefix, const char *name,
		const char *suffix)
{
	struct names *n = r->names;
	char record[NAME_MAX + 16];
	struct text t;
	text_init(&t, record, sizeof record);
	text_add_char(&t, (char)(tag + 1));
	text_add(&t, prefix);
	text_add(&t, name);
	text_add(&t, suffix);
	size_t length = text_length(&t) + 1;
	while (wanted(r, record)) {
		if (fits(n, length)) {
			memcpy(n->room + n->used, record, length);
			*--n->order = n->used;
			n->count++;
			n->used += (uint32_t)length;
			return;
		}
		halve(r);
	}
}

/* What a name in the directory becomes, the order decides where it comes. */
static void add_entry(struct reader *r, const struct dirent64 *entry, bool whiteout, bool directory)
{
	const char *name = entry->d_name, *hidden = text_after(name, LAYER_WH);
	bool archive = r->order == WALK_ARCHIVE;
	if (text_same(name, LAYER_WH_OPAQUE) || (hidden && !*hidden))
		return;
	if (whiteout || hidden)
		add(r, TAG_WHITEOUT, archive ? LAYER_WH : "", hidden ? hidden : name, "");
	else
		add(r, TAG_OBJECT, "", name, archive && directory ? "/" : "");
	if (directory && !hidden)
		add(r, TAG_CONTENTS, "", name, "/");
}

/* 1, 0 or -errno. */
static int is_directory(int fd, const struct dirent64 *entry)
{
	struct stat st;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	int error = sys_fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW);
	return error == -ENOENT ? 0 : error ? error : S_ISDIR(st.st_mode);
}

int names_read(struct names *n, const char *path, enum walk_order order, bool opaque,
	       const char *after)
{
	static char buffer[65536] __attribute__((aligned(8)));
	struct reader r = {.names = n, .order = order, .after = after};
	ssize_t size = 0;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	struct reading reading = {.fd = fd, .xmarked = XMARKED};
	if (fd < 0)
		return fd;
	n->order = (uint32_t *)(void *)(n->room + (n->size & ~(size_t)3));
	n->used = n->count = 0;
	n->more = false;
	if (opaque && order == WALK_ARCHIVE)
		add(&r, TAG_OPAQUE, "", LAYER_WH_OPAQUE, "");
	while ((size = sys_getdents64(fd, buffer, sizeof buffer)) > 0)
		for (ssize_t at = 0; at < size;) {
			const struct dirent64 *entry = (const void *)(buffer + at);
			at += entry->d_reclen;
			if (text_same(entry->d_name, ".") || text_same(entry->d_name, ".."))
				continue;
			const int whiteout = layer_entry_is_whiteout(&reading, entry);
			const int directory = is_directory(fd, entry);
			if (whiteout < 0 || directory < 0)
				return whiteout < 0 ? whiteout : directory;
			add_entry(&r, entry, whiteout, directory);
		}
	sort(n);
	uint32_t *close = (uint32_t *)(void *)(n->room + ((n->used + 3) & ~3U));
	n->order = memmove(close, n->order, n->count * sizeof *close);
	n->size = (size_t)((char *)(close + n->count) - n->room);
	return (int)size;
}
