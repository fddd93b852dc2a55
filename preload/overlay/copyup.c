/* Copy-up: an object of a lower layer gets its twin in the upper, published by one rename. */
#include "internal.h"
#include "copy.h"

#include <linux/fs.h>
#include <string.h>

/* The caller need not be allowed to write where a copy comes to stand. */
static int publish_lent(struct stage *s, const struct grip *at)
{
	char text[GRIP_DIRECTORY];
	LOAN_SCOPED loan;
	int error;
	{
		PATH_PARENT(at->path);
		error = layer_lend(&loan, AT_FDCWD, grip_directory(at, text));
	}
	return error ? error : stage_publish(s, at, RENAME_NOREPLACE);
}

static int publish(struct stage *s, const struct grip *at)
{
	int error = stage_publish(s, at, RENAME_NOREPLACE);
	return error == -EACCES ? publish_lent(s, at) : error;
}

/* What a directory's times were, to be put back: a copy-up is no change of it. */
struct kept_times {
	struct timespec at[2];
	bool known;
};

static struct kept_times keep_times(int dirfd, const char *path)
{
	struct stat st;
	if (sys_fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return (struct kept_times){.known = false};
	return (struct kept_times){{st.st_atim, st.st_mtim}, true};
}

static void restore_times(int dirfd, const char *path, const struct kept_times *times)
{
	if (times->known)
		sys_utimensat(dirfd, path, times->at,
			      AT_SYMLINK_NOFOLLOW | (*path ? 0 : AT_EMPTY_PATH));
}

/* Of the directory that AT is a name in. */
static struct kept_times keep_parent(const struct grip *at)
{
	PATH_PARENT(at->path);
	return keep_times(at->dirfd, at->dirfd == AT_FDCWD ? grip_name(at) : "");
}

static void restore_parent(const struct grip *at, const struct kept_times *times)
{
	PATH_PARENT(at->path);
	restore_times(at->dirfd, at->dirfd == AT_FDCWD ? grip_name(at) : "", times);
}

/* Says of P's directory that it holds entries with origins: whoever lists it must look at them. */
int mark_parent_impure(const struct overlay *ov, const struct grip *at)
{
	char text[GRIP_DIRECTORY];
	struct path *p = at->path;
	struct node parent;
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error || ((parent.marks & NODE_IMPURE) && path_parent_length(p)))
		return error;
	PATH_PARENT(p);
	const char *path = grip_directory(at, text);
	if (!p->length)
		return layer_mark(path, "impure", "y"); /* everybody takes it for that */
	CHANGE_SCOPED change = change_begin(ov, p, false);
	error = layer_mark(path, "impure", "y");
	if (!error && change_knew(&change, &parent)) {
		parent.marks |= NODE_IMPURE;
		change_end_with(&change, &parent);
	}
	return error;
}

/* Another process was first, or took the name away: look again. */
static int look_again(const struct overlay *ov, struct path *p, struct node *n)
{
	overlay_forget(ov, p);
	int error = overlay_lookup(ov, p, n);
	if (error)
		return error;
	return overlay_in_upper(ov, n) && !node_absent(n) ? 0 : -ENOENT;
}

/* True when P is what N says still; with a look at what was remembered where that holds. */
static bool still_there(const struct overlay *ov, struct path *p, const struct node *n)
{
	struct node now;
	return overlay_lookup(ov, p, &now) == 0 && node_same(&now, n);
}

/* LEADS: another directory follows into this one, which so has an entry with an origin. */
static int copy_up_now(const struct overlay *ov, struct path *p, struct node *n,
		       uint64_t generation, bool leads, int *empty)
{
	CLOSE_SCOPED int file = -1;
	struct copied copied;
	struct node known;
	STAGE_SCOPED s;
	stage_begin(ov, &s);
	int error = copy_object(ov, n->layer, overlay_reach(ov, n, p), s.path, empty ? &file : NULL,
				&copied);
	if (error)
		return error;
	if (leads && copied.origin && layer_mark(s.path, "impure", "y") == 0)
		n->marks |= NODE_IMPURE;
	stage_arrives(&s);
	if (generation != overlay_generation(ov)) {
		overlay_forget(ov, p);
		if (!still_there(ov, p, n))
			return look_again(ov, p, n);
	}
	CHANGE_SCOPED change = change_begin(ov, p, false);
	GRIP_SCOPED at = GRIP_NONE;
	error = grip_take(&at, ov, p);
	if (!error && copied.origin)
		error = mark_parent_impure(ov, &at);
	if (error)
		return error;
	struct kept_times times = keep_parent(&at);
	error = publish(&s, &at);
	if (error)
		return error == -EEXIST ? look_again(ov, p, n) : error;
	restore_parent(&at, &times);
	bool same = change_knew(&change, &known) && node_same(&known, n);
	if (copied.origin && !n->ino)
		n->ino = copied.ino;
	n->layer = 0;
	if (node_is_dir(n)) {
		n->parts |= 1;
		n->marks |= NODE_FRESH;
	}
	/* A directory without an origin has the number of a lower part, which is not known here. */
	if (same && (n->ino || !node_is_dir(n)))
		change_end_with(&change, n);
	if (empty)
		*empty = sys_steal_fd(&file);
	return 0;
}

