/* What a spawned program's descriptors and directory are to be, remembered beside libc's list. */
#ifndef LIBC_FILE_ACTIONS_H
#define LIBC_FILE_ACTIONS_H

#include "overlain/libc.h"

enum action_kind {
	ACTION_OPEN,
	ACTION_CLOSE,
	ACTION_DUP2,
	ACTION_CHDIR,
	ACTION_FCHDIR,
	ACTION_CLOSEFROM,
	ACTION_TCSETPGRP,
};

struct action {
	enum action_kind kind;
	int fd;
	int with; /* open's flags, or dup2's new descriptor */
	mode_t mode;
	char *path;
};

struct action_list {
	int count, room;
	struct action *at;
};

/* The list behind ACTIONS; NULL where it is not known in full. */
const struct action_list *actions_list(const posix_spawn_file_actions_t *actions);
/* True when libc cannot do what ACTIONS say, for they have to do with merged. */
bool actions_lead_in(const posix_spawn_file_actions_t *actions);

/* A spawn with such actions: our own functions are called in a child, which then execs. */
struct spawn {
	int *pid; /* or the descriptor of the process */
	const char *file;
	bool search; /* along PATH */
	bool pidfd;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	char *const *argv;
	char *const *envp;
};
/* 0 or an errno value, as posix_spawn(3) answers. */
int spawn_apart(const struct spawn *s);

#endif
