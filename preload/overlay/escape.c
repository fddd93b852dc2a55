/* Odd bytes in lists, options and mount tables. */
#include "config.h"

#include <string.h>

size_t element_length(const char *list, size_t length, char separator)
{
	size_t at = 0;
	while (at < length && list[at] != separator)
		at += list[at] == '\\' && at + 1 < length ? 2 : 1;
	return at;
}

char *element_plain(struct arena *arena, const char *element, size_t length)
{
	char *plain = arena_take(arena, length + 1), *to = plain;
	for (size_t i = 0; i < length; i++) {
		if (element[i] == '\\' && i + 1 < length)
			i++;
		*to++ = element[i];
	}
	return plain;
}

static void add_octal_char(struct text *t, char c)
{
	text_add_char(t, '\\');
	for (int shift = 6; shift >= 0; shift -= 3)
		text_add_char(t, (char)('0' + ((unsigned char)c >> shift & 7)));
}

void escape_octal(struct text *t, const char *s, const char *special)
{
	for (; *s != '\0'; s++) {
		if (text_find(special, *s))
			add_octal_char(t, *s);
		else
			text_add_char(t, *s);
	}
}

static bool is_octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' &&
	       s[2] <= '7';
}

char *octal_plain(struct arena *arena, const char *s, size_t length)
{
	char *plain = arena_take(arena, length + 1), *to = plain;
	for (size_t i = 0; i < length; i++) {
		if (s[i] == '\\' && i + 3 < length && is_octal(s + i + 1)) {
			*to++ = (char)((s[i + 1] - '0') << 6 | (s[i + 2] - '0') << 3 |
				       (s[i + 3] - '0'));
			i += 3;
		} else {
			*to++ = s[i];
		}
	}
	return plain;
}

void escape_shown(struct text *t, const char *path, size_t length, bool in_list)
{
	if (length == 0)
		text_add_char(t, '/');
	for (size_t i = 0; i < length; i++) {
		bool odd = path[i] == ',' || text_find(ESCAPE_FSTAB, path[i]);
		if (path[i] == ',' || path[i] == '\\' || (in_list && path[i] == ':'))
			add_octal_char(t, '\\');
		if (odd)
			add_octal_char(t, path[i]);
		else
			text_add_char(t, path[i]);
	}
}

void escape_backslash(struct text *t, const char *s, size_t length, const char *special)
{
	if (length == 0)
		text_add_char(t, '/');
	for (size_t i = 0; i < length; i++) {
		if (text_find(special, s[i]))
			text_add_char(t, '\\');
		text_add_char(t, s[i]);
	}
}
