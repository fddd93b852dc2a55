/*
 * What is open on a directory that is removed: it stays open, as one without a name. The lower's
 * own stays where it is on disk, full of names; so the upper's part takes its place, or a directory
 * dug for it in workdir.
 */
#include "internal.h"

#include <string.h>

/* A directory that is about to be removed; its upper part, where a lower's may be open. */
struct going {
	const struct place *at;
	bool wanted;
	int upper; /* opened, or -1 */
};

static bool is_going(const struct going *g, const struct descriptor *d)
{
	const struct path *p = &g->at->path;
	return d->kind == DESCRIPTOR_DIR && d->overlay == g->at->overlay->index && d->layer != 0 &&
	       d->length == p->length && memcmp(d->path, p->bytes + PATH_ROOM, p->length) == 0;
}

static void visit_going(int fd, const struct descriptor *d, void *data)
{
	struct going *g = data;
	struct descriptor now;
	g->wanted |= is_going(g, d) && !descriptor_follow(fd, &now) && is_going(g, &now);
}

int descriptor_hold(const struct place *at)
{
	struct going g = {.at = at};
	if (!node_is_dir(&at->node) || !overlay_in_upper(at->overlay, &at->node) ||
	    !node_merged(at->overlay, &at->node) || process_borrowed())
		return -1;
	descriptor_each(visit_going, &g);
	if (!g.wanted)
		return -1;
	PATH_BRIEF(p, at->path.length);
	path_copy(p, &at->path);
	return sys_openat(AT_FDCWD, overlay_reach(at->overlay, &at->node, p),
			  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
}

static void visit_gone(int fd, const struct descriptor *d, void *data)
{
	const struct going *g = data;
	struct descriptor now = *d;
	char link[40];
	struct text t;
	text_init(&t, link, sizeof link);
	text_add_descriptor(&t, g->upper);
	if (!is_going(g, d) || !descriptor_replace(fd, link, DT_DIR))
		return;
	now.layer = 0;
	now.ino = g->at->node.ino;
	descriptor_set(fd, &now);
}

void descriptor_gone(const struct place *at, int upper)
{
	struct going g = {.at = at, .upper = upper};
	descriptor_each(visit_gone, &g);
}

/* A directory in workdir that looks like the one REAL, and is to be removed. */
static int dig(const struct overlay *ov, const char *real, struct stage *s)
{
	const struct node directory = {.type = DT_DIR};
	if (!ov->writable || process_borrowed())
		return -ENOENT;
	int error = overlay_scratch(ov, &directory, s);
	if (!error)
		object_dress(real, s->path);
	return error;
}

void descriptor_bury(int fd, struct descriptor *d)
{
	const struct overlay *ov = &process_mounts()->at[d->overlay];
	char link[40];
	struct text t;
	struct stage s;
	struct stat st;
	text_init(&t, link, sizeof link);
	text_add_descriptor(&t, fd);
	text_add(&t, "/.");
	if (d->layer == 0 || sys_fstat(fd, &st) || dig(ov, link, &s))
		return;
	if (descriptor_replace(fd, s.path, DT_DIR)) {
		if (!d->ino)
			d->ino = overlay_show_ino(ov, d->layer, st.st_ino);
		d->layer = 0;
	}
	overlay_scratch_end(&s);
}

int cwd_bury(const struct overlay *ov)
{
	struct stage s;
	int error = dig(ov, ".", &s);
	if (error)
		return error;
	error = (int)SYS1(SYS_chdir, s.path);
	overlay_scratch_end(&s);
	return error;
}
