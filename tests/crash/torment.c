#include "torment.h"

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"
#include "support/listing.h"

static void stop(void)
{
	_exit(0);
}

void torment_child(char **argv, const struct tormentor *t)
{
	const char *verb = argv[1] ? argv[1] : "";

	if (strcmp(verb, "--list") == 0) {
		list_tree(stdout, "merged", LIST_AGREE);
		exit(0);
	}
	bool prepare = strcmp(verb, "--prepare") == 0;
	if (prepare || strcmp(verb, "--do") == 0)
		exit(operation_do(argv + 2, prepare ? stop : t->mark) ? errno ? errno : 99 : 0);
}

char *state_before(const struct operation *op)
{
	int status;

	area_reset(operations_upper);
	pid_t pid = fork();
	if (pid == 0)
		area_exec("--prepare", op->words);
	waitpid(pid, &status, 0);
	if (status)
		errx(1, "%s: its preparations end with %#x", op->name, (unsigned)status);
	return area_shown();
}

int torment(const char *pattern, const struct tormentor *t)
{
	int count = 0;

	area_make(t->library, operations_lower, operations_beside);
	for (const struct operation *op = operations; op->name; op++) {
		if ((pattern && !strstr(op->name, pattern)) || !area_can(op->settings))
			continue;
		area_settings(op->settings);
		t->torment(op);
		count++;
	}
	area_remove();
	return count;
}
