/* Sockets by path: a socket is made in the upper, and met where merged shows it. */
#include "address.h"

#include <string.h>

static int connect_inside(int fd, struct place *at)
{
	ADDRESS_SCOPED struct address a = {.fd = -1};
	const char *path;
	int error = file_reach(at, &path);
	if (!error)
		error = address_set(&a, path, false);
	return error ? (int)edge(error) : NEXT(connect)(fd, (const void *)&a.name, a.size);
}

static int connect_outside(int fd, const struct target *t, const void *name, socklen_t size)
{
	ADDRESS_SCOPED struct address a;
	int way = address_outside(&a, t, false);
	if (way < 0)
		return (int)edge(way);
	return way ? NEXT(connect)(fd, (const void *)&a.name, a.size)
		   : NEXT(connect)(fd, name, size);
}

int connect(int fd, __CONST_SOCKADDR_ARG name, socklen_t size)
{
	struct target t;
	int result, error = target_find(&t, NAME_OF(name), size, PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do
		result = t.at.overlay ? connect_inside(fd, &t.at)
				      : connect_outside(fd, &t, NAME_OF(name), size);
	while (again(result, &t.at));
	return result;
}

static int bind_to(int fd, const char *path, struct address *a)
{
	int error = address_set(a, path, true);
	if (!error && NEXT(bind)(fd, (const void *)&a->name, a->size) < 0)
		error = -errno;
	return error;
}

static int bind_inside(int fd, struct target *t)
{
	ADDRESS_SCOPED struct address a = {.fd = -1};
	struct birth b;
	struct place *at = &t->at;
	int error = at->slash && node_absent(&at->node) ? -ENOENT : 0;
	if (!error)
		error = overlay_birth_begin(&b, at->overlay, &at->path, &at->node, DT_SOCK);
	if (error)
		return error == -EEXIST ? -EADDRINUSE : error;
	/* A socket keeps the name it was bound by, so it cannot be made elsewhere and moved here.
	 */
	error = b.staged ? overlay_birth_in_place(&b) : 0;
	if (!error)
		error = bind_to(fd, layer_path(&at->overlay->layers[0], &at->path), &a);
	error = overlay_birth_end(&b, error);
	if (!error)
		address_remember(&a, t->path);
	return error;
}

static int bind_outside(int fd, const struct target *t, const void *name, socklen_t size)
{
	ADDRESS_SCOPED struct address a;
	int way = address_outside(&a, t, true);
	if (way < 0)
		return (int)edge(way);
	return way ? NEXT(bind)(fd, (const void *)&a.name, a.size) : NEXT(bind)(fd, name, size);
}

int bind(int fd, __CONST_SOCKADDR_ARG name, socklen_t size)
{
	struct target t;
	int result, error = target_find(&t, NAME_OF(name), size, PLACE_NAME);
	if (error)
		return (int)edge(error);
	do
		result = t.at.overlay ? (int)edge(bind_inside(fd, &t))
				      : bind_outside(fd, &t, NAME_OF(name), size);
	while (again(result, &t.at));
	return result;
}

/* --- messages to a name --- */

static ssize_t send_by(int fd, const struct msghdr *message, int flags, struct address *a)
{
	struct msghdr copy = *message;
	copy.msg_name = &a->name;
	copy.msg_namelen = a->size;
	return NEXT(sendmsg)(fd, &copy, flags);
}

static ssize_t send_inside(int fd, const struct msghdr *message, int flags, struct place *at)
{
	ADDRESS_SCOPED struct address a = {.fd = -1};
	const char *path;
	int error = file_reach(at, &path);
	if (!error)
		error = address_set(&a, path, false);
	return error ? edge(error) : send_by(fd, message, flags, &a);
}

static ssize_t send_outside(int fd, const struct msghdr *message, int flags, const struct target *t)
{
	ADDRESS_SCOPED struct address a;
	int way = address_outside(&a, t, false);
	if (way < 0)
		return edge(way);
	return way ? send_by(fd, message, flags, &a) : NEXT(sendmsg)(fd, message, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct target t;
	if (pointer_string((const char *)message, 1) == -EFAULT || !message->msg_name)
		return NEXT(sendmsg)(fd, message, flags);
	int error = target_find(&t, message->msg_name, message->msg_namelen, PLACE_FOLLOW);
	if (error)
		return edge(error);
	ssize_t result;
	do
		result = t.at.overlay ? send_inside(fd, message, flags, &t.at)
				      : send_outside(fd, message, flags, &t);
	while (again(result, &t.at));
	return result;
}

ssize_t sendto(int fd, const void *data, size_t length, int flags, __CONST_SOCKADDR_ARG name,
	       socklen_t size)
{
	struct target t;
	int error = target_find(&t, NAME_OF(name), size, PLACE_FOLLOW);
	if (error)
		return edge(error);
	struct iovec piece = {(void *)(uintptr_t)data, length};
	const struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
	ssize_t result;
	do
		result = t.at.overlay   ? send_inside(fd, &message, flags, &t.at)
			 : t.at.crossed ? send_outside(fd, &message, flags, &t)
					: NEXT(sendto)(fd, data, length, flags, name, size);
	while (again(result, &t.at));
	return result;
}

static bool any_inside(struct mmsghdr *messages, unsigned count)
{
	struct target t;
	for (unsigned i = 0; i < count; i++)
		if (messages[i].msg_hdr.msg_name &&
		    (target_find(&t, messages[i].msg_hdr.msg_name, messages[i].msg_hdr.msg_namelen,
				 PLACE_FOLLOW) ||
		     t.at.overlay || t.at.crossed))
			return true;
	return false;
}

/* Where one of them goes inside, they go one by one: as many as go are counted. */
int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	unsigned sent = 0;
	ssize_t size = 0;
	if (pointer_string((const char *)messages, 1) == -EFAULT || !any_inside(messages, count))
		return NEXT(sendmmsg)(fd, messages, count, flags);
	while (sent < count && (size = sendmsg(fd, &messages[sent].msg_hdr, flags)) >= 0)
		messages[sent++].msg_len = (unsigned)size;
	return sent ? (int)sent : (int)size;
}
