/* What stands at a path: the rules by which one layer hides another. */
#include "internal.h"

static uint64_t part_bit(const struct overlay *ov, unsigned layer)
{
	return 1ULL << (layer >> ov->part_shift);
}

unsigned node_next_part(const struct overlay *ov, const struct node *n, unsigned from)
{
	for (unsigned i = from; i < n->end; i++)
		if (n->parts & part_bit(ov, i))
			return i;
	return ov->layer_count;
}

bool node_merged(const struct overlay *ov, const struct node *n)
{
	return node_is_dir(n) && node_next_part(ov, n, n->layer + 1u) < ov->layer_count;
}

void overlay_root(const struct overlay *ov, struct node *n)
{
	*n = (struct node){
		.type = DT_DIR,
		.end = ov->layer_count,
		.parts = ~0ULL,
		.marks = NODE_XWHITE | NODE_STICKY | (ov->writable ? NODE_IMPURE : 0),
	};
}

bool node_take(const struct overlay *ov, unsigned layer, const struct look *look, struct node *n)
{
	bool first = node_absent(n);
	if (look->type == DT_WHT) {
		if (first && ov->writable && layer == 0)
			n->marks |= NODE_COVERED;
		return true;
	}
	if (look->type != DT_DIR) {
		if (first) {
			n->type = look->type;
			n->layer = (uint16_t)layer;
		}
		return true;
	}
	if (first) {
		n->type = DT_DIR;
		n->layer = (uint16_t)layer;
	} else if (!n->ino && ov->writable && n->layer == 0) {
		/* A merged directory is known by its topmost lower part, so copy-up keeps it. */
		n->ino = overlay_show_ino(ov, layer, look->ino);
	}
	n->parts |= part_bit(ov, layer);
	n->end = (uint16_t)(layer + 1);
	if (first && (look->marks & MARK_OPEN))
		n->marks |= NODE_OPEN;
	if (first && (look->marks & MARK_STICKY))
		n->marks |= NODE_STICKY;
	if (first && layer == 0 && (look->marks & MARK_IMPURE))
		n->marks |= NODE_IMPURE;
	if (look->marks & MARK_XWHITE)
		n->marks |= NODE_XWHITE;
	if (look->marks & MARK_UNREAD)
		n->marks |= NODE_UNREAD;
	return look->marks & MARK_OPAQUE;
}

/* True when a ".wh." file in one of the parts above LAYER, from FROM on, hides P. */
static bool hidden_above(const struct parts *parts, struct path *p, unsigned from, unsigned layer,
			 bool *by_upper, unsigned *vain)
{
	const struct overlay *ov = parts->overlay;
	for (unsigned i = parts_next_hiding(parts, from); i < layer;
	     i = parts_next_hiding(parts, i + 1)) {
		if (layer_hides(&ov->layers[i], p)) {
			*by_upper = ov->writable && i == 0;
			return true;
		}
		++*vain;
	}
	return false;
}

/*
 * The kernel checks search permission on the merged directory, which is its topmost part; what is
 * found in another part is reached past that one, so it is asked here: unless that part was looked
 * into for the name, which the kernel allows to nobody else.
 */
static int may_search(const struct overlay *ov, const struct node *parent, struct path *p)
{
	PATH_PARENT(p);
	return overlay_may_search(ov, parent, p);
}

/*
 * Looks through PARTS in the layers from FROM on, until those below can add no more. SEEN, where it
 * is not NULL, is what lstat says of the topmost object; VAIN counts the looks that showed nothing.
 */
static int look_through(const struct parts *parts, struct path *p, unsigned from, struct node *n,
			struct stat *seen, unsigned *vain)
{
	const struct overlay *ov = parts->overlay;
	const struct node *parent = parts->parent;
	unsigned unseen = parent->layer; /* parts from here on showed nothing of that name */
	bool may = from > parent->layer; /* search the directory, or whoever asks will see */
	for (unsigned i = parts_next(parts, from), next; i < ov->layer_count; i = next) {
		struct look look;
		next = parts_next(parts, i + 1);
		/* An upper's marks always matter; a lower's only where something lies below. */
		bool upper = ov->writable && i == 0;
		bool want_marks = upper || node_next_part(ov, parent, i + 1) < ov->layer_count;
		int error = layer_look(&ov->layers[i], p, want_marks, &look,
				       node_absent(n) ? seen : NULL);
		if (error)
			return error;
		may |= i == parent->layer;
		if (look.type == DT_UNKNOWN) {
			*vain += !upper && next < ov->layer_count;
			continue;
		}
		error = may ? 0 : may_search(ov, parent, p);
		if (error)
			return error;
		bool by_upper = false;
		if (hidden_above(parts, p, unseen, i, &by_upper, vain)) {
			if (by_upper && node_absent(n))
				n->marks |= NODE_COVERED;
			return 0;
		}
		if (look.marks & MARK_ELSEWHERE)
			return -EPERM; /* as the kernel, where it is not to follow */
		unseen = node_next_part(ov, parent, i + 1);
		if (node_take(ov, i, &look, n))
			return 0;
	}
	return 0;
}

/* What P is, by a look at the layers from FROM on. DIR is the hash of PARENT's path, or 0. */
static int look_for(const struct overlay *ov, const struct node *parent, struct path *p,
		    uint64_t dir, unsigned from, struct node *n, struct stat *seen)
{
	const struct parts parts = parts_of(ov, parent, path_rel(p) + path_last(p), dir);
	unsigned vain = 0;
	int error = look_through(&parts, p, from, n, seen, &vain);
	if (!error && vain)
		parts_in_vain(&parts, p, vain);
	return error;
}

