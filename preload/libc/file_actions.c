/*
 * The actions of posix_spawn, noted as they are added. libc carries out its own list with raw calls
 * in the child, so where one has to do with merged, ours is carried out instead (spawn_apart.c).
 *
 * Our list hangs on the last bytes of the program's structure: room that libc keeps for later and
 * clears in posix_spawn_file_actions_init. So it goes along with copies of the structure.
 */
#include "file_actions.h"

#include <string.h>

static struct action_list *get(const posix_spawn_file_actions_t *actions)
{
	struct action_list *list;
	memcpy(&list, (const char *)(actions + 1) - sizeof list, sizeof list);
	return list;
}

static void set(posix_spawn_file_actions_t *actions, struct action_list *list)
{
	memcpy((char *)(actions + 1) - sizeof list, &list, sizeof list);
}

const struct action_list *actions_list(const posix_spawn_file_actions_t *actions)
{
	const struct action_list *list = actions ? get(actions) : NULL;
	return list && list->count == actions->__used ? list : NULL;
}

static struct action *grow(struct action_list *list)
{
	if (list->count == list->room) {
		int room = list->room ? 2 * list->room : 8;
		struct action *at = realloc(list->at, (size_t)room * sizeof *at);
		if (!at)
			return NULL;
		list->at = at;
		list->room = room;
	}
	return &list->at[list->count];
}

/* What libc took over is noted too; without memory the list stays behind and is not used again. */
static int note(posix_spawn_file_actions_t *actions, int error, struct action action)
{
	if (error || !process_ready())
		return error;
	struct action_list *list = get(actions);
	if (!list)
		set(actions, list = calloc(1, sizeof *list));
	struct action *at = list ? grow(list) : NULL;
	if (action.path && at && !(action.path = strdup(action.path)))
		at = NULL;
	if (at) {
		*at = action;
		list->count++;
	}
	return 0;
}

static char *text(const char *path)
{
	return (char *)(uintptr_t)path;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd, const char *path,
				     int flags, mode_t mode)
{
	int error = NEXT(posix_spawn_file_actions_addopen)(actions, fd, path, flags, mode);
	return note(actions, error, (struct action){ACTION_OPEN, fd, flags, mode, text(path)});
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	int error = NEXT(posix_spawn_file_actions_addclose)(actions, fd);
	return note(actions, error, (struct action){ACTION_CLOSE, fd, 0, 0, NULL});
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
	int error = NEXT(posix_spawn_file_actions_adddup2)(actions, fd, to);
	return note(actions, error, (struct action){ACTION_DUP2, fd, to, 0, NULL});
}

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path)
{
	int error = NEXT(posix_spawn_file_actions_addchdir_np)(actions, path);
	return note(actions, error, (struct action){ACTION_CHDIR, -1, 0, 0, text(path)});
}

int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd)
{
	int error = NEXT(posix_spawn_file_actions_addfchdir_np)(actions, fd);
	return note(actions, error, (struct action){ACTION_FCHDIR, fd, 0, 0, NULL});
}

int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first)
{
	int error = NEXT(posix_spawn_file_actions_addclosefrom_np)(actions, first);
	return note(actions, error, (struct action){ACTION_CLOSEFROM, first, 0, 0, NULL});
}

int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions, int fd)
{
	int error = NEXT(posix_spawn_file_actions_addtcsetpgrp_np)(actions, fd);
	return note(actions, error, (struct action){ACTION_TCSETPGRP, fd, 0, 0, NULL});
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	struct action_list *list = process_ready() ? get(actions) : NULL;
	for (int i = 0; list && i < list->count; i++)
		free(list->at[i].path);
	if (list)
		free(list->at);
	free(list);
	set(actions, NULL);
	return NEXT(posix_spawn_file_actions_destroy)(actions);
}

/*
 * A change of directory has to do with merged wherever it leads: the program's own name may start
 * from there.
 */
bool actions_lead_in(const posix_spawn_file_actions_t *actions)
{
	struct place at;
	const struct action_list *list = actions_list(actions);
	for (int i = 0; list && i < list->count; i++) {
		const struct action *a = &list->at[i];
		if (a->kind == ACTION_CHDIR || a->kind == ACTION_FCHDIR)
			return true;
		if (a->kind == ACTION_OPEN &&
		    (place_find(&at, AT_FDCWD, a->path, PLACE_FOLLOW) || at.overlay))
			return true;
	}
	return false;
}
