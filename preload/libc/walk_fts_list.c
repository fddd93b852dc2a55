/* The entries of an fts walk: made, looked at, listed and sorted. */
#include "walk_fts.h"

#include <string.h>

FTSENT *fts_make(const FTS *f, const char *name, size_t length)
{
	const size_t unit = _Alignof(struct stat);
	size_t size = (offsetof(FTSENT, fts_name) + length + unit) / unit * unit;
	bool looks = !fts_wants(f, FTS_NOSTAT);
	FTSENT *e = malloc(size + (looks ? sizeof *e->fts_statp : 0));
	if (!e)
		return NULL;
	memset(e, 0, size);
	memcpy(e->fts_name, name, length);
	e->fts_namelen = (unsigned short)length;
	e->fts_path = f->fts_path;
	e->fts_instr = FTS_NOINSTR;
	e->fts_statp = looks ? (void *)((char *)e + size) : NULL;
	return e;
}

void fts_free_list(FTSENT *first)
{
	while (first) {
		FTSENT *next = first->fts_link;
		free(first);
		first = next;
	}
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static unsigned short look_at_directory(FTSENT *e, const struct stat *st)
{
	e->fts_dev = st->st_dev;
	e->fts_ino = st->st_ino;
	e->fts_nlink = st->st_nlink;
	if (is_dots(e->fts_name))
		return FTS_DOT;
	for (FTSENT *up = e->fts_parent; up->fts_level >= FTS_ROOTLEVEL; up = up->fts_parent)
		if (up->fts_ino == e->fts_ino && up->fts_dev == e->fts_dev) {
			e->fts_cycle = up;
			return FTS_DC;
		}
	return FTS_D;
}

unsigned short fts_look(const FTS *f, FTSENT *e, bool follow)
{
	struct stat room, *st = e->fts_statp ? e->fts_statp : &room;
	bool followed = follow || fts_wants(f, FTS_LOGICAL);
	if ((followed ? stat : lstat)(e->fts_accpath, st) < 0) {
		e->fts_errno = errno;
		if (followed && lstat(e->fts_accpath, st) == 0) {
			errno = e->fts_errno = 0;
			return FTS_SLNONE;
		}
		memset(st, 0, sizeof *st);
		return FTS_NS;
	}
	if (S_ISDIR(st->st_mode))
		return look_at_directory(e, st);
	return S_ISLNK(st->st_mode) ? FTS_SL : S_ISREG(st->st_mode) ? FTS_F : FTS_DEFAULT;
}

FTSENT *fts_sort(FTS *f, FTSENT *first, size_t count)
{
	if (!f->fts_compar || count < 2)
		return first;
	FTSENT **array = malloc(count * sizeof *array);
	if (!array)
		return first; /* then in the order they came */
	size_t i = 0;
	for (FTSENT *e = first; e; e = e->fts_link)
		array[i++] = e;
	qsort(array, count, sizeof *array, f->fts_compar);
	for (i = 0; i < count; i++)
		array[i]->fts_link = i + 1 < count ? array[i + 1] : NULL;
	first = array[0];
	free(array);
	return first;
}

/* --- a directory --- */

struct listed {
	enum fts_purpose purpose;
	FTSENT *first, **last;
	size_t count;
	int error; /* why the directory could not be entered */
};

static unsigned short classify(const FTS *f, const struct listed *l, FTSENT *e, uint8_t type)
{
	const int unseen = FTS_NOSTAT | FTS_PHYSICAL;
	if (l->purpose == FTS_TO_NAME)
		return FTS_NSOK;
	if (l->error) {
		e->fts_errno = l->error;
		e->fts_accpath = e->fts_parent->fts_accpath;
		return FTS_NS;
	}
	if ((f->fts_options & unseen) == unseen && type != DT_DIR && type != DT_UNKNOWN)
		return FTS_NSOK;
	return fts_look(f, e, false);
}

static int add(FTS *f, struct listed *l, const struct dirent *entry)
{
	FTSENT *dir = f->fts_cur;
	size_t end = fts_end(dir) + 1, length = strlen(entry->d_name);
	if (end + length >= FTS_PATH_SIZE)
		return (int)edge(-ENAMETOOLONG);
	FTSENT *e = fts_make(f, entry->d_name, length);
	if (!e)
		return -1;
	e->fts_parent = dir;
	e->fts_level = (short)(dir->fts_level + 1);
	e->fts_pathlen = (unsigned short)(end + length);
	e->fts_accpath = e->fts_name;
	if (fts_wants(f, FTS_NOCHDIR)) {
		e->fts_accpath = e->fts_path;
		e->fts_path[end - 1] = '/';
		memcpy(e->fts_path + end, e->fts_name, length + 1);
	}
	e->fts_info = classify(f, l, e, entry->d_type);
	*l->last = e;
	l->last = &e->fts_link;
	l->count++;
	return 0;
}

static int add_all(FTS *f, struct listed *l, DIR *stream)
{
	const struct dirent *entry;
	while ((entry = readdir(stream)))
		if ((fts_wants(f, FTS_SEEDOT) || !is_dots(entry->d_name)) && add(f, l, entry) < 0)
			return -1;
	return 0;
}

static FTSENT *fail(FTS *f, struct listed *l)
{
	f->fts_cur->fts_info = FTS_ERR;
	f->fts_options |= FTS_STOP;
	fts_free_list(l->first);
	return NULL;
}

/* Goes into the directory open on STREAM, if its entries are to be looked at. */
static bool enter(FTS *f, struct listed *l, DIR *stream)
{
	FTSENT *dir = f->fts_cur;
	if (l->purpose == FTS_TO_NAME)
		return false;
	if (fts_go(f, dir, dirfd(stream), NULL) == 0)
		return true;
	l->error = errno;
	if (l->purpose == FTS_TO_READ)
		dir->fts_errno = errno;
	dir->fts_flags |= FTS_DONTCHDIR;
	return false;
}

static int leave(const FTS *f)
{
	const FTSENT *dir = f->fts_cur;
	return dir->fts_level == FTS_ROOTLEVEL ? fts_go_home(f)
					       : fts_go(f, dir->fts_parent, -1, "..");
}

FTSENT *fts_list(FTS *f, enum fts_purpose purpose)
{
	FTSENT *dir = f->fts_cur;
	struct listed l = {.purpose = purpose, .last = &l.first};
	DIR *stream = opendir(dir->fts_accpath);
	if (!stream && purpose == FTS_TO_READ) {
		dir->fts_info = FTS_DNR;
		dir->fts_errno = errno;
	}
	if (!stream)
		return NULL;
	bool inside = enter(f, &l, stream);
	int result = add_all(f, &l, stream), saved = errno;
	closedir(stream);
	errno = saved;
	dir->fts_path[dir->fts_pathlen] = 0;
	if (result < 0)
		return fail(f, &l);
	if (inside && (purpose != FTS_TO_READ || !l.count) && leave(f) < 0)
		return fail(f, &l);
	if (!l.count && purpose == FTS_TO_READ)
		dir->fts_info = FTS_DP;
	return fts_sort(f, l.first, l.count);
}
