/*
 * OVERLAIN_STATE: what one program hands to the next besides the configuration, and what is gone
 * from the environment before that one's main.
 *
 * Records end in a comma: "cwd:PATH", or "gone:PATH" where it was removed; "in:PATH" for a program
 * that lies in merged; "audit" for one that has our auditor; "as:NAME" where it was started by
 * another name than the kernel was told, and "comm:NAME" where the last components differ;
 * "FD:TYPE:LAYER:INO:REAL:PATH" for a descriptor on the object REAL of LAYER, which programs see as
 * INO (numbers are hexadecimal, TYPE is a DT_* or 0 for a directory outside that leads to merged).
 * Paths are absolute, with odd bytes as %XX. takeover.c reads it.
 *
 * The room is measured first: a process with hundreds of directories open hands them all over, in
 * as many variables of that name as the kernel's limit for one string makes of it (execve(2)).
 */
#include "internal.h"

#include <string.h>

/* What a string of the environment may hold (MAX_ARG_STRLEN, 32 pages), less the longest record. */
#define STRING_MAX 100000

static bool is_odd(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f || c == '%' || c == ',';
}

static size_t escaped_size(const char *s)
{
	size_t size = 0;
	for (; *s; s++)
		size += is_odd(*s) ? 3 : 1;
	return size;
}

static void add_escaped(struct text *t, const char *s)
{
	for (; *s; s++) {
		if (!is_odd(*s)) {
			text_add_char(t, *s);
			continue;
		}
		text_add(t, (unsigned char)*s < 0x10 ? "%0" : "%");
		text_add_hex(t, (unsigned char)*s);
	}
}

/* The variables so far, and the record that is being written. */
struct state {
	struct text text;
	char **slots; /* where the next one goes */
	char *record;
};

static void begin_record(struct state *s)
{
	struct text *t = &s->text;
	bool first = t->at == t->start;
	if (first || t->at - s->slots[-1] > STRING_MAX) {
		t->at += !first; /* the terminator stays */
		*s->slots++ = t->at;
		text_add(t, HANDOVER_NAME);
	}
	s->record = t->at;
}

/* One that does not fit, because descriptors came while this was written, is left out. */
static void end_record(struct state *s)
{
	text_add_char(&s->text, ',');
	if (!text_full(&s->text))
		return;
	s->text.at = s->record;
	*s->record = 0;
}

/* REST of OV (NULL: outside) as an absolute path. */
static void add_name(struct text *t, const struct overlay *ov, const char *rest)
{
	add_escaped(t, ov ? ov->merged : "");
	text_add(t, ov && (*rest || !ov->merged_length) ? "/" : "");
	add_escaped(t, *rest || ov ? rest : "/");
}

static size_t name_size(const struct overlay *ov, const char *rest)
{
	return (ov ? escaped_size(ov->merged) : 0) + escaped_size(rest) + sizeof "/,";
}

static void add_cwd(struct state *s, const struct base *cwd)
{
	begin_record(s);
	text_add(&s->text, cwd->gone ? "gone:" : "cwd:");
	add_name(&s->text, cwd->overlay, cwd->path);
	end_record(s);
}

/* With S, adds the working directory, where it lies in merged; *SIZE is what that takes. */
__attribute__((noinline)) static int take_cwd(struct state *s, size_t *size, size_t room)
{
	struct base cwd;
	char path[room];
	int error = cwd_base(&cwd, path, room);
	if (error || !cwd.overlay)
		return error;
	if (s)
		add_cwd(s, &cwd);
	*size = sizeof "gone:" + name_size(cwd.overlay, cwd.path);
	return 0;
}

static size_t hand_over_cwd(struct state *s)
{
	size_t size = 0;
	if (take_cwd(s, &size, NAME_SHORT) == -ERANGE)
		take_cwd(s, &size, PATH_MAX);
	return size;
}

/* False where the number was reused behind our back. */
static bool still(const struct descriptor *d, const struct stat *st)
{
	return d->kind == DESCRIPTOR_OUTSIDE ||
	       (IFTODT(st->st_mode) == d->type &&
		st->st_dev == process_mounts()->at[d->overlay].layers[d->layer].dev);
}

