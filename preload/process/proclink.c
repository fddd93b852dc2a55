/* The magic links of proc(5), which say where something lies on disk, made to speak of merged. */
#include "internal.h"

#include <string.h>

#define DELETED " (deleted)"

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

/* What lies outside is told as well where merged lies below it. */
static bool tell_outside(const char *name, char *buffer)
{
	size_t length = strlen(name);
	if (!process_leads(name, length))
		return false;
	memcpy(buffer, length ? name : "/", length ? length + 1 : 2);
	return true;
}

static bool tell_link(const char *link, char *buffer)
{
	char real[PATH_MAX];
	ssize_t length = sys_readlink(link, real, sizeof real - 1);
	if (length <= 0)
		return false;
	real[length] = 0;
	return reverse_path(real, buffer) || reverse_deleted(real, buffer) ||
	       tell_outside(real, buffer);
}

/* What was opened under the name REST in merged. */
static bool tell_name(const struct overlay *ov, const char *rest, bool gone, char *buffer)
{
	struct text t;
	text_init(&t, buffer, PATH_MAX);
	text_add(&t, ov->merged);
	text_add(&t, *rest || !ov->merged_length ? "/" : "");
	text_add(&t, rest);
	text_add(&t, gone ? DELETED : "");
	return !text_full(&t);
}

static bool tell_cwd(char *buffer)
{
	struct base base;
	struct path p;
	struct node n;
	if (cwd_base(&base))
		return false;
	if (!base.overlay)
		return tell_outside(base.path, buffer);
	bool here = path_set(&p, base.path, base.length) == 0 &&
		    overlay_lookup(base.overlay, &p, &n) == 0 && node_is_dir(&n);
	return tell_name(base.overlay, base.path, !here, buffer);
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
	return tell_name(ov, d.path, true, buffer);
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
	const char *entry = process_ready() ? proc_entry(absolute, &own) : NULL;
	if (!entry || !strchr("cef", *entry))
		return -ENOENT;
	return tell(absolute, entry, own, buffer, size);
}
