/* The working directory, by the name it has in merged. */
#include "overlain/libc.h"

static int enter(struct place *at)
{
	const char *path;
	int error = file_reach(at, &path);
	if (error)
		return (int)edge(error);
	if (!node_is_dir(&at->node))
		return (int)edge(-ENOTDIR);
	int result = NEXT(chdir)(path);
	if (result == 0)
		cwd_enter(at);
	return result;
}

static int leave(struct place *at)
{
	int result = NEXT(chdir)(at->name);
	if (result == 0 && process_ready())
		cwd_leave(at);
	return result;
}

int chdir(const char *path)
{
	struct place at;
	int result, error = place_find(&at, AT_FDCWD, path, PLACE_FOLLOW);
	if (error)
		return (int)edge(error);
	do
		result = at.overlay ? enter(&at) : leave(&at);
	while (again(result, &at));
	return result;
}

int fchdir(int fd)
{
	struct place at;
	struct descriptor d;
	if (!descriptor_find(fd, &d) || d.kind != DESCRIPTOR_DIR) {
		int result = NEXT(fchdir)(fd);
		if (result == 0 && process_ready())
			cwd_unknown();
		return result;
	}
	int error = descriptor_place(fd, &at);
	return error ? (int)edge(error) : enter(&at);
}

/* The name in BUFFER of SIZE bytes: its length with the terminator, -ERANGE, -ENOENT. */
static ssize_t name_cwd(char *buffer, size_t size)
{
	struct base base;
	struct node n;
	struct path p;
	int error = cwd_base(&base);
	if (error)
		return error;
	struct text t;
	text_init(&t, buffer, size);
	if (base.overlay) {
		path_set(&p, base.path, base.length);
		error = overlay_lookup(base.overlay, &p, &n);
		if (error || !node_is_dir(&n))
			return -ENOENT;
		text_add(&t, base.overlay->merged);
		if (base.length)
			text_add(&t, "/");
	}
	text_add(&t, base.path);
	if (text_length(&t) == 0)
		text_add(&t, "/");
	return text_full(&t) ? -ERANGE : (ssize_t)text_length(&t) + 1;
}

static bool inside(void)
{
	struct base base;
	return process_ready() && cwd_base(&base) == 0 && base.overlay;
}

char *getcwd(char *buffer, size_t size)
{
	char name[PATH_MAX + 1];
	if (!inside())
		return NEXT(getcwd)(buffer, size);
	if (size == 0 && buffer)
		return edge(-EINVAL), NULL;
	ssize_t length = name_cwd(name, sizeof name);
	if (length > 0 && size && (size_t)length > size)
		length = -ERANGE;
	if (length < 0)
		return edge(length), NULL;
	if (!buffer)
		buffer = malloc(size ? size : (size_t)length);
	return buffer ? memcpy(buffer, name, (size_t)length) : NULL;
}

char *__getcwd_chk(char *buffer, size_t size, size_t room)
{
	if (size > room)
		__chk_fail();
	return getcwd(buffer, size);
}

char *getwd(char *buffer)
{
	return getcwd(buffer, PATH_MAX);
}

char *__getwd_chk(char *buffer, size_t room)
{
	char *name = getcwd(buffer, room);
	if (!name && errno == ERANGE)
		__chk_fail();
	return name;
}

/* $PWD where it names the working directory, which keeps the symlinks the user came by. */
char *get_current_dir_name(void)
{
	struct stat here, there;
	const char *pwd = getenv("PWD");
	if (pwd && pwd[0] == '/' && stat(".", &here) == 0 && stat(pwd, &there) == 0 &&
	    here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return strdup(pwd);
	return getcwd(NULL, 0);
}
