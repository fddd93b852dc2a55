/*
 * Finding the pattern characters in what wordexp(3) is given. libc takes a word for a pattern from
 * the first one on that is not quoted: up to the next separator, $ and quotes are all that means
 * something then, and what the shell reserves is itself.
 */
#include "wordexp.h"

#include <string.h>

static const char pattern_characters[] = PATTERN_CHARACTERS;

struct scan {
	const char *at;
	char *to;
	const struct marks *marks;
	const char *separators; /* of fields: they end a pattern */
	bool pattern;           /* within a word that is one */
	bool commands;
};

static void copy(struct scan *s, size_t count)
{
	while (count-- && *s->at)
		*s->to++ = *s->at++;
}

static void copy_nested(struct scan *s, char open, char close);

/* What begins here and means something within double quotes too. */
static void copy_expansion(struct scan *s)
{
	if (s->at[0] == '\\') {
		copy(s, 2);
	} else if (s->at[0] == '`') {
		s->commands = true;
		copy(s, 1);
		while (*s->at && *s->at != '`')
			copy(s, *s->at == '\\' ? 2 : 1);
		copy(s, 1);
	} else if (s->at[1] == '(') {
		s->commands = true;
		copy_nested(s, '(', ')');
	} else if (s->at[1] == '{') {
		copy_nested(s, '{', '}');
	} else {
		copy(s, 1);
	}
}

static void copy_quoted(struct scan *s)
{
	const char quote = *s->at;
	copy(s, 1);
	while (*s->at && *s->at != quote) {
		if (quote == '"' && strchr("\\$`", *s->at))
			copy_expansion(s);
		else
			copy(s, 1);
	}
	copy(s, 1);
}

/* "$(" or "${", up to the end that belongs to it. */
static void copy_nested(struct scan *s, char open, char close)
{
	size_t depth = 1;
	copy(s, 2);
	while (*s->at && depth) {
		depth += *s->at == open;
		depth -= *s->at == close;
		if (*s->at == '\'' || *s->at == '"')
			copy_quoted(s);
		else if (strchr("\\`", *s->at) || (*s->at == '$' && s->at[1] != open))
			copy_expansion(s);
		else
			copy(s, 1);
	}
}

/* In a pattern these are themselves; elsewhere libc has its say. */
static bool is_reserved(char c)
{
	return strchr("|&;<>(){}` \t", c) != NULL;
}

static void scan_one(struct scan *s)
{
	const char c = *s->at, *special = strchr(pattern_characters, c);
	if (s->pattern ? strchr(s->separators, c) != NULL : c == ' ' || c == '\t')
		s->pattern = false;
	if (special) {
		s->pattern = true;
		*s->to++ = s->marks->bytes[special - pattern_characters];
		s->at++;
	} else if (c == '\'' || c == '"') {
		copy_quoted(s);
	} else if (s->pattern && is_reserved(c)) {
		*s->to++ = '\\';
		copy(s, 1);
	} else if (c == '$' || c == '\\' || c == '`') {
		copy_expansion(s);
	} else {
		copy(s, 1);
	}
}

/* Bytes that WORDS has none of. */
static bool choose(struct marks *marks, const char *words)
{
	size_t found = 0;
	for (char c = 1; c < ' ' && found < sizeof marks->bytes - 1; c++)
		if (c != '\t' && c != '\n' && !strchr(words, c))
			marks->bytes[found++] = c;
	marks->bytes[found] = 0;
	return found == sizeof marks->bytes - 1;
}

char *wordexp_hide(const char *words, struct marks *marks, bool *commands)
{
	const char *fields = getenv("IFS");
	char *hidden = malloc(2 * strlen(words) + 1);
	if (!hidden || !choose(marks, words)) {
		free(hidden);
		return NULL;
	}
	struct scan s = {
		.at = words,
		.to = hidden,
		.marks = marks,
		.separators = fields ? fields : " \t\n",
	};
	while (*s.at)
		scan_one(&s);
	*s.to = 0;
	*commands = s.commands;
	return hidden;
}
