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

static bool asks_for_loader(const struct image *i, const Elf64_Phdr *header)
{
	char name[64]; /* the end of it will do */
	size_t size = header->p_filesz < sizeof name ? header->p_filesz : sizeof name;
	if (!size || !take(i, header->p_offset + header->p_filesz - size, name, size))
		return false;
	name[size - 1] = 0;
	return text_same(exec_base_name(name), LOADER);
}

bool elf_fits(int fd)
{
	Elf64_Ehdr elf;
	if (sys_read(fd, &elf, sizeof elf) != sizeof elf ||
	    memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0)
		return true;
	return elf.e_ident[EI_CLASS] == ELFCLASS64 && elf.e_machine == MACHINE;
}

bool elf_searches(int fd, const void *head, size_t size)
{
	const struct image image = {fd, head, size};
	Elf64_Ehdr elf;
	Elf64_Phdr header = {0};
	Elf64_Dyn entries[64]; /* what does not fit is the linker's own */
	if (!take(&image, 0, &elf, sizeof elf))
		return false;
	for (unsigned i = 0; i < elf.e_phnum && header.p_type != PT_DYNAMIC; i++)
		if (!take(&image, elf.e_phoff + i * sizeof header, &header, sizeof header))
			return false;
	size_t count = header.p_filesz / sizeof *entries;
	count = count < sizeof entries / sizeof *entries ? count : sizeof entries / sizeof *entries;
	if (header.p_type != PT_DYNAMIC ||
	    !take(&image, header.p_offset, entries, count * sizeof *entries))
		return false;
	for (size_t i = 0; i < count && entries[i].d_tag != DT_NULL; i++)
		if (entries[i].d_tag == DT_RPATH || entries[i].d_tag == DT_RUNPATH)
			return true;
	return false;
}

void elf_judge(struct program *p, int fd, const void *head, size_t size)
{
	const struct image image = {fd, head, size};
	Elf64_Ehdr elf;
	Elf64_Phdr header;
	if (size < sizeof elf || memcmp(head, ELFMAG, SELFMAG) != 0)
		return; /* the kernel knows what else it takes */
	memcpy(&elf, head, sizeof elf);
	if (elf.e_type != ET_EXEC && elf.e_type != ET_DYN)
		return;
	if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_machine != MACHINE) {
		p->escape = "built for another machine";
		return;
	}
	for (unsigned i = 0; i < elf.e_phnum; i++) {
		if (!take(&image, elf.e_phoff + i * sizeof header, &header, sizeof header))
			return;
		if (header.p_type != PT_INTERP)
			continue;
		p->foreign = !asks_for_loader(&image, &header);
		p->escape = p->foreign ? "linked with another C library" : NULL;
		return;
	}
	p->escape = "statically linked";
}
