/*
 * Directories that are kept open can be used by whoever may search them and those above them, which
 * the kernel does not ask again. A process stays who it was until it gives that up (renounce.c);
 * from then on it keeps only what everybody may search, for each thread may be somebody else.
 */
#include "internal.h"

bool search_was_changed;

void search_changes(void)
{
	__atomic_store_n(&search_was_changed, true, __ATOMIC_SEQ_CST);
}

bool search_by_all(const struct layer *layer, struct path *p)
{
	struct stat st;
	for (size_t at = 0; at <= p->length; at++) {
		if (at && at < p->length && path_rel(p)[at] != '/')
			continue;
		PATH_AT(p, at);
		if (sys_lstat(layer_path(layer, p), &st) || (st.st_mode & 0111) != 0111)
			return false;
	}
	return true;
}
