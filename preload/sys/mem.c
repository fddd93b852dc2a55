/*
 * The functions a compiler may call on its own account, for links without a C library, and memchr.
 *
 * The loops must not be recognised as what they are: they would become calls to themselves.
 */
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define LITERAL __attribute__((no_builtin))
#else
#define LITERAL __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
int bcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
void *memchr(const void *s, int byte, size_t size);

LITERAL void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

LITERAL void *memmove(void *to, const void *from, size_t size)
{
	if ((uintptr_t)to <= (uintptr_t)from) {
		for (size_t i = 0; i < size; i++)
			((char *)to)[i] = ((const char *)from)[i];
	} else {
		for (size_t i = size; i > 0; i--)
			((char *)to)[i - 1] = ((const char *)from)[i - 1];
	}
	return to;
}

LITERAL void *memset(void *to, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = (char)byte;
	return to;
}

LITERAL int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;
	for (size_t i = 0; i < size; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

LITERAL int bcmp(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size);
}

LITERAL size_t strlen(const char *s)
{
	size_t length = 0;
	while (s[length] != '\0')
		length++;
	return length;
}

LITERAL void *memchr(const void *s, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((const unsigned char *)s)[i] == (unsigned char)byte)
			return (char *)(uintptr_t)s + i;
	return NULL;
}
