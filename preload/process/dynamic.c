/* The dynamic section of an ELF object, in a file or loaded: elf(5). */
#include "overlain/library.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

/* What lies at OFFSET of the file, where SIZE bytes of it are there. */
static const void *part(const struct dynamic *d, uint64_t offset, uint64_t size)
{
	return offset <= d->size && size <= d->size - offset ? d->file + offset : NULL;
}

/* The place in the file of what is loaded at ADDRESS. */
static const char *loaded_at(const struct dynamic *d, const Elf64_Phdr *headers, unsigned count,
			     uint64_t address, uint64_t *room)
{
	for (unsigned i = 0; i < count; i++) {
		const Elf64_Phdr *h = &headers[i];
		if (h->p_type != PT_LOAD || address < h->p_vaddr ||
		    address - h->p_vaddr >= h->p_filesz)
			continue;
		*room = h->p_filesz - (address - h->p_vaddr);
		return part(d, h->p_offset + (address - h->p_vaddr), *room);
	}
	return NULL;
}

static const Elf64_Phdr *headers_of(const struct dynamic *d, unsigned *count)
{
	const Elf64_Ehdr *elf = part(d, 0, sizeof *elf);
	if (!elf || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_phentsize != sizeof(Elf64_Phdr))
		return NULL;
	*count = elf->e_phnum;
	return part(d, elf->e_phoff, elf->e_phnum * sizeof(Elf64_Phdr));
}

static void find_section(struct dynamic *d)
{
	unsigned count = 0;
	const Elf64_Phdr *headers = headers_of(d, &count);
	for (unsigned i = 0; headers && i < count; i++) {
		if (headers[i].p_type != PT_DYNAMIC)
			continue;
		d->entries = part(d, headers[i].p_offset, headers[i].p_filesz);
		d->count = d->entries ? headers[i].p_filesz / sizeof(Elf64_Dyn) : 0;
	}
	const Elf64_Dyn *entries = d->entries;
	for (size_t i = 0; i < d->count; i++)
		if (entries[i].d_tag == DT_STRTAB)
			d->strings = loaded_at(d, headers, count, entries[i].d_un.d_ptr,
					       &d->strings_size);
	/* Then every string in it ends. */
	while (d->strings && d->strings_size > 0 && d->strings[d->strings_size - 1])
		d->strings_size--;
}

void dynamic_open(struct dynamic *d, int fd)
{
	struct stat st;
	*d = (struct dynamic){0};
	if (sys_fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return;
	const void *file = sys_mmap((size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd);
	if (sys_failed(file))
		return;
	d->file = file;
	d->size = (size_t)st.st_size;
	find_section(d);
}

void dynamic_close(const struct dynamic *d)
{
	if (d->file)
		sys_munmap((void *)(uintptr_t)d->file, d->size);
}

/* The string of the next entry TAG from *AT on. */
static const char *next_string(const struct dynamic *d, size_t *at, Elf64_Sxword tag)
{
	const Elf64_Dyn *entries = d->entries;
	for (; *at < d->count && entries[*at].d_tag != DT_NULL; ++*at) {
		const Elf64_Dyn *entry = &entries[*at];
		if (entry->d_tag != tag || !d->strings || entry->d_un.d_val >= d->strings_size)
			continue;
		++*at;
		return d->strings + entry->d_un.d_val;
	}
	return NULL;
}

const char *dynamic_needed(const struct dynamic *d, size_t *at)
{
	return next_string(d, at, DT_NEEDED);
}

size_t dynamic_static_tls(const struct dynamic *d)
{
	const Elf64_Dyn *entries = d->entries;
	uint64_t flags = 0;
	unsigned count = 0;
	const Elf64_Phdr *headers = headers_of(d, &count);
	for (size_t i = 0; i < d->count && entries[i].d_tag != DT_NULL; i++)
		if (entries[i].d_tag == DT_FLAGS)
			flags = entries[i].d_un.d_val;
	for (unsigned i = 0; headers && i < count && flags & DF_STATIC_TLS; i++)
		if (headers[i].p_type == PT_TLS)
			return headers[i].p_memsz;
	return 0;
}

void dynamic_search(const struct dynamic *d, struct seeker *s)
{
	size_t from_start = 0, again = 0;
	s->rpath = next_string(d, &from_start, DT_RPATH);
	s->runpath = next_string(d, &again, DT_RUNPATH);
}

void dynamic_loaded(const struct link_map *map, struct seeker *s)
{
	const char *strings = NULL;
	uint64_t rpath = 0, runpath = 0; /* 0 is the empty string of every table */
	for (const Elf64_Dyn *entry = map->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_RPATH)
			rpath = entry->d_un.d_val;
		else if (entry->d_tag == DT_RUNPATH)
			runpath = entry->d_un.d_val;
		else if (entry->d_tag == DT_STRTAB)
			strings = (const char *)entry->d_un.d_ptr;
	}
	/* The loader relocates it in place, but where the section cannot be written. */
	if ((uintptr_t)strings < map->l_addr)
		strings += map->l_addr;
	s->rpath = rpath ? strings + rpath : NULL;
	s->runpath = runpath ? strings + runpath : NULL;
}
