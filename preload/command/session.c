/* Sessions: a directory for each, in the user's state directory. */
#include "command.h"
#include "session.h"
#include "overlain/overlay.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The directory of all sessions; NULL where the user has no place of his own. */
static char *state_directory(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && *state == '/')
		return format("%s/overlain", state);
	return home && *home == '/' ? format("%s/.local/state/overlain", home) : NULL;
}

static bool make_with_parents(char *path)
{
	for (char *at = path + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(path, 0755);
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool find_home(struct session *s, const char *name)
{
	char *state = state_directory();
	if (!state)
		return fail("try: neither XDG_STATE_HOME nor HOME says where to keep the changes"),
		       false;
	if (name && (!*name || strchr(name, '/') || *name == '.'))
		return fail("try: %s: not a name for a session", name), false;
	s->home = format("%s/%s", state, name ? name : "try-XXXXXX");
	if (!make_with_parents(state) ||
	    (name ? mkdir(s->home, 0700) < 0 && errno != EEXIST : !mkdtemp(s->home)))
		return fail("%s: %m", s->home), false;
	s->name = strrchr(s->home, '/') + 1;
	return true;
}

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static char *whole(const char *directory)
{
	char *path = realpath(directory, NULL);
	if (!path)
		fail("%s: %m", directory);
	return path;
}

/* What the session is over: what it was over before, and DIRECTORY where that is given. */
static bool settle_directory(struct session *s, const char *directory)
{
	char *link = format("%s/directory", s->home);
	char *given = directory ? whole(directory) : NULL;
	if (directory && !given)
		return false;
	if (symlink(given ? given : "/", link) < 0 && errno != EEXIST)
		return fail("%s: %m", link), false;
	s->directory = whole(link);
	if (!s->directory)
		return false;
	if (given && strcmp(given, s->directory) != 0)
		return fail("try: the session %s is over %s", s->name, s->directory), false;
	return true;
}

bool session_open(struct session *s, const char *name, const char *directory)
{
	*s = (struct session){0};
	if (!find_home(s, name))
		return false;
	if (!settle_directory(s, directory)) {
		if (!name)
			session_remove(s);
		return false;
	}
	char *upper = format("%s/upper", s->home), *work = format("%s/work", s->home);
	struct stat st;
	if (mkdir(upper, 0700) == 0 && stat(s->directory, &st) == 0)
		(void)!chmod(upper, st.st_mode & 07777);
	mkdir(work, 0700);
	set("OVERLAIN_MERGED", s->directory);
	set("OVERLAIN_LOWERDIR", one_directory(s->directory));
	set("OVERLAIN_UPPERDIR", upper);
	set("OVERLAIN_WORKDIR", work);
	set("OVERLAIN_OPTIONS", NULL);
	set("OVERLAIN_MOUNTS", NULL);
	set("OVERLAIN_CHECKED", NULL);
	return true;
}

int session_remove(const struct session *s)
{
	stage_discard(s->home);
	return access(s->home, F_OK) < 0 ? 0 : fail("%s: could not be removed", s->home);
}
