/*
 * fts: libc's own reads directories past ours. The order, the changes of the working directory and
 * the answers to fts_set are those of fts(3) as glibc plays them.
 */
#include "walk_fts.h"

#include <string.h>

static FTSENT *stop(FTS *f)
{
	f->fts_options |= FTS_STOP;
	return NULL;
}

/* Begins with the next of the names the walk was opened on. */
static FTSENT *load(FTS *f, FTSENT *e)
{
	const char *slash = strrchr(e->fts_name, '/');
	if (fts_go_home(f) < 0)
		return stop(f);
	memcpy(f->fts_path, e->fts_name, e->fts_namelen + 1u);
	e->fts_pathlen = e->fts_namelen;
	if (slash && (slash != e->fts_name || slash[1])) {
		e->fts_namelen = (unsigned short)strlen(slash + 1);
		memmove(e->fts_name, slash + 1, e->fts_namelen + 1u);
	}
	e->fts_accpath = e->fts_path = f->fts_path;
	f->fts_dev = e->fts_dev;
	return f->fts_cur = e;
}

/* Looks through the link E; the way back from a directory behind it is kept open. */
static void look_through(const FTS *f, FTSENT *e)
{
	e->fts_info = fts_look(f, e, true);
	if (e->fts_info != FTS_D || fts_wants(f, FTS_NOCHDIR))
		return;
	e->fts_symfd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e->fts_symfd >= 0) {
		e->fts_flags |= FTS_SYMFOLLOW;
		return;
	}
	e->fts_errno = errno;
	e->fts_info = FTS_ERR;
}

static FTSENT *show(FTS *f, FTSENT *e)
{
	char *end = f->fts_path + fts_end(e->fts_parent);
	*end = '/';
	memmove(end + 1, e->fts_name, e->fts_namelen + 1u);
	return f->fts_cur = e;
}

static void drop_children(FTS *f)
{
	fts_free_list(f->fts_child);
	f->fts_child = NULL;
}

static FTSENT *skip(FTS *f, FTSENT *e)
{
	if (e->fts_flags & FTS_SYMFOLLOW)
		close(e->fts_symfd);
	drop_children(f);
	e->fts_info = FTS_DP;
	return e;
}

/* Into the directory E: its first entry, or E itself where there is none. */
static FTSENT *descend(FTS *f, FTSENT *e)
{
	if (fts_wants(f, FTS_NAMEONLY)) {
		f->fts_options &= ~FTS_NAMEONLY;
		drop_children(f);
	}
	if (!f->fts_child) {
		f->fts_child = fts_list(f, FTS_TO_READ);
	} else if (fts_go(f, e, -1, e->fts_accpath) < 0) {
		e->fts_errno = errno;
		e->fts_flags |= FTS_DONTCHDIR;
		for (FTSENT *child = f->fts_child; child; child = child->fts_link)
			child->fts_accpath = e->fts_accpath;
	}
	FTSENT *first = f->fts_child;
	f->fts_child = NULL;
	if (!first)
		return fts_wants(f, FTS_STOP) ? NULL : e;
	return show(f, first);
}

/* Back to the directory whose last entry was left behind. */
static FTSENT *ascend(FTS *f, FTSENT *dir)
{
	int result = 0;
	f->fts_path[dir->fts_pathlen] = 0;
	f->fts_cur = dir;
	if (dir->fts_level == FTS_ROOTLEVEL) {
		result = fts_go_home(f);
	} else if (dir->fts_flags & FTS_SYMFOLLOW) {
		result = fts_wants(f, FTS_NOCHDIR) ? 0 : fchdir(dir->fts_symfd);
		close(dir->fts_symfd);
	} else if (!(dir->fts_flags & FTS_DONTCHDIR)) {
		result = fts_go(f, dir->fts_parent, -1, "..");
	}
	if (result < 0)
		return stop(f);
	dir->fts_info = dir->fts_errno ? FTS_ERR : FTS_DP;
	return dir;
}

static FTSENT *advance(FTS *f, FTSENT *e)
{
	FTSENT *next, *parent = e->fts_parent;
	for (; (next = e->fts_link); e = next) {
		free(e);
		f->fts_cur = next;
		if (next->fts_level == FTS_ROOTLEVEL)
			return load(f, next);
		if (next->fts_instr == FTS_SKIP)
			continue;
		if (next->fts_instr == FTS_FOLLOW) {
			look_through(f, next);
			next->fts_instr = FTS_NOINSTR;
		}
		return show(f, next);
	}
	free(e);
	f->fts_cur = NULL;
	if (parent->fts_level != FTS_ROOTPARENTLEVEL)
		return ascend(f, parent);
	free(parent);
	errno = 0;
	return NULL;
}

FTSENT *fts_read(FTS *f)
{
	FTSENT *e = f->fts_cur;
	if (!e || fts_wants(f, FTS_STOP))
		return NULL;
	unsigned instruction = e->fts_instr;
	e->fts_instr = FTS_NOINSTR;
	if (instruction == FTS_AGAIN) {
		e->fts_info = fts_look(f, e, false);
		return e;
	}
	if (instruction == FTS_FOLLOW && (e->fts_info == FTS_SL || e->fts_info == FTS_SLNONE)) {
		look_through(f, e);
		return e;
	}
	if (e->fts_info != FTS_D)
		return advance(f, e);
	if (instruction == FTS_SKIP || (fts_wants(f, FTS_XDEV) && e->fts_dev != f->fts_dev))
		return skip(f, e);
	return descend(f, e);
}

/* Lists ahead; the working directory stays what it is. */
static FTSENT *list_from_home(FTS *f, enum fts_purpose purpose)
{
	int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home < 0)
		return NULL;
	FTSENT *first = fts_list(f, purpose);
	int saved = errno;
	bool back = fchdir(home) == 0;
	close(home);
	errno = back ? saved : errno;
	return back ? first : NULL;
}

FTSENT *fts_children(FTS *f, int instruction)
{
	FTSENT *e = f->fts_cur;
	if (instruction && instruction != FTS_NAMEONLY)
		return edge(-EINVAL), NULL;
	errno = 0;
	if (!e || fts_wants(f, FTS_STOP))
		return NULL;
	if (e->fts_info == FTS_INIT)
		return e->fts_link;
	if (e->fts_info != FTS_D)
		return NULL;
	drop_children(f);
	if (instruction)
		f->fts_options |= FTS_NAMEONLY;
	enum fts_purpose purpose = instruction ? FTS_TO_NAME : FTS_TO_SHOW;
	bool reachable = e->fts_level != FTS_ROOTLEVEL || e->fts_accpath[0] == '/' ||
			 fts_wants(f, FTS_NOCHDIR);
	return f->fts_child = reachable ? fts_list(f, purpose) : list_from_home(f, purpose);
}
