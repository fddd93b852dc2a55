/*
 * Holds. Who changes an attribute has looked what stands at a name, and copied it up; by the time
 * he makes the change it may have been renamed, and the whiteout that was left would take it in the
 * object's stead: that is no name any more, and yet no error. What was not put on top of a lower's
 * leaves none, and goes by its name.
 */
#include "internal.h"

/* Whether it is what FD is open on, where nothing that is remembered tells. */
static bool is_there(int fd, const char *link, uint8_t type)
{
	struct stat st;
	if (sys_fstatat(fd, "", &st, AT_EMPTY_PATH) || IFTODT(st.st_mode) != type)
		return false;
	if (S_ISREG(st.st_mode))
		return st.st_size > 0 || !layer_is_xwhiteout(link);
	return !S_ISCHR(st.st_mode) || st.st_rdev != 0;
}

/* The name was known to be the object's before FD was opened there: if it still is, so is FD. */
static bool is_known(const struct overlay *ov, struct path *p, uint8_t type)
{
	struct node now;
	return overlay_recall(ov, p, &now) && overlay_in_upper(ov, &now) && now.type == type;
}

int hold_object(struct hold *h, const struct overlay *ov, struct path *p, const struct node *n)
{
	struct text t;
	*h = HOLD_NONE;
	CLOSE_SCOPED int fd = grip_has_proc() ? grip_open(ov, p, O_NOFOLLOW) : -EMFILE;
	if (grip_wants(fd))
		return grip_take(&h->grip, ov, p);
	if (fd < 0)
		return fd;
	text_init(&t, h->link, sizeof h->link);
	text_add_descriptor(&t, fd);
	if (!is_known(ov, p, n->type) && !is_there(fd, h->link, n->type)) {
		overlay_forget(ov, p);
		return -ENOENT;
	}
	h->grip = grip_plain(h->link);
	h->grip.own = sys_steal_fd(&fd);
	return 0;
}

int hold_take(struct hold *h, const struct overlay *ov, struct path *p, const struct node *n)
{
	*h = HOLD_NONE;
	return n->marks & NODE_PURE ? grip_take(&h->grip, ov, p) : hold_object(h, ov, p, n);
}
