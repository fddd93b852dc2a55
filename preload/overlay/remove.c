/* unlink and rmdir: what a lower layer has is hidden, what only the upper has is gone. */
#include "internal.h"

#include <linux/fs.h>
#include <string.h>

static int may_remove(const struct overlay *ov, struct path *p, const struct node *n)
{
	if (!ov->writable)
		return overlay_refuses(ov);
	if (node_absent(n))
		return -ENOENT;
	return may_change_parent(ov, p);
}

/* What is gone is known to be gone. */
static void end_removal(struct change *change, int error, bool below)
{
	const struct node gone = {.marks = below ? NODE_COVERED : 0};
	if (error)
		change_end(change);
	else
		change_end_with(change, &gone);
}

int overlay_unlink(const struct overlay *ov, struct path *p)
{
	struct node n;
	bool below;
	int error = overlay_lookup(ov, p, &n);
	if (!error)
		error = may_remove(ov, p, &n);
	if (!error && node_is_dir(&n))
		error = overlay_may_write_parent(ov, p);
	if (!error && node_is_dir(&n))
		error = -EISDIR;
	if (!error)
		error = overlay_lower_has(ov, p, &n, &below);
	if (!error)
		error = overlay_raise_parent(ov, p);
	if (error)
		return error;
	struct change change = change_begin(ov, p, false);
	error = below ? whiteout_place(ov, p, overlay_in_upper(ov, &n))
		      : sys_unlink(layer_path(&ov->layers[0], p));
	end_removal(&change, error, below);
	return error;
}

/*
 * The upper's directory moves out to STAGE, whiteouts inside and all, and one rename decides. What
 * another process put into it since it was found empty brings it back.
 */
static int move_out(const struct overlay *ov, struct path *p, bool below, struct stage *s)
{
	int error = below ? whiteout_stage(ov, p, s) : -EOPNOTSUPP;
	if (!error) {
		error = stage_move(s->path, layer_path(&ov->layers[0], p), RENAME_EXCHANGE);
		if (error)
			sys_unlink(s->path);
		return error;
	}
	if (error != -EOPNOTSUPP)
		return error;
	error = below ? whiteout_place(ov, p, false) : 0;
	stage_name(ov, s);
	return error ? error : stage_move(layer_path(&ov->layers[0], p), s->path, 0);
}

static bool holds_whiteouts_only(const char *path)
{
	bool xmarked = layer_is_xmarked(path), only = true;
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	char buffer[ENTRIES_SIZE] __attribute__((aligned(8)));
	ssize_t size;
	while (only && fd >= 0 && (size = sys_getdents64(fd, buffer, sizeof buffer)) > 0)
		for (ssize_t at = 0; only && at < size;) {
			const struct dirent64 *entry = (const void *)(buffer + at);
			at += entry->d_reclen;
			only = text_same(entry->d_name, ".") || text_same(entry->d_name, "..") ||
			       layer_is_mark(entry->d_name) ||
			       layer_entry_is_whiteout(fd, entry, xmarked);
		}
	return only;
}

static int remove_upper_dir(const struct overlay *ov, struct path *p, bool below)
{
	struct stage s;
	int error = move_out(ov, p, below, &s);
	if (error)
		return error;
	if (!holds_whiteouts_only(s.path) &&
	    sys_rename(s.path, layer_path(&ov->layers[0], p), below ? RENAME_EXCHANGE : 0) == 0)
		error = -ENOTEMPTY;
	stage_discard(s.path);
	return error;
}

static int remove_dir(const struct overlay *ov, struct path *p, const struct node *n, bool below)
{
	/* Nothing of it lies below: it is gone at once unless something is left in it. */
	if (!below && !node_merged(ov, n)) {
		int error = sys_rmdir(layer_path(&ov->layers[0], p));
		if (error != -ENOTEMPTY)
			return error;
	}
	int error = overlay_is_empty(ov, p, n);
	if (!error)
		error = overlay_raise_parent(ov, p);
	if (error)
		return error;
	return overlay_in_upper(ov, n) ? remove_upper_dir(ov, p, below)
				       : whiteout_place(ov, p, false);
}

int overlay_rmdir(const struct overlay *ov, struct path *p)
{
	struct node n;
	bool below;
	if (p->length == 0)
		return -EBUSY;
	int error = overlay_lookup(ov, p, &n);
	if (!error)
		error = may_remove(ov, p, &n);
	if (!error && !node_is_dir(&n))
		error = overlay_may_write_parent(ov, p);
	if (!error && !node_is_dir(&n))
		error = -ENOTDIR;
	if (!error)
		error = overlay_lower_has(ov, p, &n, &below);
	if (error)
		return error;
	struct change change = change_begin(ov, p, false);
	error = remove_dir(ov, p, &n, below);
	if (!error)
		change_removed_directory(ov);
	end_removal(&change, error, below);
	return error;
}
