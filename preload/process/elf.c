/*
 * What an ELF header tells of the overlay's chances: it reaches a program through the dynamic
 * loader of this machine's C library, and not at all where there is none. See elf(5), ld.so(8).
 */
#include "internal.h"

#include <elf.h>
#include <string.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#define LOADER  "ld-linux-x86-64.so.2"
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#define LOADER  "ld-linux-aarch64.so.1"
#endif

struct image {
	int fd;
	const char *head;
	size_t size;
};

/* Reads SIZE bytes at AT, from what was read already where it can. */
static bool take(const struct image *i, uint64_t at, void *into, size_t size)
{
	if (at <= i->size && size <= i->size - at) {
		memcpy(into, i->head + at, size);
		return true;
	}
	return sys_pread(i->fd, into, size, (off_t)at) == (ssize_t)size;
}

static bool is_loader(const struct image *i, const Elf64_Phdr *header)
{
	char name[64]; /* the end of it will do */
	size_t size = header->p_filesz < sizeof name ? header->p_filesz : sizeof name;
	if (!size || !take(i, header->p_offset + header->p_filesz - size, name, size))
		return false;
	name[size - 1] = 0;
	const char *base = name;
	for (const char *slash = name; (slash = text_find(slash, '/')); base = ++slash)
		;
	return text_same(base, LOADER);
}

/*
 * A shared object without a loader is either a static program or the loader itself, called to load
 * a program: only what was linked as a program says so.
 */
static bool is_program(const struct image *i, const Elf64_Phdr *dynamic)
{
	Elf64_Dyn entry;
	uint64_t end = dynamic->p_offset + dynamic->p_filesz;
	for (uint64_t at = dynamic->p_offset; at + sizeof entry <= end; at += sizeof entry) {
		if (!take(i, at, &entry, sizeof entry) || entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_FLAGS_1)
			return entry.d_un.d_val & DF_1_PIE;
	}
	return false;
}

const char *elf_escape(int fd, const void *head, size_t size)
{
	const struct image image = {fd, head, size};
	Elf64_Ehdr elf;
	Elf64_Phdr header, dynamic = {0};
	if (size < sizeof elf || memcmp(head, ELFMAG, SELFMAG) != 0)
		return NULL; /* the kernel knows what else it takes */
	memcpy(&elf, head, sizeof elf);
	if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_machine != MACHINE)
		return "built for another machine";
	for (unsigned i = 0; i < elf.e_phnum; i++) {
		if (!take(&image, elf.e_phoff + i * sizeof header, &header, sizeof header))
			return NULL;
		if (header.p_type == PT_INTERP)
			return is_loader(&image, &header) ? NULL : "linked with another C library";
		if (header.p_type == PT_DYNAMIC)
			dynamic = header;
	}
	return elf.e_type == ET_EXEC || is_program(&image, &dynamic) ? "statically linked" : NULL;
}
