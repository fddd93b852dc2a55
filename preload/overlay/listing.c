/* Directories as programs read them: each name once, no whiteouts, the numbers stat gives. */
#include "internal.h"

#include <string.h>
#include <sys/mman.h>

/* A name by its hash, and the offset of its record + 1; 0: free. */
struct mention {
	uint32_t hash;
	uint32_t record;
};

/*
 * A listing being made. Records lie one behind the other in `list`; `table` finds them by name
 * (open addressing); until the end d_off holds the layer. A name that some layer hides stays as a
 * record of type DT_WHT until the end, so that the layers below cannot bring it back.
 */
struct builder {
	const struct overlay *overlay;
	struct listing *list;
	struct mention *table;
	size_t table_mask;
	size_t count;
};

static void builder_free(struct builder *b)
{
	if (b->list)
		sys_munmap(b->list, b->list->mapped);
	if (b->table)
		sys_munmap(b->table, (b->table_mask + 1) * sizeof *b->table);
}
#define BUILDER_SCOPED __attribute__((cleanup(builder_free)))

static struct dirent64 *record_at(const struct builder *b, size_t at)
{
	return (void *)(b->list->records + at);
}

/* The place in the table where NAME, of that hash, is, or where it belongs. */
static struct mention *find(const struct builder *b, const char *name, uint32_t hash)
{
	size_t at = hash & b->table_mask;
	while (b->table[at].record &&
	       (b->table[at].hash != hash ||
		!text_same(record_at(b, b->table[at].record - 1)->d_name, name)))
		at = (at + 1) & b->table_mask;
	return &b->table[at];
}

static int grow_table(struct builder *b)
{
	size_t size = b->table ? (b->table_mask + 1) * 2 : 1024;
	struct mention *old = b->table, *table = sys_pages_present(size * sizeof *table);
	size_t old_size = old ? b->table_mask + 1 : 0;
	if (!table)
		return -ENOMEM;
	b->table = table;
	b->table_mask = size - 1;
	for (size_t i = 0; i < old_size; i++) {
		size_t at = old[i].hash & b->table_mask;
		while (old[i].record && table[at].record)
			at = (at + 1) & b->table_mask;
		if (old[i].record)
			table[at] = old[i];
	}
	if (old)
		sys_munmap(old, old_size * sizeof *old);
	return 0;
}

static int grow_list(struct builder *b, size_t more)
{
	size_t need = sizeof *b->list + (b->list ? b->list->size : 0) + more;
	if (b->list && need <= b->list->mapped)
		return 0;
	size_t mapped = b->list ? b->list->mapped * 2 : 32768;
	struct listing *list = b->list ? sys_pages_grow(b->list, b->list->mapped, mapped)
				       : sys_pages_present(mapped);
	if (!list)
		return -ENOMEM;
	list->mapped = mapped;
	b->list = list;
	return 0;
}

static int append(struct builder *b, struct mention *place, uint32_t hash,
		  const struct dirent64 *entry)
{
	int error = grow_list(b, entry->d_reclen);
	if (error)
		return error;
	memcpy(record_at(b, b->list->size), entry, entry->d_reclen);
	*place = (struct mention){hash, (uint32_t)b->list->size + 1};
	b->list->size += entry->d_reclen;
	return ++b->count * 4 > b->table_mask * 3 ? grow_table(b) : 0;
}

/* One layer's part of the directory, being read. */
struct part {
	unsigned layer;
	struct reading reading;
};

static int add_entry(struct builder *b, struct part *part, struct dirent64 *entry)
{
	const uint32_t hash = name_hash(entry->d_name);
	struct mention *place = find(b, entry->d_name, hash);
	if (place->record)
		return 0;
	int whiteout = layer_entry_is_whiteout(&part->reading, entry);
	if (whiteout < 0)
		return whiteout;
	if (whiteout)
		entry->d_type = DT_WHT;
	entry->d_ino = overlay_show_ino(b->overlay, part->layer, entry->d_ino);
	entry->d_off = part->layer;
	return append(b, place, hash, entry);
}

/* What a ".wh." file hides, it hides in the layers below, so it counts after all of its layer. */
static int hide_marked(struct builder *b, const char *records, ssize_t size)
{
	int error = 0;
	for (ssize_t at = 0; !error && at < size;) {
		const struct dirent64 *entry = (const void *)(records + at);
		const char *hidden = text_after(entry->d_name, LAYER_WH);
		at += entry->d_reclen;
		if (!hidden || !*hidden)
			continue;
		struct dirent64 whiteout = {.d_type = DT_WHT, .d_reclen = entry->d_reclen};
		memcpy(whiteout.d_name, hidden, strlen(hidden) + 1);
		const uint32_t hash = name_hash(hidden);
		struct mention *place = find(b, hidden, hash);
		if (!place->record)
			error = append(b, place, hash, &whiteout);
	}
	return error;
}

