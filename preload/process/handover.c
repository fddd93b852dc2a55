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

/* False where the number was reused behind our back. */
static bool still(const struct descriptor *d, const struct stat *st)
{
	return d->kind == DESCRIPTOR_OUTSIDE ||
	       (IFTODT(st->st_mode) == d->type &&
		st->st_dev == process_mounts()->at[d->overlay].layers[d->layer].dev);
}

struct list {
	struct text *text;
	bool borrowed;
};

static void add_descriptor(int fd, const struct descriptor *known, void *data)
{
	const struct list *list = data;
	struct text *t = list->text;
	struct stat st;
	struct descriptor d = *known;
	char *start = t->at;
	if ((list->borrowed && !descriptor_ask(fd, &d)) || d.length >= sizeof d.path)
		return;
	int flags = sys_fcntl(fd, F_GETFD, 0);
	if (flags < 0 || (flags & FD_CLOEXEC) || sys_fstat(fd, &st) || !still(&d, &st))
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

/* A child of vfork may have exchanged the standard ones; what else it has, its parent had. */
static void add_descriptors(struct text *t)
{
	struct descriptor d;
	const struct descriptor unknown = {.kind = DESCRIPTOR_NONE};
	struct list list = {t, process_borrowed()};
	descriptor_each(add_descriptor, &list);
	for (int fd = 0; list.borrowed && fd <= 2; fd++)
		if (!descriptor_find(fd, &d))
			add_descriptor(fd, &unknown, &list);
}

/* The kernel names a process by the last component of what it was told to start: prctl(2). */
static void add_name_of(struct text *t, const struct start *s)
{
	char *start = t->at;
	const char *name = exec_base_name(s->name);
	if (text_starts(s->name, "/dev/fd/") || text_same(name, exec_base_name(s->path)))
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
