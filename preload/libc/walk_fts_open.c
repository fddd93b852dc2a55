/* fts_open, fts_close and fts_set, and the working directory of a walk. */
#include "walk_fts.h"

#include <string.h>

int fts_go(const FTS *f, const FTSENT *dir, int fd, const char *path)
{
	struct stat st;
	int result = -1, own = -1;
	if (fts_wants(f, FTS_NOCHDIR))
		return 0;
	if (fd < 0)
		fd = own = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		;
	else if (st.st_dev != dir->fts_dev || st.st_ino != dir->fts_ino)
		errno = ENOENT;
	else
		result = fchdir(fd);
	int saved = errno;
	if (own >= 0)
		close(own);
	errno = saved;
	return result;
}

int fts_go_home(const FTS *f)
{
	return fts_wants(f, FTS_NOCHDIR) ? 0 : fchdir(f->fts_rfd);
}

/* --- opening and closing --- */

static FTSENT *make_root(const FTS *f, const char *name, FTSENT *parent)
{
	size_t length = strlen(name);
	FTSENT *e = NULL;
	if (length == 0)
		errno = ENOENT;
	else if (length >= FTS_PATH_SIZE)
		errno = ENAMETOOLONG;
	else
		e = fts_make(f, name, length);
	if (!e)
		return NULL;
	e->fts_parent = parent;
	e->fts_accpath = e->fts_name;
	e->fts_info = fts_look(f, e, fts_wants(f, FTS_COMFOLLOW));
	if (e->fts_info == FTS_DOT)
		e->fts_info = FTS_D;
	return e;
}

/* A node in front of the first: its link is what fts_read gives first. */
static bool make_roots(FTS *f, char *const *names)
{
	FTSENT *parent = fts_make(f, "", 0), **last;
	size_t count = 0;
	f->fts_cur = fts_make(f, "", 0);
	if (!parent || !f->fts_cur) {
		free(parent);
		return false;
	}
	parent->fts_level = FTS_ROOTPARENTLEVEL;
	f->fts_cur->fts_parent = parent;
	f->fts_cur->fts_info = FTS_INIT;
	for (last = &f->fts_cur->fts_link; *names; names++, count++, last = &(*last)->fts_link)
		if (!(*last = make_root(f, *names, parent)))
			return false;
	f->fts_cur->fts_link = fts_sort(f, f->fts_cur->fts_link, count);
	return true;
}

FTS *fts_open(char *const *names, int options, int (*compare)(const FTSENT **, const FTSENT **))
{
	if (options & ~FTS_OPTIONMASK)
		return edge(-EINVAL), NULL;
	FTS *f = calloc(1, sizeof *f);
	if (!f)
		return NULL;
	f->fts_options = options | (options & FTS_LOGICAL ? FTS_NOCHDIR : 0);
	f->fts_compar = (int (*)(const void *, const void *))compare;
	f->fts_rfd = -1;
	f->fts_path = calloc(1, FTS_PATH_SIZE);
	if (!f->fts_path || !make_roots(f, names)) {
		int saved = errno;
		f->fts_options |= FTS_NOCHDIR;
		fts_close(f);
		errno = saved;
		return NULL;
	}
	if (!fts_wants(f, FTS_NOCHDIR))
		f->fts_rfd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fts_rfd < 0)
		f->fts_options |= FTS_NOCHDIR;
	return f;
}

/* The current node, what follows it on its level, and the same for every level above. */
static void free_nodes(FTSENT *e)
{
	while (e) {
		FTSENT *up = e->fts_parent;
		fts_free_list(e);
		e = up;
	}
}

int fts_close(FTS *f)
{
	int result = 0, saved = 0;
	free_nodes(f->fts_cur);
	fts_free_list(f->fts_child);
	if (f->fts_rfd >= 0) {
		result = fts_go_home(f);
		saved = errno;
		close(f->fts_rfd);
	}
	free(f->fts_path);
	free(f);
	if (result < 0)
		errno = saved;
	return result;
}

int fts_set(FTS *f, FTSENT *e, int instruction)
{
	(void)f;
	if (instruction < 0 || instruction > FTS_SKIP) {
		errno = EINVAL;
		return 1;
	}
	e->fts_instr = (unsigned short)instruction;
	return 0;
}