/*
 * True when PARENT is what is known of P's directory now. Another process may have made something
 * else of it since the caller looked; what is found below it then is not to be remembered.
 */
static bool parent_stands(const struct overlay *ov, const struct node *parent, struct path *p)
{
	struct node now;
	PATH_PARENT(p);
	return overlay_recall(ov, p, &now) && now.layer == parent->layer &&
	       now.parts == parent->parts && now.end == parent->end;
}

/*
 * A lower's object was found while its name changed: what hides it may have been given another form
 * between a look for the one and a look for the other. A further look tells.
 */
static bool in_between(const struct overlay *ov, const struct path_key *key,
		       const struct stamp *stamp, const struct node *n)
{
	return ov->shared && !node_absent(n) && !overlay_in_upper(ov, n) &&
	       (stamp->name == STAMP_NEVER || stamp->name != stamp_now(ov, key).name);
}

int overlay_glance(const struct overlay *ov, const struct node *parent, struct path *p,
		   const struct path_key *known, struct node *n, struct stat *seen)
{
	if (seen)
		seen->st_mode = 0;
	const struct path_key key = known ? *known : path_key(p);
	if (!known && overlay_recall_hash(ov, key.hash, n))
		return 0;
	*n = (struct node){0};
	if (layer_is_mark(path_rel(p) + path_last(p)))
		return 0;
	struct stamp stamp;
	bool sure;
	int error, looks = 0;
	do {
		stamp = stamp_now(ov, &key);
		sure = parent_stands(ov, parent, p);
		*n = (struct node){.dir = key.parent};
		if (seen)
			seen->st_mode = 0;
		error = look_for(ov, parent, p, key.parent, parent->layer, n, seen);
	} while (!error && ++looks < 2 && in_between(ov, &key, &stamp, n));
	stamp_missed(ov, &key, &stamp);
	if (error)
		return error;
	/* A merged directory has its number from below already; one that moved keeps it here. */
	if (overlay_in_upper(ov, n) && !node_absent(n) && !n->ino && (parent->marks & NODE_IMPURE))
		n->ino = overlay_read_origin(ov, p);
	if (sure)
		cache_keep(ov, &key, n, stamp);
	return 0;
}

bool overlay_tells_new(const struct overlay *ov, const struct node *parent)
{
	return overlay_in_upper(ov, parent) && !node_merged(ov, parent);
}

int overlay_step(const struct overlay *ov, const struct node *parent, struct path *p,
		 struct node *n)
{
	return overlay_glance(ov, parent, p, NULL, n, NULL);
}

bool overlay_recall(const struct overlay *ov, const struct path *p, struct node *n)
{
	if (p->length == 0) {
		overlay_root(ov, n);
		return true;
	}
	return overlay_recall_hash(ov, path_key(p).hash, n);
}

void overlay_forget(const struct overlay *ov, struct path *p)
{
	cache_drop(ov, p);
}

int overlay_may_search(const struct overlay *ov, const struct node *n, struct path *p)
{
	if ((n->marks & NODE_OPEN) || SYS1(SYS_geteuid, 0) == 0)
		return 0;
	return sys_faccessat(AT_FDCWD, overlay_reach(ov, n, p), X_OK, AT_EACCESS);
}

/* Steps N, a directory, on to the prefix of P that is AT bytes long. */
static int step_to(const struct overlay *ov, struct path *p, size_t at, struct node *n)
{
	struct node parent = *n;
	if (!node_is_dir(n))
		return node_absent(n) ? -ENOENT : -ENOTDIR;
	PATH_AT(p, at);
	return overlay_step(ov, &parent, p, n);
}

int overlay_lookup(const struct overlay *ov, struct path *p, struct node *n)
{
	const char *rel = path_rel(p);
	int error = 0;
	if (overlay_recall(ov, p, n))
		return 0;
	overlay_root(ov, n);
	for (size_t at = 0; !error && at < p->length; at++) {
		while (at < p->length && rel[at] != '/')
			at++;
		error = step_to(ov, p, at, n);
	}
	return error;
}

int overlay_lookup_parent(const struct overlay *ov, struct path *p, struct node *n)
{
	PATH_PARENT(p);
	int error = overlay_lookup(ov, p, n);
	if (!error && !node_is_dir(n))
		error = node_absent(n) ? -ENOENT : -ENOTDIR;
	return error;
}

int overlay_lower_has(const struct overlay *ov, struct path *p, const struct node *known, bool *has)
{
	struct node parent, n = {0};
	*has = false;
	if (known->marks & NODE_PURE)
		return 0;
	if (!node_absent(known) && (!overlay_in_upper(ov, known) || node_merged(ov, known))) {
		*has = true;
		return 0;
	}
	int error = overlay_lookup_parent(ov, p, &parent);
	if (error)
		return error;
	parent.layer = (uint16_t)node_next_part(ov, &parent, ov->writable ? 1 : 0);
	error = look_for(ov, &parent, p, 0, parent.layer, &n, NULL);
	*has = !node_absent(&n);
	return error;
}

int overlay_step_below(const struct overlay *ov, const struct node *parent, struct path *p,
		       uint64_t dir, struct node *n)
{
	*n = (struct node){0};
	if (layer_is_mark(path_rel(p) + path_last(p)))
		return 0;
	return look_for(ov, parent, p, dir, 1, n, NULL);
}
