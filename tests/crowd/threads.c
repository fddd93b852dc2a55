/*
 * threads SECONDS: several threads use one overlay of one process at once, by the rooms themselves,
 * for ThreadSanitizer to look at what they share.
 */
#include <err.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "overlain/overlay.h"
#include "unit/rooms_make.h"

enum { THREADS = 4 };

static const struct overlay *ov;
static time_t deadline;
static _Atomic long operations;

static void look(struct path *p)
{
	struct node n;

	if (overlay_lookup(ov, p, &n) || !node_is_dir(&n))
		return;
	struct listing *list = overlay_list(ov, p, &n);
	if (!sys_failed(list))
		listing_free(list);
}

static void raise(struct path *p)
{
	struct node n;

	if (overlay_lookup(ov, p, &n) == 0 && !node_absent(&n))
		overlay_copy_up(ov, p, &n, NULL);
}

static void pick(struct path *p, unsigned *seed)
{
	static const char *const names[] = {"a", "b", "d", "d/a", "d/b", "e", "e/a", "e/s/a"};
	const char *name = names[(unsigned)rand_r(seed) % (sizeof names / sizeof *names)];

	path_set(p, name, strlen(name));
}

static void *work(void *data)
{
	unsigned seed = (unsigned)(uintptr_t)data;
	struct path p, other;

	while (time(NULL) < deadline) {
		operations++;
		pick(&p, &seed);
		pick(&other, &seed);
		switch (rand_r(&seed) % 8) {
		case 0:
			overlay_unlink(ov, &p);
			break;
		case 1:
			rooms_mkdir(ov, &p, 0755);
			break;
		case 2:
			overlay_rmdir(ov, &p);
			break;
		case 3:
			rooms_symlink(ov, "text", &p);
			break;
		case 4:
			overlay_rename(ov, &p, &other, rand_r(&seed) % 2 ? RENAME_EXCHANGE : 0);
			break;
		case 5:
			raise(&p);
			break;
		default:
			look(&p);
		}
	}
	return NULL;
}

static void prepare(void)
{
	static const char *const directories[] = {"low", "low/d", "low/e", "low/e/s", "up"};
	static const char *const files[] = {"low/a", "low/d/a", "low/d/b", "low/e/s/a"};

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		if (mkdir(directories[i], 0755))
			err(1, "%s", directories[i]);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (mknod(files[i], S_IFREG | 0644, 0))
			err(1, "%s", files[i]);
}

int main(int argc, char **argv)
{
	static char *settings[] = {"OVERLAIN_MERGED=merged", "OVERLAIN_LOWERDIR=low",
				   "OVERLAIN_UPPERDIR=up", "OVERLAIN_OPTIONS=volatile", NULL};
	pthread_t threads[THREADS];
	char complaint[512];
	struct mounts mounts;
	struct text t;

	if (argc != 2)
		errx(2, "usage: threads SECONDS, in an empty directory");
	prepare();
	text_init(&t, complaint, sizeof complaint);
	if (mounts_read(&mounts, settings, &t))
		errx(1, "%s", complaint);
	ov = mounts.at;
	deadline = time(NULL) + atoi(argv[1]);
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)(i + 1));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("threads: %ld operations by %d threads, nothing to say against them\n", operations,
	       THREADS);
	return operations == 0;
}
