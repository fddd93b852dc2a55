/* Building and comparing strings without a C library. */
#include "overlain/text.h"

#include <string.h>

void text_init(struct text *t, char *buffer, size_t size)
{
	t->start = t->at = buffer;
	t->end = buffer + size - 1;
	*t->at = '\0';
}

void text_add_bytes(struct text *t, const char *s, size_t size)
{
	size_t room = (size_t)(t->end - t->at);
	if (size > room)
		size = room;
	memcpy(t->at, s, size);
	t->at += size;
	*t->at = '\0';
}

void text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
	text_add_bytes(t, &c, 1);
}

static void add_digits(struct text *t, uint64_t n, unsigned base)
{
	char digits[20]; /* 2^64 has 20 in decimal */
	size_t at = sizeof digits;
	do {
		digits[--at] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n > 0);
	text_add_bytes(t, digits + at, sizeof digits - at);
}

void text_add_shown(struct text *t, const char *s, size_t size)
{
	for (; size > 0; s++, size--)
		text_add_char(t, (unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s);
}

void text_add_number(struct text *t, uint64_t n)
{
	add_digits(t, n, 10);
}

void text_add_hex(struct text *t, uint64_t n)
{
	add_digits(t, n, 16);
}

void text_add_descriptor(struct text *t, int fd)
{
	text_add(t, "/proc/self/fd/");
	text_add_number(t, (uint64_t)fd);
}

bool text_same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

const char *text_after(const char *s, const char *prefix)
{
	while (*prefix != '\0')
		if (*s++ != *prefix++)
			return NULL;
	return s;
}

bool text_starts(const char *s, const char *prefix)
{
	return text_after(s, prefix) != NULL;
}

char *text_find(const char *s, char c)
{
	for (; *s != c; s++)
		if (*s == '\0')
			return NULL;
	return (char *)(uintptr_t)s;
}

int64_t text_number(const char *s)
{
	int64_t n = 0;
	if (*s == '\0')
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *s - '0', &n))
			return -1;
	}
	return n;
}

const char *text_setting(char *const *envp, const char *name)
{
	for (; *envp; envp++) {
		/* Few begin alike. */
		const char *rest = **envp == *name ? text_after(*envp, name) : NULL;
		if (rest && *rest == '=')
			return rest + 1;
	}
	return NULL;
}

size_t text_ours(char *const *envp, char **ours)
{
	size_t count = 0;
	for (; *envp; envp++) {
		const char *rest = **envp == 'O' ? text_after(*envp, "OVERLAIN_") : NULL;
		if (rest && ours)
			ours[count] = (char *)(uintptr_t)rest;
		count += rest != NULL;
	}
	if (ours)
		ours[count] = NULL;
	return count;
}

bool text_below(const char *path, size_t length, const char *directory, size_t directory_length)
{
	if (directory_length == 0 || (directory_length == 1 && directory[0] == '/'))
		return true;
	return length >= directory_length && memcmp(path, directory, directory_length) == 0 &&
	       (length == directory_length || path[directory_length] == '/');
}
