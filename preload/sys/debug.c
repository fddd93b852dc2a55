/* Messages about what goes on inside, as OVERLAIN_DEBUG asks for them. */
#include "overlain/debug.h"
#include "overlain/sys.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

unsigned debug_mask;

/* Set once, while the configuration is read. Most set none, and need no page for it. */
static bool has_output;
static BULKY char output[PATH_MAX];

#define DEBUG_HELP 0x100

#define MESSAGE_MAX (PATH_MAX + 256)

static const struct word {
	const char *name;
	unsigned mask;
	const char *meaning;
} words[] = {
	{"paths", DEBUG_PATHS, "where each path leads"},
	{"copyup", DEBUG_COPYUP, "what is copied from a lower directory to the upper"},
	{"exec", DEBUG_EXEC, "programs started, and what they are started with"},
	{"escape", DEBUG_ESCAPE, "what leaves the overlay's sight, and how much did"},
	{"progress", DEBUG_PROGRESS, "how far a long copy has come, on a terminal"},
	{"all", DEBUG_PATHS | DEBUG_COPYUP | DEBUG_EXEC | DEBUG_ESCAPE, "all of these"},
	{"help", DEBUG_HELP, "this list, once for every program"},
};
#define WORDS (sizeof words / sizeof *words)

static void print_help(void)
{
	char buffer[1024];
	struct text help;
	text_init(&help, buffer, sizeof buffer);
	text_add(&help, "overlain: OVERLAIN_DEBUG is a comma list of\n");
	for (size_t i = 0; i < WORDS; i++) {
		text_add(&help, "  ");
		text_add(&help, words[i].name);
		text_add_bytes(&help, "          ", 10 - strlen(words[i].name));
		text_add(&help, words[i].meaning);
		text_add_char(&help, '\n');
	}
	text_add(&help, "OVERLAIN_DEBUG_OUTPUT=FILE appends the messages to FILE; "
			"%p in it is the process's number\n");
	sys_write(2, help.start, text_length(&help));
}

static int complain_of(struct text *complaint, const char *variable, const char *value,
		       size_t length, const char *why)
{
	text_add(complaint, variable);
	text_add(complaint, ": ");
	text_add_shown(complaint, value, length);
	text_add(complaint, why);
	return -EINVAL;
}

static int read_words(const char *list, struct text *complaint)
{
	unsigned mask = 0;
	for (const char *at = list; *at != '\0';) {
		const char *comma = text_find(at, ',');
		size_t length = comma ? (size_t)(comma - at) : strlen(at);
		size_t i = 0;
		while (i < WORDS &&
		       (strlen(words[i].name) != length || memcmp(words[i].name, at, length) != 0))
			i++;
		if (i == WORDS && length > 0)
			return complain_of(complaint, "OVERLAIN_DEBUG", at, length,
					   ": unknown word (try OVERLAIN_DEBUG=help)");
		if (i < WORDS)
			mask |= words[i].mask;
		at += length + (comma != NULL);
	}
	if (mask & DEBUG_HELP)
		print_help();
	debug_mask = mask & ~(unsigned)DEBUG_HELP;
	return 0;
}

static int read_output(const char *file, struct text *complaint)
{
	static const char variable[] = "OVERLAIN_DEBUG_OUTPUT";
	struct text absolute;
	has_output = *file;
	if (!has_output)
		return 0;
	text_init(&absolute, output, sizeof output);
	if (file[0] != '/') {
		if (sys_getcwd(output, sizeof output) < 0 || output[0] != '/')
			return complain_of(complaint, variable, file, strlen(file),
					   ": relative, and the working directory is gone");
		absolute.at += strlen(output);
		text_add_char(&absolute, '/');
	}
	text_add(&absolute, file);
	if (text_full(&absolute))
		return complain_of(complaint, variable, file, strlen(file), ": Path too long");
	return 0;
}

int debug_read(char *const *ours, struct text *complaint)
{
	const char *list = text_setting(ours, "DEBUG");
	const char *file = text_setting(ours, "DEBUG_OUTPUT");
	int result = read_output(file ? file : "", complaint);
	return result < 0 ? result : read_words(list ? list : "", complaint);
}

void debug_words(struct text *t)
{
	size_t start = text_length(t);
	for (size_t i = 0; i < WORDS; i++) {
		if (!(debug_mask & words[i].mask) || text_same(words[i].name, "all"))
			continue;
		text_add(t, text_length(t) > start ? "," : "");
		text_add(t, words[i].name);
	}
}

const char *debug_output(void)
{
	return has_output ? output : NULL;
}

static int open_output(void)
{
	char path[4 * strlen(output) + 1]; /* a process's number has seven digits */
	struct text name;
	text_init(&name, path, sizeof path);
	for (const char *at = output; *at != '\0'; at++) {
		if (at[0] == '%' && at[1] == 'p') {
			text_add_number(&name, (uint64_t)sys_getpid());
			at++;
		} else {
			text_add_char(&name, *at);
		}
	}
	return sys_openat(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
			  0666);
}

void debug_say(const char *first, ...)
{
	struct text line;
	va_list more;
	size_t room = sizeof "overlain[]: \n" + 21;
	va_start(more, first);
	for (const char *s = first; s; s = va_arg(more, const char *))
		room += strlen(s);
	va_end(more);
	room = room < MESSAGE_MAX ? room : MESSAGE_MAX;
	char buffer[room];
	text_init(&line, buffer, room - 1); /* the line's end always fits */
	text_add(&line, "overlain[");
	text_add_number(&line, (uint64_t)sys_getpid());
	text_add(&line, "]: ");
	va_start(more, first);
	for (const char *s = first; s; s = va_arg(more, const char *))
		text_add(&line, s);
	va_end(more);
	*line.at++ = '\n';
	CLOSE_SCOPED int opened = has_output ? open_output() : -1;
	sys_write(opened >= 0 ? opened : 2, line.start, text_length(&line));
}

void complain(const char *line)
{
	const size_t room = strlen(line) + 16 < MESSAGE_MAX ? strlen(line) + 16 : MESSAGE_MAX;
	char buffer[room];
	struct text message;
	text_init(&message, buffer, room - 1);
	text_add(&message, "overlain: ");
	text_add(&message, line);
	*message.at++ = '\n';
	sys_write(2, message.start, text_length(&message));
}
