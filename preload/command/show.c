/* Differences as lines and as JSON. */
#include "command.h"
#include "show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool wants_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
	return !(no && *no) && !(terminal && strcmp(terminal, "dumb") == 0) && isatty(fileno(to));
}

/* Asked once: nobody puts a terminal behind a stream halfway. */
bool show_in_colour(FILE *to)
{
	static FILE *asked;
	static bool answer;
	if (asked != to)
		answer = wants_colour(to);
	asked = to;
	return answer;
}

static bool is_control(unsigned char c)
{
	return c < ' ' || c == 0x7f;
}

void show_path(const char *path, FILE *to)
{
	const char *at = path;
	while (*at && !is_control((unsigned char)*at))
		at++;
	if (!*at) {
		fprintf(to, "/%s", path);
		return;
	}
	fputs("\"/", to);
	for (at = path; *at; at++) {
		if (is_control((unsigned char)*at))
			fprintf(to,
				*at == '\n'   ? "\\n"
				: *at == '\t' ? "\\t"
					      : "\\%03o",
				(unsigned char)*at);
		else
			fprintf(to, strchr("\"\\", *at) ? "\\%c" : "%c", *at);
	}
	putc('"', to);
}

void show_line(const struct difference *d, FILE *to)
{
	bool colour = show_in_colour(to);
	const char *begin = d->kind == 'A' ? "\033[32m" : d->kind == 'C' ? "\033[33m" : "\033[31m";
	fprintf(to, "%s%c ", colour ? begin : "", d->kind);
	show_path(path_rel(d->entry->path), to);
	fputs(colour ? "\033[m\n" : "\n", to);
}

/* --- JSON --- */

/* The length of the UTF-8 character at S, which ends with a zero; 0 where there is none. */
static int utf8_length(const unsigned char *s)
{
	int length = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	if (*s > 0xf4 || (*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	for (int i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* A byte that is no part of a character becomes \udcXX, as Python's surrogateescape has it. */
static void print_json(const char *path, FILE *to)
{
	const unsigned char *at = (const unsigned char *)path;
	fputs("\"/", to);
	while (*at) {
		int length = utf8_length(at);
		if (length == 0)
			fprintf(to, "\\udc%02x", *at++);
		else if (is_control(*at))
			fprintf(to, "\\u%04x", *at++);
		else if (*at == '"' || *at == '\\')
			fprintf(to, "\\%c", *at++);
		else
			at += fwrite(at, 1, (size_t)length, to);
	}
	putc('"', to);
}

static const char *type_name(unsigned char type)
{
	static const char *const names[] = {
		[DT_REG] = "file",         [DT_DIR] = "directory", [DT_LNK] = "symlink",
		[DT_FIFO] = "fifo",        [DT_SOCK] = "socket",   [DT_CHR] = "character device",
		[DT_BLK] = "block device",
	};
	return type < sizeof names / sizeof *names && names[type] ? names[type] : "unknown";
}

static void show_object(const struct difference *d, bool first, FILE *to)
{
	unsigned char type = d->kind == 'D' ? d->entry->below.type : IFTODT(d->entry->st.st_mode);
	fprintf(to, "%s  {\"kind\": \"%c\", \"path\": ", first ? "" : ",\n", d->kind);
	print_json(path_rel(d->entry->path), to);
	fprintf(to, ", \"type\": \"%s\"}", type_name(type));
}

int show_differences(const struct layer *upper, const struct overlay *below, char **only, FILE *to,
		     enum show_form form)
{
	struct differences ds;
	struct difference d;
	int status = 0;
	bool first = true;
	if (!differences_begin(&ds, upper, below, only))
		return EXIT_OWN;
	if (form == SHOW_JSON)
		fputs("[\n", to);
	while (status == 0 && differences_next(&ds, &d)) {
		if (form == SHOW_JSON)
			show_object(&d, first, to);
		else
			show_line(&d, to);
		if (form == SHOW_PATCH)
			status = show_patch(&ds, &d, to);
		first = false;
	}
	if (form == SHOW_JSON)
		fputs(first ? "]\n" : "\n]\n", to);
	differences_end(&ds);
	return ds.failed ? EXIT_OWN : status;
}
