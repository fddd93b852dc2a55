/*
 * What a descriptor is open on, as far as the kernel can tell: for one that another process sent,
 * and in a child of vfork, which has its parent's table and descriptors of its own.
 */
#include "internal.h"

#include <string.h>

/* True when what the kernel calls REAL may be what D says. */
static bool agrees(const struct descriptor *d, const char *real)
{
	if (d->kind == DESCRIPTOR_NONE || d->length >= sizeof d->path)
		return false;
	if (d->kind == DESCRIPTOR_OUTSIDE)
		return text_same(real, d->path);
	const struct layer *layer = &process_mounts()->at[d->overlay].layers[d->layer];
	if (!text_below(real, strlen(real), layer->root, layer->root_length))
		return false;
	real += layer->root_length;
	const char *rest = text_after(real + (*real == '/'), d->path);
	return rest && (!*rest || text_same(rest, " (deleted)"));
}

ssize_t descriptor_real(int fd, char *real, size_t size)
{
	char link[40];
	struct text t;
	text_init(&t, link, sizeof link);
	text_add_descriptor(&t, fd);
	ssize_t length = sys_readlink(link, real, size);
	if (length == (ssize_t)size)
		return -ERANGE;
	if (length > 0)
		real[length] = 0;
	return length;
}

/* Cuts off what the kernel adds to the name of what was removed. */
static void cut_deleted(char *real)
{
	static const char suffix[] = " (deleted)";
	const size_t length = strlen(real), size = sizeof suffix - 1;
	if (length > size && text_same(real + length - size, suffix))
		real[length - size] = 0;
}

/* The number programs know it by, where that is not its own. */
__attribute__((noinline)) static uint64_t number_of(const struct overlay *ov, unsigned layer,
						    const char *rest)
{
	const size_t length = strlen(rest);
	PATH_BRIEF(p, length);
	struct node n;
	if (path_set(p, rest, length) || overlay_lookup(ov, p, &n) || n.layer != layer)
		return 0;
	return n.ino;
}

/* A directory that merged does not show is somebody's own look into a layer. */
static bool learn_inside(int fd, struct descriptor *d, char *real)
{
	struct stat st;
	struct reversed r;
	/* Of what nobody can tell at the moment: a name of merged's does no harm to a layer. */
	const bool shown = reverse_layer(real, true, &r) || r.overlay;
	if (!shown)
		cut_deleted(real);
	reverse_layer(real, false, &r);
	const struct overlay *ov = r.overlay;
	if (!ov || sys_fstat(fd, &st) || (S_ISDIR(st.st_mode) && !shown && st.st_nlink > 0))
		return false;
	d->kind = S_ISDIR(st.st_mode) ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
	d->type = IFTODT(st.st_mode);
	d->overlay = ov->index;
	d->layer = (uint16_t)r.layer;
	d->ino = number_of(ov, r.layer, r.rest);
	d->moved = overlay_generation(ov);
	d->gone = false;
	descriptor_set_path(d, r.rest, strlen(r.rest));
	return true;
}

/* 1 or 0; -ERANGE where SIZE bytes do not hold the name. */
static int ask(int fd, struct descriptor *d, size_t size)
{
	char real[size];
	ssize_t length = descriptor_real(fd, real, size);
	if (length <= 0)
		return length == -ERANGE ? -ERANGE : 0;
	if (agrees(d, real) || learn_inside(fd, d, real))
		return 1;
	if (!process_leads(real, strlen(real)))
		return 0;
	d->kind = DESCRIPTOR_OUTSIDE;
	d->gone = false;
	descriptor_set_path(d, real, text_same(real, "/") ? 0 : strlen(real));
	return 1;
}

bool descriptor_ask(int fd, struct descriptor *d)
{
	int known = ask(fd, d, NAME_SHORT);
	return (known == -ERANGE ? ask(fd, d, PATH_MAX) : known) > 0;
}

void descriptor_learn(int fd)
{
	struct descriptor d = {.kind = DESCRIPTOR_NONE};
	if (!descriptor_ask(fd, &d))
		d.kind = DESCRIPTOR_NONE;
	descriptor_set(fd, &d);
}
