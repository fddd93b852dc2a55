/*
 * OVERLAIN_STATE: what one program hands to the next besides the configuration, and what is gone
 * from the environment before that one's main.
 *
 * Records end in a comma: "cwd:PATH"; "in" for a program that lies in merged;
 * "comm:NAME" where the kernel gave it another name; "FD:TYPE:LAYER:INO:REAL:PATH" for a
 * descriptor on the object REAL of LAYER, which programs see as INO (numbers are hexadecimal, TYPE
 * is a DT_* or 0 for a directory outside that leads to merged). Paths are absolute, with odd bytes
 * as %XX. takeover.c reads it.
 */
#include "internal.h"

#include <string.h>

static void add_escaped(struct text *t, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c >= ' ' && c != 0x7f && c != '%' && c != ',') {
			text_add_char(t, *s);
			continue;
		}
		text_add(t, c < 0x10 ? "%0" : "%");
		text_add_hex(t, c);
	}
}

/* Ends a record begun at START; one that does not fit is left out. */
static void end_record(struct text *t, char *start)
{
	text_add_char(t, ',');
	if (!text_full(t))
		return;
	t->at = start;
	*start = 0;
}

static void add_name(struct text *t, const struct overlay *ov, const char *rest)
{
	add_escaped(t, ov ? ov->merged : "");
	text_add(t, ov && (*rest || !ov->merged_length) ? "/" : "");
	add_escaped(t, *rest || ov ? rest : "/");
}

static void add_cwd(struct text *t)
{
	struct base base;
	char *start = t->at;
	if (cwd_base(&base) || !base.overlay)
		return;
	text_add(t, "cwd:");
	add_name(t, base.overlay, base.path);
	end_record(t, start);
}

/* What FD is open on, as far as the kernel can tell. */
__attribute__((noinline)) static bool ask(int fd, struct descriptor *d)
{
	char link[40], real[PATH_MAX], name[PATH_MAX];
	struct place at;
	struct text t;
	text_init(&t, link, sizeof link);
	text_add(&t, "/proc/self/fd/");
	text_add_number(&t, (uint64_t)fd);
	ssize_t length = sys_readlink(link, real, sizeof real - 1);
	if (length <= 0)
		return false;
	real[length] = 0;
	if (!reverse_path(real, name) || place_set(&at, name) || !at.overlay ||
	    at.path.length >= sizeof d->path)
		return false;
	d->kind = node_is_dir(&at.node) ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
	d->type = at.node.type;
	d->overlay = at.overlay->index;
	d->layer = at.node.layer;
	d->ino = at.node.ino;
	d->length = at.path.length;
	memcpy(d->path, path_rel(&at.path), at.path.length + 1u);
	return true;
}

/* False where the number was reused behind our back. */
static bool still(const struct descriptor *d, const struct stat *st)
{
	return d->kind == DESCRIPTOR_OUTSIDE ||
	       (IFTODT(st->st_mode) == d->type &&
		st->st_dev == process_mounts()->at[d->overlay].layers[d->layer].dev);
}

static void add_descriptor(int fd, const struct descriptor *known, void *data)
{
	struct text *t = data;
	struct stat st;
	struct descriptor d = *known;
	char *start = t->at;
	int flags = sys_fcntl(fd, F_GETFD, 0);
	if (flags < 0 || (flags & FD_CLOEXEC) || (process_borrowed() && !ask(fd, &d)))
		return;
	if (d.length >= sizeof d.path || sys_fstat(fd, &st) || !still(&d, &st))
		return;
	bool outside = d.kind == DESCRIPTOR_OUTSIDE;
	const uint64_t numbers[] = {(uint64_t)fd, outside ? 0 : d.type, outside ? 0 : d.layer,
				    outside ? 0 : d.ino, st.st_ino};
	for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		text_add_hex(t, numbers[i]);
		text_add_char(t, ':');
	}
	add_name(t, outside ? NULL : &process_mounts()->at[d.overlay], d.path);
	end_record(t, start);
}

/* A child of vfork has its parent's table and descriptors of its own: those it is started with. */
static void add_descriptors(struct text *t)
{
	struct descriptor d;
	const struct descriptor unknown = {.kind = DESCRIPTOR_NONE};
	descriptor_each(add_descriptor, t);
	for (int fd = 0; fd <= 2 && process_borrowed(); fd++)
		if (!descriptor_find(fd, &d))
			add_descriptor(fd, &unknown, t);
}

static const char *base_name(const char *path)
{
	for (const char *slash; (slash = text_find(path, '/'));)
		path = slash + 1;
	return path;
}

/* The kernel names a process by the last component of what it was told to start: prctl(2). */
static void add_name_of(struct text *t, const struct start *s)
{
	char *start = t->at;
	const char *name = base_name(s->name);
	if (text_starts(s->name, "/dev/fd/") || text_same(name, base_name(s->path)))
		return;
	text_add(t, "comm:");
	add_escaped(t, name);
	end_record(t, start);
}

void handover_write(struct text *t, const struct start *s)
{
	char *start = t->at;
	text_add(t, HANDOVER_NAME);
	char *empty = t->at;
	add_cwd(t);
	add_descriptors(t);
	add_name_of(t, s);
	char *record = t->at;
	if (s->inside) {
		text_add(t, "in");
		end_record(t, record);
	}
	if (t->at == empty) {
		t->at = start;
		*start = 0;
	}
}
