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
	if (result == 0 && at->alone)
		cwd_enter(at);
	else if (result == 0 && process_ready())
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
	if (!descriptor_brief(fd, &d) || d.kind != DESCRIPTOR_DIR) {
		int result = NEXT(fchdir)(fd);
		if (result == 0 && process_ready())
			cwd_unknown();
		return result;
	}
	int result, error = descriptor_place(fd, &at);
	if (error == -EACCES)
		error = place_find(&at, fd, ".", 0);
	if (error)
		return (int)edge(error);
	if (!at.alone && !at.removed)
		return enter(&at);
	result = NEXT(fchdir)(fd);
	if (result == 0)
		cwd_enter(&at);
	return result;
}

/* The working directory as a place; false where it lies outside, or where that cannot be told. */
static bool find_cwd(struct place *at)
{
	struct base base;
	if (!process_ready() || cwd_base(&base, path_rel(&at->path), PATH_MAX) || !base.overlay)
		return false;
	at->overlay = base.overlay;
	at->removed = base.gone;
	path_cut(&at->path, base.length);
	return true;
}

char *getcwd(char *buffer, size_t size)
{
	struct place at;
	if (!find_cwd(&at))
		return NEXT(getcwd)(buffer, size);
	if (size == 0 && buffer)
		return edge(-EINVAL), NULL;
	const size_t least = place_name_size(&at);
	int error = overlay_lookup(at.overlay, &at.path, &at.node);
	if (error == -EACCES && !at.removed) /* its name may lead nowhere, but it has one */
		error = 0;
	else if (error || !node_is_dir(&at.node) || at.removed)
		error = -ENOENT;
	if (!error && size && least > size)
		error = -ERANGE;
	else if (!error && buffer)
		error = pointer_writable(buffer, least);
	if (error)
		return edge(error), NULL;
	if (!buffer)
		buffer = malloc(size ? size : least);
	if (buffer)
		place_name(&at, buffer);
	return buffer;
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
