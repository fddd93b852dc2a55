/*
 * Tables of /proc as programs read them: of mounts the kernel's text with the overlays behind it,
 * of mappings that text with merged's names in it. Only names from the root on are known; they are
 * those of proc(5).
 */
#include "internal.h"

#include <linux/memfd.h>
#include <string.h>

/* Skips a number that names a process or thread. */
static const char *skip_number(const char *at)
{
	const char *start = at;
	while (*at >= '0' && *at <= '9')
		at++;
	return at > start && *at == '/' ? at + 1 : NULL;
}

const char *proc_entry(const char *name)
{
	const char *at = text_after(name, "/proc/");
	if (!at)
		return text_starts(name, "/dev/fd/") ? name + strlen("/dev/") : NULL;
	const char *rest = text_after(at, "self/");
	if (!rest)
		rest = text_after(at, "thread-self/");
	if (!rest)
		rest = skip_number(at);
	const char *task = rest ? text_after(rest, "task/") : NULL;
	return task && (task = skip_number(task)) ? task : rest;
}

bool proc_own(const char *name)
{
	char own[32];
	struct text t;
	const char *at = text_after(name, "/proc/");
	if (!at || !skip_number(at))
		return true;
	text_init(&t, own, sizeof own);
	text_add_number(&t, (uint64_t)sys_getpid());
	text_add_char(&t, '/');
	return text_starts(at, own);
}

static const char *table_of(const char *name)
{
	char target[64]; /* the names it may have are short */
	if (text_same(name, "/proc/mounts"))
		return "mounts";
	if (text_same(name, "/etc/mtab")) {
		ssize_t length = sys_readlink(name, target, sizeof target - 1);
		target[length < 0 ? 0 : length] = 0;
		return text_same(target, "../proc/self/mounts") || proc_entry(target) ||
				       text_same(target, "/proc/mounts")
			       ? "mounts"
			       : NULL;
	}
	return proc_entry(name);
}

static ssize_t copy_table(const char *name, int to)
{
	char buffer[1024];
	ssize_t size, total = 0;
	CLOSE_SCOPED int from = sys_openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
	if (from < 0)
		return from;
	while ((size = sys_read(from, buffer, sizeof buffer)) > 0) {
		if (sys_write(to, buffer, (size_t)size) != size)
			return -ENOSPC;
		total += size;
	}
	return size < 0 ? size : total;
}

/* The tables that speak of merged, and what makes them of a copy of the kernel's. */
static const struct table {
	const char *name;
	int (*show)(int fd, size_t size);
} tables[] = {
	{"mounts", mounts_append},
	{"mountinfo", mountinfo_append},
	{"maps", maps_show},
	{"smaps", maps_show},
};

/* Where anything fails the kernel's own has to do. */
__attribute__((noinline)) static void show_table(int shown, const char *name, int flags)
{
	const char *called = table_of(name);
	const struct table *table = tables, *end = tables + sizeof tables / sizeof *tables;
	while (called && table < end && !text_same(called, table->name))
		table++;
	if (!called || table == end)
		return;
	CLOSE_SCOPED int fd = sys_memfd_create(called, MFD_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t size = copy_table(name, fd);
	int error = size < 0 ? (int)size : table->show(fd, (size_t)size);
	if (error)
		return;
	sys_lseek(fd, 0, SEEK_SET);
	SYS3(SYS_dup3, fd, shown, flags & O_CLOEXEC);
}

void proc_opened(int fd, const struct place *at, int flags)
{
	if (at->overlay || (flags & O_ACCMODE) != O_RDONLY || (flags & (O_PATH | O_DIRECTORY)) ||
	    !(at->flags & PLACE_FOLLOW) || !process_ready())
		return;
	if (text_starts(at->name, "/proc/") || text_same(at->name, "/etc/mtab"))
		show_table(fd, at->name, flags);
}
