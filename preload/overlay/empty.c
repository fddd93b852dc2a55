/* Is a merged directory empty? */
#include "internal.h"

#include <string.h>

/* A directory, and the path that stands at it. */
struct asked {
	const struct overlay *overlay;
	struct path *path;
};

/* 0 where the name is known not to show, as of one just removed; -EAGAIN where nothing is known. */
static int shows(struct reading *reading, const struct dirent64 *entry, void *data)
{
	struct asked *asked = data;
	struct path *p = asked->path;
	struct node n;
	const size_t length = p->length;
	(void)reading;
	if (layer_is_mark(entry->d_name) || path_push(p, entry->d_name, strlen(entry->d_name)))
		return -EAGAIN;
	bool known = overlay_recall(asked->overlay, p, &n);
	path_cut(p, length);
	return !known ? -EAGAIN : node_absent(&n) ? 0 : -ENOTEMPTY;
}

/* What the names on disk are remembered to be: -EAGAIN where one of them is not. */
static int recall(const struct overlay *ov, struct path *p, const struct node *n)
{
	struct asked asked = {ov, p};
	int error = 0;
	for (unsigned i = n->layer; !error && i < ov->layer_count;
	     i = node_next_part(ov, n, i + 1)) {
		error = entries_each(layer_path(&ov->layers[i], p), shows, &asked);
		/* A part may be one of a group of layers that has it not. */
		if ((error == -ENOENT || error == -ENOTDIR) && i != n->layer)
			error = 0;
	}
	return error;
}

static int list(const struct overlay *ov, struct path *p, const struct node *n)
{
	struct listing *list = overlay_list(ov, p, n);
	if (sys_failed(list))
		return (int)(intptr_t)list;
	int error = 0;
	for (size_t at = 0; !error && at < list->size;) {
		const struct dirent64 *entry = (const void *)(list->records + at);
		at += entry->d_reclen;
		if (!text_same(entry->d_name, ".") && !text_same(entry->d_name, ".."))
			error = -ENOTEMPTY;
	}
	listing_free(list);
	return error;
}

int overlay_is_empty(const struct overlay *ov, struct path *p, const struct node *n)
{
	int error = recall(ov, p, n);
	return error == -EAGAIN ? list(ov, p, n) : error;
}
