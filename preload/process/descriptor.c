/* What a descriptor on merged means: which place it is open on, whatever has moved since. */
#include "internal.h"

#include <string.h>

void descriptor_set_path(struct descriptor *d, const char *path, size_t length)
{
	if (length >= sizeof d->path) {
		d->length = DESCRIPTOR_TOO_LONG;
		return;
	}
	struct path_hash parent;
	d->length = (uint16_t)length;
	memcpy(d->path, path, length);
	d->path[length] = 0;
	d->hash = path_hash(PATH_HASH_ROOT, path, length, &parent);
}

/* What was opened from within is in the upper. */
static void note_alone(struct descriptor *d, int fd, const struct place *at)
{
	struct stat st;
	if (sys_fstat(fd, &st))
		return;
	d->kind = S_ISDIR(st.st_mode) ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
	d->type = IFTODT(st.st_mode);
	d->overlay = at->alone->index;
	d->moved = overlay_generation(at->alone);
	descriptor_set_path(d, at->path.bytes + PATH_ROOM, at->path.length);
}

void descriptor_note(int fd, const struct place *at)
{
	struct descriptor d = {.kind = DESCRIPTOR_NONE};
	if (at->overlay) {
		d.kind = node_is_dir(&at->node) ? DESCRIPTOR_DIR : DESCRIPTOR_FILE;
		d.type = at->node.type;
		d.overlay = at->overlay->index;
		d.layer = at->node.layer;
		d.ino = at->node.ino;
		d.moved = overlay_generation(at->overlay);
		descriptor_set_path(&d, at->path.bytes + PATH_ROOM, at->path.length);
	} else if (at->alone) {
		note_alone(&d, fd, at);
	} else if (at->name && at->name[0] == '/' && process_leads(at->name, strlen(at->name))) {
		d.kind = DESCRIPTOR_OUTSIDE;
		descriptor_set_path(&d, at->name, text_same(at->name, "/") ? 0 : strlen(at->name));
	}
	descriptor_set(fd, &d);
}

/* The name the kernel knows FD by, turned into merged's; -ENOENT where it lies in no layer. */
static int ask(int fd, struct base *base, char *path, size_t size)
{
	const char *rest;
	ssize_t length = descriptor_real(fd, path, size);
	if (length <= 0)
		return length && length != -ENOENT ? (int)length : -EBADF;
	const bool outside = process_leads(path, (size_t)length);
	ssize_t named = reverse_path(path, size);
	const bool gone = named == -ENOENT && !outside;
	if (gone)
		named = reverse_name(path, size);
	if (named < 0 && (named != -ENOENT || !outside))
		return (int)named;
	*base = (struct base){.path = path, .leads = named < 0, .gone = gone, .layer = BASE_ANY};
	if (named >= 0)
		base->overlay = process_overlay(path, (size_t)named, &rest);
	if (named >= 0)
		rest += *rest == '/';
	else
		rest = text_same(path, "/") ? "" : path;
	struct path_hash parent;
	base->length = (uint16_t)strlen(rest);
	memmove(path, rest, base->length + 1u);
	base->hash = path_hash(PATH_HASH_ROOT, path, base->length, &parent);
	return base->overlay || base->leads ? 0 : -EBADF;
}

/* Some directory has moved, or is gone: this one, or one above, may be it. */
__attribute__((noinline)) static int follow_move(int fd, struct descriptor *d)
{
	struct base now;
	char path[NAME_SHORT];
	d->moved = overlay_generation(&process_mounts()->at[d->overlay]);
	int error = ask(fd, &now, path, sizeof path);
	if (error == -ERANGE)
		d->length = DESCRIPTOR_TOO_LONG;
	else if (error == -ENOENT)
		d->gone = true; /* of the upper, and in workdir when it was removed */
	else if (error && error != -EBADF)
		return error;
	else if (!error && now.overlay && now.overlay->index == d->overlay) {
		d->gone = now.gone;
		if (now.gone)
			descriptor_bury(fd, d);
		else
			descriptor_set_path(d, now.path, now.length);
	}
	if (!process_borrowed())
		descriptor_set(fd, d);
	return 0;
}

int descriptor_follow(int fd, struct descriptor *d)
{
	if (!descriptor_find(fd, d))
		return -EBADF;
	if (d->kind == DESCRIPTOR_OUTSIDE)
		return 0;
	const struct overlay *ov = &process_mounts()->at[d->overlay];
	int error = process_join(ov);
	if (!error && d->kind == DESCRIPTOR_DIR && d->length != DESCRIPTOR_TOO_LONG &&
	    d->moved != overlay_generation(ov))
		error = follow_move(fd, d);
	return error;
}

int descriptor_base(int fd, struct base *base, char *path, size_t size)
{
	struct descriptor d;
	int error = descriptor_follow(fd, &d);
	if (error)
		return error;
	if (d.length == DESCRIPTOR_TOO_LONG)
		return ask(fd, base, path, size);
	if (d.length >= size)
		return -ERANGE;
	const bool outside = d.kind == DESCRIPTOR_OUTSIDE;
	*base = (struct base){
		.overlay = outside ? NULL : &process_mounts()->at[d.overlay],
		.leads = outside,
		.gone = d.gone,
		.length = d.length,
		.layer = d.kind == DESCRIPTOR_DIR ? d.layer : BASE_ANY,
		.hash = d.hash,
		.path = memcpy(path, d.path, d.length + 1u),
	};
	return 0;
}

int descriptor_place(int fd, struct place *at)
{
	struct base base;
	int error = descriptor_base(fd, &base, path_rel(&at->path), PATH_MAX);
	if (error || !base.overlay)
		return error ? error : -EBADF;
	at->overlay = base.overlay;
	at->alone = NULL;
	at->slash = at->dots = at->self = at->tried = at->direct = at->glanced = false;
	at->removed = base.gone;
	at->flags = at->looks = 0;
	path_cut(&at->path, base.length);
	at->node = (struct node){0};
	return base.gone ? 0 : overlay_lookup(at->overlay, &at->path, &at->node);
}

void descriptor_show_stat(int fd, struct stat *st)
{
	struct descriptor d;
	if (!descriptor_brief(fd, &d) || d.kind == DESCRIPTOR_OUTSIDE)
		return;
	const struct overlay *ov = &process_mounts()->at[d.overlay];
	if (st->st_dev != ov->layers[d.layer].dev || IFTODT(st->st_mode) != d.type)
		return; /* the number was reused behind our back */
	struct node n = {.layer = d.layer, .ino = d.ino, .type = d.type};
	overlay_show_stat(ov, &n, st);
}