/* True when the program that is started inherits FD. */
static bool inherited(int fd)
{
	int flags = sys_fcntl(fd, F_GETFD, 0);
	return flags >= 0 && !(flags & FD_CLOEXEC);
}

static const struct overlay *overlay_of(const struct descriptor *d)
{
	return d->kind == DESCRIPTOR_OUTSIDE ? NULL : &process_mounts()->at[d->overlay];
}

static const char *kept_path(const struct descriptor *d)
{
	return d->length < sizeof d->path && !d->gone ? d->path : HANDOVER_TOO_LONG;
}

/* FD, TYPE, LAYER, INO and REAL. */
enum { NUMBERS = 5, NUMBER_MAX = 17 };

static void measure_descriptor(int fd, const struct descriptor *d, void *data)
{
	size_t *size = data;
	if (inherited(fd))
		*size += NUMBERS * NUMBER_MAX + name_size(overlay_of(d), kept_path(d)) +
			 sizeof HANDOVER_NAME;
}

static void add_descriptor(int fd, const struct descriptor *d, void *data)
{
	struct state *state = data;
	struct text *t = &state->text;
	struct stat st;
	if (!inherited(fd) || sys_fstat(fd, &st) || !still(d, &st))
		return;
	begin_record(state);
	bool outside = d->kind == DESCRIPTOR_OUTSIDE;
	const uint64_t numbers[NUMBERS] = {(uint64_t)fd, outside ? 0 : d->type,
					   outside ? 0 : d->layer, outside ? 0 : d->ino, st.st_ino};
	for (unsigned i = 0; i < NUMBERS; i++) {
		text_add_hex(t, numbers[i]);
		text_add_char(t, ':');
	}
	add_name(t, overlay_of(d), kept_path(d));
	end_record(state);
}

/* A record of WORD alone, or with TEXT behind it. */
static void add_word(struct state *s, const char *word, const char *text)
{
	begin_record(s);
	text_add(&s->text, word);
	add_escaped(&s->text, text);
	end_record(s);
}

/*
 * What the kernel was told to start is AT_EXECFN, getauxval(3), and its last component the name of
 * the process, prctl(2).
 */
static void add_names(struct state *state, const struct start *s)
{
	const char *name = exec_base_name(s->name);
	if (text_same(s->name, s->path))
		return;
	add_word(state, "as:", s->name);
	if (!text_starts(s->name, "/dev/fd/") && !text_same(name, exec_base_name(s->path)))
		add_word(state, "comm:", name);
}

static void add_program(struct state *state, const struct start *s)
{
	if (s->inside) {
		begin_record(state);
		text_add(&state->text, "in:");
		if (s->program)
			add_name(&state->text, s->program->overlay,
				 s->program->path.bytes + PATH_ROOM);
		end_record(state);
	}
	if (s->audited)
		add_word(state, "audit", "");
}

static size_t names_size(const struct start *s)
{
	size_t size = sizeof "as:," + sizeof "comm:," + sizeof "in:," + sizeof "audit,";
	if (s->program)
		size += name_size(s->program->overlay, s->program->path.bytes + PATH_ROOM);
	return size + 2 * escaped_size(s->name);
}

size_t handover_size(struct start *s)
{
	const size_t cwd = hand_over_cwd(NULL);
	size_t size = sizeof HANDOVER_NAME + cwd + names_size(s);
	s->standing = cwd > 0;
	descriptor_each(measure_descriptor, &size);
	return size;
}

size_t handover_slots(size_t size)
{
	return size / STRING_MAX + 1;
}

char **handover_write(char *bytes, size_t size, char **slots, const struct start *s)
{
	struct state state = {.slots = slots};
	text_init(&state.text, bytes, size);
	if (s->standing)
		hand_over_cwd(&state);
	descriptor_each(add_descriptor, &state);
	add_names(&state, s);
	add_program(&state, s);
	return state.slots;
}
