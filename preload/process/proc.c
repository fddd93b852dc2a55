/*
 * The kernel's own view, made to speak of merged: what links and tables of proc(5) say. Only names
 * as programs write them are known, from the root on.
 */
#include "internal.h"

#include <linux/memfd.h>
#include <string.h>

#define DELETED " (deleted)"

/* Skips a number that names a process or thread. */
static const char *skip_number(const char *at)
{
	const char *start = at;
	while (*at >= '0' && *at <= '9')
		at++;
	return at > start && *at == '/' ? at + 1 : NULL;
}

/* What follows "/proc/PID/" or "/proc/PID/task/TID/"; NULL for other names. */
static const char *entry_of(const char *name, bool *own)
{
	const char *at = text_after(name, "/dev/fd/");
	*own = true;
	if (at)
		return name + strlen("/dev/");
	if (!(at = text_after(name, "/proc/")))
		return NULL;
	const char *rest = text_after(at, "self/");
	if (!rest)
		rest = text_after(at, "thread-self/");
	if (!rest && (rest = skip_number(at))) {
		char digits[24];
		struct text t;
		text_init(&t, digits, sizeof digits);
		text_add_number(&t, (uint64_t)sys_getpid());
		text_add_char(&t, '/');
		*own = text_starts(at, digits);
	}
	const char *task = rest ? text_after(rest, "task/") : NULL;
	return task && (task = skip_number(task)) ? task : rest;
}

/* --- tables --- */

static const char *table_of(const char *name)
{
	char target[PATH_MAX];
	bool own;
	if (text_same(name, "/proc/mounts"))
		return "mounts";
	if (text_same(name, "/etc/mtab")) {
		ssize_t length = sys_readlink(name, target, sizeof target - 1);
		target[length < 0 ? 0 : length] = 0;
		return text_same(target, "../proc/self/mounts") || entry_of(target, &own) ||
				       text_same(target, "/proc/mounts")
			       ? "mounts"
			       : NULL;
	}
	return entry_of(name, &own);
}

static ssize_t copy_table(const char *name, int to)
{
	char buffer[4096];
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

__attribute__((noinline)) static int open_table(const char *name, int flags)
{
	const char *table = table_of(name);
	bool mounts = table && text_same(table, "mounts");
	if (!mounts && !(table && text_same(table, "mountinfo")))
		return -ENOENT;
	CLOSE_SCOPED int fd = sys_memfd_create(table, flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
	if (fd < 0)
		return -ENOENT;
	ssize_t size = copy_table(name, fd);
	int error = size < 0 ? (int)size : 0;
	if (!error)
		error = mounts ? mounts_append(fd) : mountinfo_append(fd, (size_t)size);
	if (error)
		return -ENOENT; /* then the kernel's own has to do */
	sys_lseek(fd, 0, SEEK_SET);
	return sys_steal_fd(&fd);
}

int proc_open(const struct place *at, int flags)
{
	if (at->overlay || (flags & O_ACCMODE) != O_RDONLY || (flags & (O_PATH | O_DIRECTORY)))
		return -ENOENT;
	if (!process_ready() || pointer_string(at->name, PATH_MAX) < 0)
		return -ENOENT;
	if (!text_starts(at->name, "/proc/") && !text_same(at->name, "/etc/mtab"))
		return -ENOENT;
	return open_table(at->name, flags);
}

/* --- links --- */

/* NAME lies on disk as the kernel says; in BUFFER, the name it has in merged. */
static bool reverse_deleted(char *name, char *buffer)
{
	const size_t suffix = strlen(DELETED), length = strlen(name);
	if (length <= suffix || !text_same(name + length - suffix, DELETED))
		return false;
	name[length - suffix] = 0;
	ssize_t size = reverse_name(name, buffer);
	if (size < 0 || (size_t)size + suffix >= PATH_MAX)
		return false;
	memcpy(buffer + size, DELETED, suffix + 1);
	return true;
}

static bool tell_link(const char *link, char *buffer)
{
	char real[PATH_MAX];
	ssize_t length = sys_readlink(link, real, sizeof real - 1);
	if (length <= 0)
		return false;
	real[length] = 0;
	return reverse_path(real, buffer) || reverse_deleted(real, buffer);
}

/* What was open under REST in merged; it is gone when merged shows nothing of its kind there. */
static bool tell_name(const struct overlay *ov, const char *rest, uint8_t type, char *buffer)
{
	struct path p;
	struct node n;
	struct text t;
	text_init(&t, buffer, PATH_MAX);
	text_add(&t, ov->merged);
	text_add(&t, *rest || !ov->merged_length ? "/" : "");
	text_add(&t, rest);
	if (path_set(&p, rest, strlen(rest)) || overlay_lookup(ov, &p, &n) || n.type != type)
		text_add(&t, DELETED);
	return !text_full(&t);
}

static bool tell_cwd(char *buffer)
{
	struct base base;
	return cwd_base(&base) == 0 && base.overlay &&
	       tell_name(base.overlay, base.path, DT_DIR, buffer);
}

/* A file of a lower that was replaced or removed in merged is known by what was opened. */
static bool tell_descriptor(const char *link, int fd, char *buffer)
{
	struct descriptor d;
	struct stat st;
	if (tell_link(link, buffer))
		return true;
	if (!descriptor_find(fd, &d) || d.kind == DESCRIPTOR_OUTSIDE || d.length >= sizeof d.path)
		return false;
	const struct overlay *ov = &process_mounts()->at[d.overlay];
	if (sys_fstat(fd, &st) || st.st_dev != ov->layers[d.layer].dev)
		return false; /* the number was reused behind our back */
	return tell_name(ov, d.path, DT_UNKNOWN, buffer);
}

__attribute__((noinline)) static ssize_t tell(const char *absolute, const char *entry, bool own,
					      char *buffer, size_t size)
{
	char name[PATH_MAX];
	const char *number = text_after(entry, "fd/");
	int64_t fd = number ? text_number(number) : -1;
	bool told = false;
	if (text_same(entry, "cwd"))
		told = own ? tell_cwd(name) : tell_link(absolute, name);
	else if (text_same(entry, "exe"))
		told = (!own || handover_inside()) && tell_link(absolute, name);
	else if (fd >= 0 && fd <= INT_MAX)
		told = own ? tell_descriptor(absolute, (int)fd, name) : tell_link(absolute, name);
	if (!told)
		return -ENOENT;
	size_t length = strlen(name);
	size = size < length ? size : length;
	memcpy(buffer, name, size);
	return (ssize_t)size;
}

ssize_t proc_readlink(const char *absolute, char *buffer, size_t size)
{
	bool own;
	const char *entry = process_ready() ? entry_of(absolute, &own) : NULL;
	if (!entry || !strchr("cef", *entry))
		return -ENOENT;
	return tell(absolute, entry, own, buffer, size);
}
