/*
 * Streams of libc's own whose directory one layer no longer fills. A program holds the DIR and may
 * rewind it, and then what was made since must show: from there on a snapshot stands in for it.
 */
#include "directory.h"

#define STANDS 64

static struct stand {
	const DIR *dir; /* NULL: free */
	struct stream *stream;
} stands[STANDS];
static unsigned used; /* entries up to here may be taken */

static struct stand *find(const DIR *dir)
{
	const unsigned end = __atomic_load_n(&used, __ATOMIC_ACQUIRE);
	for (unsigned i = 0; i < end; i++)
		if (__atomic_load_n(&stands[i].dir, __ATOMIC_ACQUIRE) == dir)
			return &stands[i];
	return NULL;
}

struct stream *directory_stand(const DIR *dir)
{
	const struct stand *stand = find(dir);
	return stand ? stand->stream : NULL;
}

/* True when libc, which reads the part of the directory that was opened, would miss some of it. */
static bool is_outgrown(int fd, struct place *at)
{
	struct descriptor d;
	if (!descriptor_brief(fd, &d) || d.kind != DESCRIPTOR_DIR || descriptor_place(fd, at) ||
	    !node_is_dir(&at->node))
		return false;
	return at->node.layer != d.layer || !overlay_lists_plainly(at->overlay, &at->node);
}

static struct stand *claim(const DIR *dir)
{
	for (unsigned i = 0; i < STANDS; i++) {
		const DIR *none = NULL;
		if (!__atomic_compare_exchange_n(&stands[i].dir, &none, dir, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		if (i >= used)
			__atomic_store_n(&used, i + 1, __ATOMIC_RELEASE);
		return &stands[i];
	}
	return NULL;
}

bool directory_stand_in(const DIR *dir, int fd)
{
	int error;
	struct place at;
	if (!is_outgrown(fd, &at))
		return false;
	struct stream *stream = stream_open(fd, &at, &error);
	struct stand *stand = stream ? claim(dir) : NULL;
	if (stand)
		stand->stream = stream;
	else if (stream)
		stream_close(stream);
	return stand;
}

void directory_stand_end(const DIR *dir)
{
	struct stand *stand = find(dir);
	if (!stand)
		return;
	stream_close(stand->stream);
	__atomic_store_n(&stand->dir, NULL, __ATOMIC_RELEASE);
}
