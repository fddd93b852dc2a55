/* session: the upper of a `try`, under a name by which it is found again. */
#ifndef OVERLAIN_SESSION_H
#define OVERLAIN_SESSION_H

#include <stdbool.h>

struct session {
	char *name;
	char *home; /* its directory: upper/, work/, and `directory`, a link to what it is over */
	char *directory; /* canonical */
};

/*
 * Opens the session NAME (NULL: a new one) over DIRECTORY (NULL: what it is over, or /), and makes
 * the environment describe its overlay. False after saying why not.
 */
bool session_open(struct session *s, const char *name, const char *directory);
/* Takes it away with all it holds. 0 or EXIT_OWN. */
int session_remove(const struct session *s);

#endif
