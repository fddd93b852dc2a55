/*
 * Reading what handover.c wrote. Nothing in it is trusted: each record is held against what the
 * kernel says, for a program in between may not have known of it.
 */
#include "internal.h"

#include <string.h>
#include <sys/prctl.h>

static bool inside, audited;
static BULKY char program[PATH_MAX];

bool handover_inside(void)
{
	return inside;
}

const char *handover_program(void)
{
	return program;
}

bool handover_audited(void)
{
	return audited;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_number(const char **at, uint64_t *n)
{
	const char *start = *at;
	for (*n = 0; digit(**at) >= 0; ++*at)
		*n = *n << 4 | (uint64_t)digit(**at);
	return *at > start && *(*at)++ == ':';
}

/* Copies a record's text up to its comma; false where it is too long or odd. */
static bool take_text(const char *at, char *buffer, size_t size)
{
	struct text t;
	text_init(&t, buffer, size);
	for (; *at && *at != ','; at++) {
		if (*at != '%') {
			text_add_char(&t, *at);
			continue;
		}
		int high = digit(at[1]), low = high < 0 ? -1 : digit(at[2]);
		if (low < 0)
			return false;
		text_add_char(&t, (char)(high << 4 | low));
		at += 2;
	}
	return *at == ',' && !text_full(&t);
}

enum { FD, TYPE, LAYER, INO, REAL, NUMBERS };

static void adopt_descriptor(const uint64_t *n, const char *path)
{
	struct descriptor d = {.kind = DESCRIPTOR_OUTSIDE};
	struct stat st;
	const char *rest = path;
	if (n[FD] > INT_MAX || path[0] != '/' || sys_fstat((int)n[FD], &st) || st.st_ino != n[REAL])
		return;
	const struct overlay *ov = process_overlay(path, strlen(path), &rest);
	if (n[TYPE]) {
		if (!ov || n[LAYER] >= ov->layer_count || IFTODT(st.st_mode) != n[TYPE] ||
		    ov->layers[n[LAYER]].dev != st.st_dev)
			return;
		rest += *rest == '/';
		d.kind = n[TYPE] == DT_DIR ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
		d.type = (uint8_t)n[TYPE];
		d.overlay = ov->index;
		d.layer = (uint16_t)n[LAYER];
		d.ino = n[INO];
		d.moved = overlay_generation(ov);
	} else if (!process_leads(path, strlen(path)) && !text_same(path, HANDOVER_TOO_LONG)) {
		return;
	}
	if (text_same(rest, HANDOVER_TOO_LONG))
		descriptor_set_path(&d, NULL, sizeof d.path);
	else
		descriptor_set_path(&d, rest, text_same(rest, "/") ? 0 : strlen(rest));
	descriptor_set((int)n[FD], &d);
}

static void read_record(const char *record)
{
	char text[PATH_MAX];
	uint64_t n[NUMBERS];
	const char *at;
	if ((at = text_after(record, "in:"))) {
		inside = take_text(at, program, sizeof program);
	} else if (text_starts(record, "audit,")) {
		audited = true;
	} else if ((at = text_after(record, "as:"))) {
		if (take_text(at, text, sizeof text))
			process_name(text);
	} else if ((at = text_after(record, "cwd:"))) {
		if (take_text(at, text, sizeof text))
			cwd_adopt(text, false);
	} else if ((at = text_after(record, "gone:"))) {
		if (take_text(at, text, sizeof text))
			cwd_adopt(text, true);
	} else if ((at = text_after(record, "comm:"))) {
		if (take_text(at, text, sizeof text))
			SYS2(SYS_prctl, PR_SET_NAME, text);
	} else {
		at = record;
		for (unsigned i = 0; i < NUMBERS; i++)
			if (!take_number(&at, &n[i]))
				return;
		if (take_text(at, text, sizeof text))
			adopt_descriptor(n, text);
	}
}

void handover_read(const char *state)
{
	for (const char *comma; (comma = text_find(state, ',')); state = comma + 1)
		read_record(state);
}
