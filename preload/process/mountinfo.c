/* The overlays as lines of the mount table, as proc(5) describes them and the kernel prints its
 * own. */
#include "internal.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

static const char *merged_of(const struct overlay *ov)
{
	return ov->merged_length ? ov->merged : "/";
}

/* As the kernel's mangle_path does. */
static void add_escaped(struct text *t, const char *s)
{
	for (; *s; s++) {
		if (!text_find(" \t\n\\", *s)) {
			text_add_char(t, *s);
			continue;
		}
		text_add_char(t, '\\');
		for (int shift = 6; shift >= 0; shift -= 3)
			text_add_char(t, (char)('0' + (*s >> shift & 7)));
	}
}

static int write_all(int fd, const struct text *t)
{
	ssize_t size = (ssize_t)text_length(t);
	return sys_write(fd, t->start, (size_t)size) == size ? 0 : -ENOSPC;
}

/* The most bytes a line of either table needs: of hundreds of layers more than a stack may hold. */
static size_t line_size(const struct overlay *ov)
{
	return 4 * (size_t)ov->merged_length + overlay_mount_line_size(ov) + 128;
}

struct line {
	struct text text;
	size_t size;
};

static void free_line(const struct line *line)
{
	if (line->size)
		sys_munmap(line->text.start, line->size);
}
#define LINE_SCOPED __attribute__((cleanup(free_line))) struct line

/* Of size 0 where there is no memory. */
static struct line new_line(const struct overlay *ov)
{
	struct line line = {.size = line_size(ov)};
	char *room = sys_pages(line.size);
	if (room)
		text_init(&line.text, room, line.size);
	else
		line.size = 0;
	return line;
}

/* The longest merged comes first in the list; a mount comes behind what it stands on. */
int mounts_append(int fd, size_t size)
{
	(void)size;
	const struct mounts *mounts = process_mounts();
	int error = 0;
	process_join_all(); /* which tells whether they may be written */
	for (unsigned i = mounts->count; i-- > 0 && !error;) {
		const struct overlay *ov = &mounts->at[i];
		LINE_SCOPED line = new_line(ov);
		struct text *t = &line.text;
		if (!line.size)
			return -ENOMEM;
		text_add(t, "overlay ");
		add_escaped(t, merged_of(ov));
		text_add(t, ov->writable ? " overlay rw,relatime," : " overlay ro,relatime,");
		overlay_mount_line(ov, t);
		text_add(t, " 0 0\n");
		error = write_all(fd, t);
	}
	return error;
}

/* --- mountinfo --- */

struct table {
	const char *at;
	size_t size;
};

static void unmap_scoped(const struct table *table)
{
	sys_munmap((void *)(uintptr_t)table->at, table->size);
}

/* The number AT stands at, and the field behind it. */
static const char *take_number(const char *at, unsigned *n)
{
	for (*n = 0; *at >= '0' && *at <= '9'; at++)
		*n = *n * 10 + (unsigned)(*at - '0');
	return at + (*at == ' ');
}

static const char *next_field(const char *at)
{
	while (*at != ' ' && *at != '\n')
		at++;
	return at + (*at == ' ');
}

/* The length of the mount point FIELD where it holds NAME, or -1. */
static int holds(const char *field, const char *name)
{
	int length = 0;
	if (field[0] == '/' && field[1] == ' ')
		return 0;
	for (; *field != ' ' && *field != '\n'; field++, length++) {
		char c = *field;
		if (c == '\\') {
			c = (char)((field[1] - '0') << 6 | (field[2] - '0') << 3 |
				   (field[3] - '0'));
			field += 3;
		}
		if (name[length] != c)
			return -1;
	}
	return name[length] == 0 || name[length] == '/' ? length : -1;
}

struct stand {
	unsigned highest; /* mount number in use */
	unsigned parent;  /* the mount that holds merged */
	int length;       /* of its mount point */
};

/* Lines are "ID PARENT MAJOR:MINOR ROOT MOUNTPOINT …"; of several on one point the last counts. */
static struct stand find_stand(const struct table *table, const struct overlay *ov)
{
	struct stand s = {0, 0, -1};
	const char *end = table->at + table->size;
	for (const char *line = table->at, *next; line < end; line = next + 1) {
		unsigned id, parent;
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			break;
		const char *point = take_number(take_number(line, &id), &parent);
		point = next_field(next_field(point));
		int length = holds(point, merged_of(ov));
		if (id > s.highest)
			s.highest = id;
		if (length >= s.length) {
			s.length = length;
			s.parent = length < 0 ? 0 : id;
		}
	}
	return s;
}

/* The parent of OV, which may be an overlay as well. */
static unsigned parent_of(const struct overlay *ov, const struct stand *s)
{
	const struct mounts *mounts = process_mounts();
	for (const struct overlay *other = ov + 1; other < mounts->at + mounts->count; other++)
		if (other->merged_length >= s->length &&
		    text_below(ov->merged, ov->merged_length, other->merged, other->merged_length))
			return s->highest + mounts->count - other->index;
	return s->parent;
}

static int append(int fd, const struct table *table, const struct overlay *ov)
{
	const struct stand s = find_stand(table, ov);
	LINE_SCOPED line = new_line(ov);
	struct text *t = &line.text;
	if (!line.size)
		return -ENOMEM;
	text_add_number(t, s.highest + process_mounts()->count - ov->index);
	text_add_char(t, ' ');
	text_add_number(t, parent_of(ov, &s));
	text_add_char(t, ' ');
	text_add_number(t, major(ov->dev));
	text_add_char(t, ':');
	text_add_number(t, minor(ov->dev));
	text_add(t, " / ");
	add_escaped(t, merged_of(ov));
	text_add(t, " rw,relatime - overlay overlay ");
	text_add(t, ov->writable ? "rw," : "ro,");
	overlay_mount_line(ov, t);
	text_add_char(t, '\n');
	return write_all(fd, t);
}

int mountinfo_append(int fd, size_t size)
{
	const struct mounts *mounts = process_mounts();
	process_join_all();
	__attribute__((cleanup(unmap_scoped)))
	const struct table table = {sys_mmap(size, PROT_READ, MAP_PRIVATE, fd), size};
	int error = sys_failed(table.at) ? -ENOMEM : 0;
	for (unsigned i = mounts->count; i-- > 0 && !error;)
		error = append(fd, &table, &mounts->at[i]);
	return error;
}
