/* Names of sockets as the kernel tells them: in merged's terms. */
#include "address.h"

/* Calls that fill NAME and *SIZE, of which they look at what the caller put there first. */
static socklen_t room_of(const void *name, const socklen_t *size)
{
	return name && size && pointer_string((const char *)size, 1) != -EFAULT ? *size : 0;
}

static void reveal(long result, void *name, socklen_t room, socklen_t *size)
{
	if (result >= 0 && room)
		address_reveal(name, room, size);
}

int getsockname(int fd, __SOCKADDR_ARG name, socklen_t *size)
{
	socklen_t room = room_of(NAME_OF(name), size);
	int result = NEXT(getsockname)(fd, name, size);
	reveal(result, NAME_OF(name), room, size);
	return result;
}

int getpeername(int fd, __SOCKADDR_ARG name, socklen_t *size)
{
	socklen_t room = room_of(NAME_OF(name), size);
	int result = NEXT(getpeername)(fd, name, size);
	reveal(result, NAME_OF(name), room, size);
	return result;
}

int accept(int fd, __SOCKADDR_ARG name, socklen_t *size)
{
	socklen_t room = room_of(NAME_OF(name), size);
	int result = NEXT(accept)(fd, name, size);
	reveal(result, NAME_OF(name), room, size);
	return result;
}

int accept4(int fd, __SOCKADDR_ARG name, socklen_t *size, int flags)
{
	socklen_t room = room_of(NAME_OF(name), size);
	int result = NEXT(accept4)(fd, name, size, flags);
	reveal(result, NAME_OF(name), room, size);
	return result;
}

ssize_t recvfrom(int fd, void *data, size_t length, int flags, __SOCKADDR_ARG name, socklen_t *size)
{
	socklen_t room = room_of(NAME_OF(name), size);
	ssize_t result = NEXT(recvfrom)(fd, data, length, flags, name, size);
	reveal(result, NAME_OF(name), room, size);
	return result;
}

ssize_t __recvfrom_chk(int fd, void *data, size_t length, size_t room, int flags,
		       __SOCKADDR_ARG name, socklen_t *size)
{
	if (length > room)
		__chk_fail();
	return recvfrom(fd, data, length, flags, name, size);
}

/* Descriptors that came along may be open on merged: unix(7), SCM_RIGHTS. */
static void learn_descriptors(struct msghdr *message)
{
	struct cmsghdr *c = process_ready() ? CMSG_FIRSTHDR(message) : NULL;
	for (; c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		const int *sent = (const int *)(const void *)CMSG_DATA(c);
		const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof *sent;
		for (size_t i = 0; i < count; i++)
			descriptor_learn(sent[i]);
	}
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	bool readable = pointer_string((const char *)message, 1) != -EFAULT;
	socklen_t room = readable && message->msg_name ? message->msg_namelen : 0;
	ssize_t result = NEXT(recvmsg)(fd, message, flags);
	if (result >= 0 && room)
		address_reveal(message->msg_name, room, &message->msg_namelen);
	if (result >= 0)
		learn_descriptors(message);
	return result;
}

/* UIO_MAXIOV of <linux/uio.h>: more messages are not received at once. */
#define MESSAGES_MAX 1024

static void keep_rooms(const struct mmsghdr *messages, unsigned count, socklen_t *rooms)
{
	bool readable = pointer_string((const char *)messages, 1) != -EFAULT;
	for (unsigned i = 0; i < count; i++)
		rooms[i] = readable && messages[i].msg_hdr.msg_name
				   ? messages[i].msg_hdr.msg_namelen
				   : 0;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
	socklen_t rooms[MESSAGES_MAX];
	keep_rooms(messages, count < MESSAGES_MAX ? count : MESSAGES_MAX, rooms);
	int result = NEXT(recvmmsg)(fd, messages, count, flags, timeout);
	for (int i = 0; i < result; i++) {
		struct msghdr *message = &messages[i].msg_hdr;
		if (rooms[i])
			address_reveal(message->msg_name, rooms[i], &message->msg_namelen);
		learn_descriptors(message);
	}
	return result;
}
