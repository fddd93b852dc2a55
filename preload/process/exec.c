/* Starting a program: under its path on disk, with what its process needs to go on in merged. */
#include "internal.h"

#include "overlain/debug.h"

#include <string.h>

size_t exec_count(char *const argv[])
{
	size_t count = 0;
	while (argv && argv[count])
		count++;
	return count;
}

const char *exec_base_name(const char *path)
{
	for (const char *slash; (slash = text_find(path, '/'));)
		path = slash + 1;
	return path;
}

int exec_hand_over(struct start *s, const struct program *p)
{
	s->audited = auditor_wanted(s, p);
	s->roomy = s->audited && auditor_room_wanted(s, p);
	const struct environment_room room = environment_measure(s);
	char *slots[room.slots];
	char bytes[room.lists + room.state];
	environment_fill(s, &room, slots, bytes);
	if (debug_on(DEBUG_EXEC))
		debug_say("exec ", s->name, " as ", s->path, NULL);
	return s->call(s->path, s->argv, slots, s->data);
}

int exec_start(struct start *s, struct place *at, const char *name, char *const argv[])
{
	struct program p;
	int error = program_look(at, &p);
	if (error)
		return error;
	if (s->depth == 0)
		s->name = name;
	/* A script the kernel can find its way with is left to it. */
	s->ours |= at->overlay || at->name != at->asked;
	if (s->depth == 0 || s->ours) {
		s->path = p.path;
		s->argv = argv;
	}
	if (script_is(&p)) {
		s->inside = false; /* it is the interpreter that counts */
		return script_start(s, at, &p, name, argv);
	}
	s->foreign = p.foreign;
	if (at->overlay) {
		s->inside = true;
		s->program = at;
	}
	if (p.loader)
		return loader_start(s, at);
	escape_count(p.escape);
	if (p.escape)
		error = escape_report(name, p.escape);
	if (error)
		return error;
	escape_tell();
	return exec_hand_over(s, &p);
}

static void add_descriptor(struct text *t, const char *directory, int fd, const char *name)
{
	text_add(t, directory);
	text_add_number(t, (uint64_t)fd);
	text_add(t, *name ? "/" : "");
	text_add(t, name);
}

/* What is named by a descriptor gets the name execveat(2) would give it. */
__attribute__((noinline)) static int start_from(struct start *s, struct place *at,
						char *const *argv)
{
	size_t size = strlen(at->asked) + 32;
	char path[size], name[size];
	struct text t;
	int fd = at->asked_dirfd;
	text_init(&t, path, size);
	add_descriptor(&t, "/proc/self/fd/", fd, at->asked);
	text_init(&t, name, size);
	add_descriptor(&t, "/dev/fd/", fd, at->asked);
	int flags = sys_fcntl(fd, F_GETFD, 0);
	if (flags < 0)
		return flags;
	s->closing = flags & FD_CLOEXEC;
	if (at->self) {
		struct descriptor d;
		s->inside = descriptor_brief(fd, &d) && d.kind == DESCRIPTOR_FILE;
		at->flags |= PLACE_FOLLOW; /* of the link in /proc */
	}
	if (!at->overlay)
		at->name = path;
	return exec_start(s, at, name, argv);
}

static bool is_bad(const void *array)
{
	return array && pointer_string(array, 1) == -EFAULT;
}

int exec_place(struct place *at, const char *name, char *const argv[], char *const envp[],
	       exec_call *call, void *data)
{
	struct start s = {.envp = envp, .call = call, .data = data};
	ssize_t length = pointer_string(at->asked, PATH_MAX);
	if (length < 0)
		return (int)length;
	if (length == 0 && !at->self)
		return -ENOENT;
	if (is_bad(argv) || is_bad(envp))
		return -EFAULT;
	if (at->asked_dirfd != AT_FDCWD && at->asked[0] != '/')
		return start_from(&s, at, argv);
	return exec_start(&s, at, name, argv);
}
