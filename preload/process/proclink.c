/* The magic links of proc(5), which say where something lies on disk, made to speak of merged. */
#include "internal.h"

#include <string.h>

#define DELETED " (deleted)"

/* NAME lies on disk as the kernel says, and no longer: the name it had in merged. */
static ssize_t reverse_deleted(char *name, size_t size)
{
	const size_t suffix = strlen(DELETED), length = strlen(name);
	if (length <= suffix || !text_same(name + length - suffix, DELETED))
		return -ENOENT;
	name[length - suffix] = 0;
	ssize_t kept = reverse_name(name, size - suffix);
	if (kept < 0)
		return kept;
	memcpy(name + kept, DELETED, suffix + 1);
	return kept + (ssize_t)suffix;
}

/* What lies outside is told as well where merged lies below it. */
static ssize_t tell_outside(char *name)
{
	size_t length = strlen(name);
	if (!process_leads(name, length))
		return -ENOENT;
	if (!length)
		memcpy(name, "/", 2);
	return length ? (ssize_t)length : 1;
}

static ssize_t tell_link(const char *link, char *name, size_t size)
{
	ssize_t length = sys_readlink(link, name, size);
	if (length == (ssize_t)size)
		return -ERANGE;
	if (length <= 0)
		return -ENOENT;
	name[length] = 0;
	length = reverse_path(name, size);
	if (length == -ENOENT)
		length = reverse_deleted(name, size);
	return length == -ENOENT ? tell_outside(name) : length;
}

/* What was opened under the name REST in merged. */
static ssize_t tell_name(const struct overlay *ov, const char *rest, bool gone, char *name,
			 size_t size)
{
	struct text t;
	text_init(&t, name, size);
	text_add(&t, ov->merged);
	text_add(&t, *rest || !ov->merged_length ? "/" : "");
	text_add(&t, rest);
	text_add(&t, gone ? DELETED : "");
	return text_full(&t) ? -ERANGE : (ssize_t)text_length(&t);
}

__attribute__((noinline)) static ssize_t tell_cwd(char *name, size_t size)
{
	struct base base;
	struct node n;
	int error = cwd_base(&base, name, size);
	if (error)
		return error == -ERANGE ? -ERANGE : -ENOENT;
	if (!base.overlay)
		return tell_outside(name);
	PATH_BRIEF(p, base.length);
	path_set(p, name, base.length);
	error = overlay_lookup(base.overlay, p, &n);
	bool gone = base.gone || (error != -EACCES && (error || !node_is_dir(&n)));
	return tell_name(base.overlay, path_rel(p), gone, name, size);
}

/* A file of a lower that was replaced or removed in merged is known by what was opened. */
static ssize_t tell_descriptor(const char *link, int fd, char *name, size_t size)
{
	struct descriptor d;
	struct stat st;
	const bool known = descriptor_follow(fd, &d) == 0;
	ssize_t length = tell_link(link, name, size);
	if (length != -ENOENT)
		return length;
	if (!known || d.kind == DESCRIPTOR_OUTSIDE || d.length >= sizeof d.path)
		return -ENOENT;
	const struct overlay *ov = &process_mounts()->at[d.overlay];
	if (sys_fstat(fd, &st) || st.st_dev != ov->layers[d.layer].dev)
		return -ENOENT; /* the number was reused behind our back */
	return tell_name(ov, d.path, true, name, size);
}

static ssize_t tell_own(const char *absolute, const char *entry, char *name, size_t size)
{
	const char *number = text_after(entry, "fd/");
	int64_t fd = number ? text_number(number) : -1;
	if (text_same(entry, "cwd"))
		return tell_cwd(name, size);
	if (text_same(entry, "root"))
		return sys_readlink(absolute, name, size);
	if (text_same(entry, "exe") && handover_inside())
		return tell_link(absolute, name, size);
	return fd < 0 || fd > INT_MAX ? -ENOENT : tell_descriptor(absolute, (int)fd, name, size);
}

/* The text of another process's link means nothing to us where it sees other mounts. */
static bool sees_our_mounts(const char *absolute, const char *entry)
{
	struct stat own, other;
	const size_t length = (size_t)(entry - absolute);
	char name[length + sizeof "ns/mnt"];
	memcpy(name, absolute, length);
	memcpy(name + length, "ns/mnt", sizeof "ns/mnt");
	return sys_fstatat(AT_FDCWD, "/proc/self/ns/mnt", &own, 0) == 0 &&
	       sys_fstatat(AT_FDCWD, name, &other, 0) == 0 && own.st_ino == other.st_ino;
}

static ssize_t tell_other(const char *absolute, const char *entry, char *name, size_t size)
{
	const char *number = text_after(entry, "fd/");
	const bool root = text_same(entry, "root");
	if (!root && !text_same(entry, "cwd") && !text_same(entry, "exe") &&
	    !(number && text_number(number) >= 0))
		return -ENOENT;
	if (!sees_our_mounts(absolute, entry))
		return -ENOENT;
	return root ? sys_readlink(absolute, name, size) : tell_link(absolute, name, size);
}

/* What ENTRY says, by way of ROOM bytes. */
__attribute__((noinline)) static ssize_t tell(const char *absolute, const char *entry, char *buffer,
					      size_t size, size_t room)
{
	char name[room];
	ssize_t length = proc_own(absolute) ? tell_own(absolute, entry, name, room)
					    : tell_other(absolute, entry, name, room);
	if (length < 0)
		return length;
	size = size < (size_t)length ? size : (size_t)length;
	int error = pointer_writable(buffer, size);
	if (error)
		return error;
	memcpy(buffer, name, size);
	return (ssize_t)size;
}

bool proc_leads(const char *name)
{
	const char *entry = proc_entry(name);
	if (text_starts(name, "/proc/") && spelling_climbs(name))
		return true; /* where to, a walk finds out */
	if (!entry)
		return text_starts(name, "/dev/std");
	if (text_starts(entry, "exe"))
		return handover_inside() || !proc_own(name);
	return text_starts(entry, "cwd") || text_starts(entry, "fd/") ||
	       text_starts(entry, "root/");
}

/* True when NAME, from DIRFD, is the kernel's own, in its /proc. */
static bool lies_in_proc(int dirfd, const char *name)
{
	struct stat st, proc;
	return sys_fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       sys_fstatat(AT_FDCWD, "/proc/self", &proc, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_dev == proc.st_dev;
}

ssize_t proc_reveal(int dirfd, const char *name, char *text, ssize_t length, size_t size)
{
	struct reversed r;
	if (length <= 0 || (size_t)length >= size || text[0] != '/' || !process_ready())
		return length;
	text[length] = 0;
	if (reverse_layer(text, false, &r) || !r.overlay || !lies_in_proc(dirfd, name))
		return length;
	ssize_t told = reverse_path(text, size);
	return told > 0 ? told : length;
}

ssize_t proc_readlink(const char *absolute, char *buffer, size_t size)
{
	const char *entry = process_ready() ? proc_entry(absolute) : NULL;
	if (!entry || !text_find("cefr", *entry))
		return -ENOENT;
	ssize_t length = tell(absolute, entry, buffer, size, NAME_SHORT);
	if (length == -ERANGE)
		length = tell(absolute, entry, buffer, size, PATH_MAX);
	return length == -ERANGE ? -ENOENT : length;
}
