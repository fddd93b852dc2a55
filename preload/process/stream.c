/*
 * Directory streams over a snapshot. libc's DIR is opaque, so ours are told apart by where they
 * lie: all of them in one table of pages, which is never given back.
 */
#include "overlain/process.h"

#include <string.h>

#define STREAMS 1024

struct stream {
	int fd;  /* 0: free; else the descriptor + 1 */
	long at; /* offset in the listing, which is what telldir gives */
	struct listing *listing;
};

static struct stream *table;

static struct stream *streams(void)
{
	struct stream *now = __atomic_load_n(&table, __ATOMIC_ACQUIRE);
	if (now)
		return now;
	struct stream *fresh = sys_pages(STREAMS * sizeof *fresh);
	if (!fresh)
		return NULL;
	if (__atomic_compare_exchange_n(&table, &now, fresh, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return fresh;
	sys_munmap(fresh, STREAMS * sizeof *fresh);
	return now;
}

/* Others look, too, whether it is free. */
static int fd_of(const struct stream *s)
{
	return __atomic_load_n(&s->fd, __ATOMIC_RELAXED) - 1;
}

bool stream_ours(const void *dir)
{
	const struct stream *first = __atomic_load_n(&table, __ATOMIC_RELAXED);
	const struct stream *s = dir;
	return first && s >= first && s < first + STREAMS;
}

static struct stream *claim(int fd)
{
	struct stream *all = streams();
	for (int i = 0; all && i < STREAMS; i++) {
		int none = 0;
		if (__atomic_compare_exchange_n(&all[i].fd, &none, fd + 1, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return &all[i];
	}
	return NULL;
}

static int take_listing(struct stream *s, struct place *at)
{
	int error = descriptor_place(fd_of(s), at);
	if (error)
		return error;
	if (!node_is_dir(&at->node))
		return -ENOENT; /* removed while open: it lists nothing */
	struct listing *listing = overlay_list(at->overlay, &at->path, &at->node);
	if (sys_failed(listing))
		return (int)(intptr_t)listing;
	if (s->listing)
		listing_free(s->listing);
	s->listing = listing;
	return 0;
}

struct stream *stream_open(int fd, struct place *at, int *error)
{
	struct stream *s = claim(fd);
	if (!s) {
		*error = -ENOMEM;
		return NULL;
	}
	s->at = 0;
	s->listing = NULL;
	*error = take_listing(s, at);
	if (*error == -ENOENT)
		*error = 0; /* removed while open: there is nothing to read, as readdir(3) has it */
	if (*error) {
		__atomic_store_n(&s->fd, 0, __ATOMIC_RELEASE);
		return NULL;
	}
	return s;
}

struct dirent64 *stream_read(struct stream *s)
{
	if (!s->listing || (size_t)s->at >= s->listing->size)
		return NULL;
	struct dirent64 *entry = (void *)(s->listing->records + s->at);
	s->at = (long)entry->d_off;
	return entry;
}

long stream_tell(const struct stream *s)
{
	return s->at;
}

void stream_seek(struct stream *s, long at)
{
	struct place room;
	if (at == 0)
		take_listing(s, &room);
	s->at = at;
}

int stream_fd(const struct stream *s)
{
	return fd_of(s);
}

/* The descriptor is the caller's to close. */
int stream_close(struct stream *s)
{
	int fd = fd_of(s);
	if (s->listing)
		listing_free(s->listing);
	s->listing = NULL;
	__atomic_store_n(&s->fd, 0, __ATOMIC_RELEASE);
	return fd;
}
