/* Layers made of an input, and whether the lowers stay as they were made. */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fuzz.h"
#include "marks.h"

const char *const layer_names[LAYERS] = {"upper", "low0", "low1"};
const char *const entry_names[NAMES] = {"a", "b", "c", ".wh.a", ".wh.b", ".wh..wh..opq", ".wh."};
static const char *const marks[] = {"user.overlay.opaque",    "user.overlay.whiteout",
				    "user.overlay.origin",    "user.overlay.impure",
				    "user.overlay.redirect",  "user.overlay.metacopy",
				    "trusted.overlay.opaque", "user.overlay.overlay.opaque"};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void layers_start_over(void)
{
	static const char *const all[] = {"upper", "low0", "low1", "work"};

	fuzz_require(chdir(fuzz_directory()) == 0, "no directory");
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
		nftw(all[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
		mkdir(all[i], 0755);
	}
}

static void set_mark(struct input *in, const char *path)
{
	char value[40];
	const char *mark = marks[take(in) % (sizeof marks / sizeof *marks)];
	size_t size = take(in) % sizeof value;

	for (size_t i = 0; i < size; i++)
		value[i] = (char)take(in);
	if (size == 1 && value[0] & 1) /* what counts is drawn more often */
		value[0] = value[0] & 2 ? 'x' : 'y';
	lsetxattr(path, mark, value, size, 0);
}

void layers_add(struct input *in)
{
	char path[64];
	uint8_t what = take(in);
	const char *layer = layer_names[what % LAYERS];
	const char *first = entry_names[take(in) % NAMES];

	snprintf(path, sizeof path, "%s/%s", layer, first);
	if (what & 64) {
		mkdir(path, 0755);
		snprintf(path, sizeof path, "%s/%s/%s", layer, first,
			 entry_names[take(in) % NAMES]);
	}
	switch (what >> 2 & 7) {
	case 0:
	case 1:
		mkdir(path, 0755);
		break;
	case 2:
		mknod(path, S_IFCHR, makedev(0, 0));
		break;
	case 3:
		symlink("a", path);
		break;
	case 4:
		set_mark(in, path);
		break;
	case 5:
		set_mark(in, layer);
		break;
	default:
		close(open(path, O_CREAT | O_WRONLY, 0644));
	}
}

static uint64_t lower_state;

static int add_state(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char list[512];
	ssize_t size = llistxattr(path, list, sizeof list);

	(void)type, (void)ftw;
	for (; *path; path++)
		lower_state = lower_state * 31 + (unsigned char)*path;
	lower_state = lower_state * 31 + (uint64_t)st->st_mode + (uint64_t)st->st_ino * 7;
	lower_state = lower_state * 31 + (uint64_t)st->st_ctim.tv_nsec + (uint64_t)size;
	return 0;
}

uint64_t layers_lower_state(void)
{
	lower_state = 1;
	nftw("low0", add_state, 16, FTW_PHYS);
	nftw("low1", add_state, 16, FTW_PHYS);
	return lower_state;
}