/*
 * Copies up P alone, which was N at that GENERATION; its parent is in the upper. If that is no
 * directory any more, it was moved away or removed, and a whiteout is there.
 */
static int copy_up_one(const struct overlay *ov, struct path *p, struct node *n,
		       uint64_t generation, bool leads, int *empty)
{
	int error = copy_up_now(ov, p, n, generation, leads, empty);
	return error == -ENOTDIR ? look_again(ov, p, n) : error;
}

/* Copies up the directory that is the first AT bytes of P: the LAST of those, or not. */
static int raise_prefix(const struct overlay *ov, struct path *p, size_t at, bool last)
{
	struct node n;
	PATH_AT(p, at);
	const uint64_t generation = overlay_generation(ov);
	int error = overlay_lookup(ov, p, &n);
	if (error)
		return error;
	if (!node_is_dir(&n))
		return node_absent(&n) ? -ENOENT : -ENOTDIR;
	return overlay_in_upper(ov, &n) ? 0 : copy_up_one(ov, p, &n, generation, !last, NULL);
}

int overlay_raise_parent(const struct overlay *ov, struct path *p)
{
	struct node parent;
	if (!ov->writable)
		return overlay_refuses(ov);
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error || overlay_in_upper(ov, &parent))
		return error;
	const size_t end = path_parent_length(p);
	for (size_t at = 1; !error && at <= end; at++)
		if (at == end || path_rel(p)[at] == '/')
			error = raise_prefix(ov, p, at, at == end);
	return error;
}

int overlay_copy_up(const struct overlay *ov, struct path *p, struct node *n, int *empty)
{
	if (node_absent(n))
		return -ENOENT;
	if (!ov->writable)
		return overlay_refuses(ov);
	if (overlay_in_upper(ov, n))
		return 0;
	const uint64_t generation = overlay_generation(ov);
	if (!still_there(ov, p, n))
		return look_again(ov, p, n);
	int error = overlay_raise_parent(ov, p);
	return error ? error : copy_up_one(ov, p, n, generation, false, empty);
}

static int copy_up_entries(const struct overlay *ov, struct path *p, const struct listing *list)
{
	int error = 0;
	for (size_t at = 0; !error && at < list->size;) {
		const struct dirent64 *entry = (const void *)(list->records + at);
		size_t length = p->length;
		struct node child;
		at += entry->d_reclen;
		if (text_same(entry->d_name, ".") || text_same(entry->d_name, ".."))
			continue;
		error = path_push(p, entry->d_name, strlen(entry->d_name));
		if (!error)
			error = overlay_lookup(ov, p, &child);
		if (!error && !node_absent(&child))
			error = overlay_copy_up_tree(ov, p, &child);
		if (error == -ENOENT)
			error = 0; /* it went meanwhile */
		path_cut(p, length);
	}
	return error;
}

/*
 * The upper directory P is to stand for its lower part alone from now on: it keeps the number that
 * it had by it, and the kernel, which looks for whiteouts only where there was a lower part, hides
 * those that are left.
 */
static int write_origin(const struct overlay *ov, struct path *p, const struct node *n,
			const struct grip *at)
{
	char text[GRIP_PATH];
	const unsigned layer = node_next_part(ov, n, 1);
	char *path = layer_path(&ov->layers[layer], p);
	const size_t size = strlen(path) + 1;
	char lower[size];
	memcpy(lower, path, size);
	return layer_write_origin(&ov->layers[layer], lower, n->ino, ov->several,
				  grip_path(at, text))
		       ? mark_parent_impure(ov, at)
		       : 0;
}

/* All that shows in the directory P is in the upper: an opaque mark cuts it off from below. */
__attribute__((noinline)) static int cut_off(const struct overlay *ov, struct path *p,
					     struct node *n, bool had)
{
	CHANGE(ov, p, true);
	char text[GRIP_PATH];
	GRIP_SCOPED at = GRIP_NONE;
	int error = grip_take(&at, ov, p);
	if (!error && had && n->ino)
		error = write_origin(ov, p, n, &at);
	if (!error)
		error = mark_opaque(ov, p);
	if (!error) {
		const char *path = grip_path(&at, text);
		struct kept_times times = keep_times(AT_FDCWD, path);
		whiteouts_drop(path, n->marks & NODE_XWHITE ? DROP_XATTR : 0);
		restore_times(AT_FDCWD, path, &times);
		n->parts = 1;
		n->end = 1;
	}
	return error;
}

/*
 * One object after another comes up, and the view stays what it is at every step; when all of a
 * directory is in the upper, an opaque mark cuts it off from below.
 */
int overlay_copy_up_tree(const struct overlay *ov, struct path *p, struct node *n)
{
	const bool had = overlay_in_upper(ov, n);
	if (!node_is_dir(n) || (had && !node_merged(ov, n)))
		return overlay_copy_up(ov, p, n, NULL);
	/* What may not be read is not copied up; names that come later are in the upper. */
	struct listing *list = overlay_list(ov, p, n);
	if (sys_failed(list))
		return (int)(intptr_t)list;
	int error = overlay_copy_up(ov, p, n, NULL);
	if (!error)
		error = copy_up_entries(ov, p, list);
	listing_free(list);
	if (error)
		return error;
	return cut_off(ov, p, n, had);
}