#define BUFFER_SIZE 32768

static int read_part(struct builder *b, struct part *part, char *buffer)
{
	const int fd = part->reading.fd;
	ssize_t size = 0;
	bool marks = false;
	int error = 0;
	while (!error && (size = sys_getdents64(fd, buffer, BUFFER_SIZE)) > 0)
		for (ssize_t at = 0; !error && at < size;) {
			struct dirent64 *entry = (void *)(buffer + at);
			at += entry->d_reclen;
			if (layer_is_mark(entry->d_name))
				marks = true;
			else
				error = add_entry(b, part, entry);
		}
	if (error || size < 0 || !marks)
		return error ? error : (int)size;
	error = (int)sys_lseek(fd, 0, SEEK_SET);
	while (!error && (size = sys_getdents64(fd, buffer, BUFFER_SIZE)) > 0)
		error = hide_marked(b, buffer, size);
	return error ? error : (int)size;
}

static int read_parts(struct builder *b, struct path *p, const struct node *n)
{
	char *buffer = sys_pages_present(BUFFER_SIZE);
	int error = buffer ? 0 : -ENOMEM;
	const struct overlay *ov = b->overlay;
	for (unsigned i = n->layer, next; !error && i < ov->layer_count; i = next) {
		const char *path = layer_path(&ov->layers[i], p);
		CLOSE_SCOPED int fd =
			sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
		next = node_next_part(ov, n, i + 1);
		bool unread = next >= ov->layer_count && (n->marks & NODE_UNREAD);
		bool may_mark = unread || (n->marks & NODE_XWHITE);
		struct part part = {i, {.fd = fd, .xmarked = may_mark ? XMARKED_ASK : XMARKED_NO}};
		/* A part may be one of a group of layers that has it not. */
		bool missing = (fd == -ENOENT || fd == -ENOTDIR) && i != n->layer;
		if (!missing)
			error = fd < 0 ? fd : read_part(b, &part, buffer);
	}
	if (buffer)
		sys_munmap(buffer, BUFFER_SIZE);
	return error;
}

/* The number stat gives where it is not the one on disk: merged directories, copied-up files. */
static void number_entry(const struct overlay *ov, struct path *p, const struct node *n,
			 struct dirent64 *entry)
{
	const size_t length = p->length;
	struct node child;
	if (text_same(entry->d_name, ".")) {
		if (n->ino)
			entry->d_ino = n->ino;
		return;
	}
	if (text_same(entry->d_name, "..")) {
		struct stat st;
		if (length == 0)
			return;
		PATH_PARENT(p);
		if (overlay_stat(ov, p, &st) == 0)
			entry->d_ino = st.st_ino;
		return;
	}
	if (path_push(p, entry->d_name, strlen(entry->d_name)))
		return;
	if (overlay_step(ov, n, p, &child) == 0 && child.ino)
		entry->d_ino = child.ino;
	path_cut(p, length);
}

/* Drops what is hidden, closes the gaps, and makes every d_off the place of the next record. */
static void finish(struct builder *b, struct path *p, const struct node *n)
{
	const struct overlay *ov = b->overlay;
	size_t kept = 0;
	bool renumber = ov->writable && n->layer == 0;
	for (size_t at = 0; at < b->list->size;) {
		struct dirent64 *entry = record_at(b, at);
		size_t size = entry->d_reclen;
		at += size;
		if (entry->d_type == DT_WHT)
			continue;
		bool own =
			entry->d_off == 0 && (entry->d_type == DT_DIR || (n->marks & NODE_IMPURE));
		if (kept != at - size)
			memmove(b->list->records + kept, entry, size);
		entry = record_at(b, kept);
		if (renumber && own)
			number_entry(ov, p, n, entry);
		kept += size;
		entry->d_off = (off64_t)kept;
	}
	b->list->size = kept;
}

struct listing *overlay_list(const struct overlay *ov, struct path *p, const struct node *n)
{
	BUILDER_SCOPED struct builder b = {.overlay = ov};
	int error = grow_table(&b);
	if (!error)
		error = grow_list(&b, 0);
	if (!error)
		error = read_parts(&b, p, n);
	if (error)
		return (struct listing *)(intptr_t)error;
	finish(&b, p, n);
	struct listing *list = b.list;
	b.list = NULL;
	return list;
}

void listing_free(struct listing *listing)
{
	sys_munmap(listing, listing->mapped);
}

bool overlay_lists_plainly(const struct overlay *ov, const struct node *n)
{
	return !node_merged(ov, n) && !(n->marks & (NODE_IMPURE | NODE_XWHITE)) &&
	       ov->layers[n->layer].fs == 0;
}
