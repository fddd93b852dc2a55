/* call_sockets: sockets by path inside `merged`, and the names the kernel tells of them. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *here; /* stands for itself in what is shown */

static socklen_t name(struct sockaddr_un *un, const char *path)
{
	size_t length = strlen(path);

	*un = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(un->sun_path, path, length);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

static void said(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
}

static void told(const char *what, long result, const struct sockaddr_un *un, socklen_t size)
{
	size_t known = strlen(here);

	if (result < 0)
		said(what, result);
	else if (size <= offsetof(struct sockaddr_un, sun_path))
		printf("%s: unnamed\n", what);
	else if (!un->sun_path[0])
		printf("%s: abstract, %u\n", what, size);
	else if (strncmp(un->sun_path, here, known) == 0)
		printf("%s: HERE%s %zu\n", what, un->sun_path + known, size - known);
	else
		printf("%s: %s %u\n", what, un->sun_path, size);
}

static void both_names(const char *what, int fd)
{
	struct sockaddr_un un;
	socklen_t size = sizeof un;

	printf("%s ", what);
	int result = getsockname(fd, (struct sockaddr *)&un, &size);
	told("own name", result, &un, size);
	size = sizeof un;
	printf("%s ", what);
	result = getpeername(fd, (struct sockaddr *)&un, &size);
	told("peer's name", result, &un, size);
}

static void talk(int server, int client)
{
	struct sockaddr_un un;
	socklen_t size = sizeof un;
	char data[8];
	int accepted = accept4(server, (struct sockaddr *)&un, &size, SOCK_CLOEXEC);

	told("accept4", accepted, &un, size);
	both_names("accepted", accepted);
	said("write", write(client, "words", 5));
	printf("read: %zd\n", read(accepted, data, sizeof data));
	close(accepted);
}

static void stream(const char *path)
{
	struct sockaddr_un un;
	struct stat st;
	socklen_t size = name(&un, path);
	int server = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0);
	int client = socket(AF_UNIX, SOCK_STREAM, 0);
	int result = bind(server, (struct sockaddr *)&un, size);

	printf("-- %s\n", strncmp(path, here, strlen(here)) ? path : path + strlen(here));
	said("bind", result);
	if (result == 0) {
		said("lstat", lstat(path, &st));
		printf("%o\n", st.st_mode & S_IFMT);
		said("bind again", bind(second, (struct sockaddr *)&un, size));
		said("connect early", connect(client, (struct sockaddr *)&un, size));
		listen(server, 5);
		said("connect", connect(client, (struct sockaddr *)&un, size));
		both_names("server", server);
		both_names("client", client);
		talk(server, client);
		said("unlink", unlink(path));
		said("connect late", connect(second, (struct sockaddr *)&un, size));
	}
	close(server);
	close(second);
	close(client);
}

static struct msghdr message(struct sockaddr_un *un, socklen_t size, struct iovec *piece)
{
	return (struct msghdr){
		.msg_name = un, .msg_namelen = size, .msg_iov = piece, .msg_iovlen = 1};
}

static void many(int from, int to, struct sockaddr_un *un, socklen_t size)
{
	struct sockaddr_un names[2];
	char data[2][8] = {"first", "second"};
	struct iovec pieces[2] = {{data[0], 8}, {data[1], 8}};
	struct mmsghdr messages[2] = {{message(un, size, &pieces[0]), 0},
				      {message(un, size, &pieces[1]), 0}};

	printf("sendmmsg: %d\n", sendmmsg(from, messages, 2, 0));
	for (int i = 0; i < 2; i++)
		messages[i].msg_hdr = message(&names[i], sizeof names[i], &pieces[i]);
	int count = recvmmsg(to, messages, 2, MSG_DONTWAIT, NULL);
	printf("recvmmsg: %d\n", count);
	for (int i = 0; i < count; i++)
		told("recvmmsg", 0, &names[i], messages[i].msg_hdr.msg_namelen);
}

static void datagrams(const char *one, const char *other)
{
	struct sockaddr_un a, b, from;
	socklen_t a_size = name(&a, one), b_size = name(&b, other), size = sizeof from;
	int x = socket(AF_UNIX, SOCK_DGRAM, 0), y = socket(AF_UNIX, SOCK_DGRAM, 0);
	char data[8];
	struct iovec piece = {data, sizeof data};

	said("bind one", bind(x, (struct sockaddr *)&a, a_size));
	said("bind other", bind(y, (struct sockaddr *)&b, b_size));
	said("sendto", sendto(x, "abc", 3, 0, (struct sockaddr *)&b, b_size));
	ssize_t result = recvfrom(y, data, sizeof data, 0, (struct sockaddr *)&from, &size);
	told("recvfrom", result, &from, size);
	said("reply", sendto(y, "d", 1, 0, (struct sockaddr *)&from, size));
	struct msghdr m = message(&from, sizeof from, &piece);
	result = recvmsg(x, &m, 0);
	told("recvmsg", result, &from, m.msg_namelen);
	many(x, y, &b, b_size);
	unlink(one);
	unlink(other);
	said("sendto nobody", sendto(x, "abc", 3, 0, (struct sockaddr *)&b, b_size));
}

static void fail(const char *path)
{
	struct sockaddr_un un;
	socklen_t size = name(&un, path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	printf("%s ", path);
	said("connect", connect(fd, (struct sockaddr *)&un, size));
	printf("%s ", path);
	said("bind", bind(fd, (struct sockaddr *)&un, size));
	close(fd);
}

static void odd(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0merged/x"};
	socklen_t size = sizeof un;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	said("bind nowhere", bind(fd, (struct sockaddr *)16, 20));
	said("connect nowhere", connect(fd, (struct sockaddr *)16, 20));
	said("getsockname nowhere", getsockname(fd, (struct sockaddr *)16, &size));
	said("sendmsg nowhere", sendmsg(fd, (struct msghdr *)16, 0));
	said("bind abstract", bind(fd, (struct sockaddr *)&un, 12));
	both_names("abstract", fd);
}

int main(void)
{
	static const char *const wrong[] = {"merged/README", "merged/nope/x", "merged/README/x",
					    "merged/zz/",    "merged/docs",   "merged/dangling",
					    "merged/pipe",   "merged/."};
	char absolute[4096 + 16];

	here = realpath("merged", NULL);
	stream("merged/socket");
	stream("merged/docs/deep/er/socket");
	stream("merged/src/util.c");
	stream("merged/old/gone");
	stream("merged/dirlink/socket");
	if (chdir("merged/docs/deep") == 0)
		stream("socket");
	stream("../socket");
	if (chdir("../../..") < 0)
		return 1;
	snprintf(absolute, sizeof absolute, "%s/docs/socket", here);
	if (strlen(absolute) < sizeof((struct sockaddr_un *)0)->sun_path)
		stream(absolute);
	datagrams("merged/one", "merged/docs/other");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		fail(wrong[i]);
	odd();
	return 0;
}
