/* Opening what OVERLAIN_* describes: the overlays of a process. */
#include "config.h"
#include "overlain/debug.h"

#include <string.h>

/* struct mounts points to the overlays in here. */
struct house {
	char *const *environment;
	struct overlay overlays[];
};

static bool draft_writable(const struct draft *d)
{
	return d->upper && !d->read_only;
}

static const char *work_root(struct config *c, const struct draft *d)
{
	static const char inner[] = "work/";
	const char *outer = arena_root(&c->arena, d->work);
	struct text t = arena_text(&c->arena, strlen(outer) + strlen(inner));
	text_add(&t, outer);
	text_add(&t, inner);
	return arena_end(&c->arena, &t);
}

/* Layers on one file system get one number, the topmost's is 0. */
static void number_file_systems(struct overlay *ov)
{
	uint16_t next = 0;
	for (unsigned i = 0; i < ov->layer_count; i++) {
		unsigned same = i > 0 && ov->layers[i].dev == ov->layers[i - 1].dev ? i - 1 : 0;
		while (same < i && ov->layers[same].dev != ov->layers[i].dev)
			same++;
		ov->layers[i].fs = same < i ? ov->layers[same].fs : next++;
	}
	ov->several = next > 1;
}

/*
 * An st_dev that is the same in every process, among the numbers the kernel gives to file systems
 * without a device, far above those it has reached.
 */
static dev_t device_number(const struct overlay *ov)
{
	const char *texts[] = {ov->merged, ov->layers[0].root};
	uint32_t hash = 0x811c9dc5; /* FNV-1a */
	for (int i = 0; i < 2; i++)
		for (const char *at = texts[i];; at++) {
			hash = (hash ^ (unsigned char)*at) * 0x01000193;
			if (*at == '\0')
				break;
		}
	uint32_t minor = 0xf0000 | ((hash ^ hash >> 16) & 0xffff);
	return (dev_t)(minor & 0xff) | (dev_t)(minor & ~0xffU) << 12;
}

static uint8_t part_shift(unsigned layer_count)
{
	uint8_t shift = 0;
	while ((layer_count - 1) >> shift >= 64)
		shift++;
	return shift;
}

/* The directories "writable" names go back to the options, absolute now. */
static void note_outside(struct config *c, struct draft *d)
{
	size_t size = strlen(d->options) + 1;
	for (unsigned i = 0; i < d->outside_count; i++)
		size += 2 * strlen(d->outside[i]) + sizeof ",writable=/";
	struct text t = arena_text(&c->arena, size);
	text_add(&t, d->options);
	for (unsigned i = 0; i < d->outside_count; i++) {
		text_add(&t, text_length(&t) ? ",writable=" : "writable=");
		escape_backslash(&t, d->outside[i], strlen(d->outside[i]), ",\\");
	}
	d->options = arena_end(&c->arena, &t);
}

/* Everything of an overlay that its draft decides, but what is opened. */
static void complete(struct config *c, struct draft *d)
{
	struct overlay *ov = &d->overlay;
	ov->merged_length = (uint16_t)strlen(ov->merged);
	ov->alias_length = (uint16_t)(ov->alias ? strlen(ov->alias) : 0);
	ov->layers = d->lowers - (d->upper != NULL);
	ov->layer_count = (uint16_t)(d->lower_count + (d->upper != NULL));
	ov->has_upper = d->upper != NULL;
	ov->writable = draft_writable(d);
	ov->workdir = d->upper ? d->work : NULL;
	ov->part_shift = part_shift(ov->layer_count);
	if (d->outside_count > 0) {
		ov->outside = d->outside;
		note_outside(c, d);
	}
	ov->dev = device_number(ov);
	number_file_systems(ov);
}

/* Those who were root come to the shared page by way of what root makes. */
static mode_t own_mode(void)
{
	return SYS1(SYS_geteuid, 0) == 0 ? 0711 : 0700;
}

/* What workdir/work must allow: whom workdir lets make things, that one lets, too. */
static mode_t work_mode(const struct stat *workdir)
{
	const mode_t mode = workdir->st_mode;
	return own_mode() | (mode & 0020 ? 0070 : 0) | (mode & 0002 ? 0007 : 0) |
	       (mode & (S_ISVTX | S_ISGID));
}

/* Makes workdir/work; the kernel leaves it with no permissions at all. */
static int prepare_work(struct config *c, const struct draft *d)
{
	struct stat outer, st;
	if (!draft_writable(d))
		return 0;
	int result = sys_mkdir(d->work, own_mode());
	const char *inner = work_root(c, d);
	if (result == 0 || result == -EEXIST)
		result = sys_mkdir(inner, 0700);
	if (result == 0 || result == -EEXIST)
		result = sys_fstatat(AT_FDCWD, d->work, &outer, 0);
	if (result == 0)
		result = sys_lstat(inner, &st);
	if (result == 0 && (st.st_mode & work_mode(&outer)) != work_mode(&outer))
		result = sys_chmod(inner, work_mode(&outer));
	return result < 0 ? blame_errno(c, d, WORKDIR, d->work, result) : 0;
}

static int open_layers(struct config *c, const struct draft *d, struct overlay *ov)
{
	int result = ov->writable ? layer_open(&ov->work, work_root(c, d)) : 0;
	if (result < 0)
		return blame_errno(c, d, WORKDIR, d->work, result);
	ov->work.dev = ov->layers[0].dev;
	for (unsigned i = 0; i < ov->layer_count; i++) {
		const char *root = ov->layers[i].root;
		result = layer_open(&ov->layers[i], root);
		if (result < 0)
			return blame_errno(c, d, LOWERDIR, root, result);
	}
	return 0;
}

/* The longest merged first, so that the first that fits is the right one. */
static struct draft **sorted(struct config *c)
{
	struct draft **order = arena_take(&c->arena, c->count * sizeof *order);
	for (unsigned i = 0; i < c->count; i++) {
		struct draft *next = &c->drafts[i];
		unsigned to = i;
		for (; to > 0 && order[to - 1]->overlay.merged_length < next->overlay.merged_length;
		     to--)
			order[to] = order[to - 1];
		order[to] = next;
	}
	return order;
}

static int check(struct config *c)
{
	int result = drafts_read(c);
	for (unsigned i = 0; i < c->count; i++)
		c->drafts[i].read_only |= c->look;
	c->fresh = result == 0 && !drafts_checked(c);
	if (!c->fresh)
		return result;
	for (unsigned i = 0; i < c->count && result == 0; i++)
		result = draft_check(c, &c->drafts[i]);
	for (unsigned i = 0; i < c->count && result == 0; i++)
		result = prepare_work(c, &c->drafts[i]);
	return result;
}

static int open_overlay(struct config *c, struct draft *d, struct overlay *ov, unsigned index)
{
	*ov = d->overlay;
	ov->index = (uint16_t)index;
	int result = open_layers(c, d, ov);
	if (result < 0)
		return result;
	if (c->fresh)
		shared_begin(ov);
	else if (!ov->writable || !*ov->page)
		overlay_join(ov); /* which is nothing, or what children are to be told of */
	memcpy(d->overlay.page, ov->page, sizeof ov->page); /* children are told */
	return 0;
}

static int open_mounts(struct mounts *mounts, char *const *envp, struct text *complaint, bool look)
{
	char *ours[text_ours(envp, NULL) + 1];
	struct config c = {.ours = ours, .complaint = complaint, .look = look};
	*mounts = (struct mounts){.count = 0};
	text_ours(envp, ours);
	int result = debug_read(ours, complaint);
	if (result < 0 || !settings_read(&c))
		return result;
	result = check(&c);
	if (result < 0 || c.count == 0)
		return result;
	for (unsigned i = 0; i < c.count; i++)
		complete(&c, &c.drafts[i]);
	struct house *house =
		arena_take(&c.arena, sizeof *house + c.count * sizeof *house->overlays);
	struct draft *const *order = sorted(&c);
	for (unsigned i = 0; i < c.count && result == 0; i++)
		result = open_overlay(&c, order[i], &house->overlays[i], i);
	house->environment = environment_make(&c);
	/* Last: what is read at the start stands in one page. */
	for (unsigned i = 0; i < c.count && result == 0; i++)
		cache_open(&c, order[i], &house->overlays[i]);
	*mounts = (struct mounts){.count = c.count, .at = house->overlays};
	for (unsigned i = 0; i < c.count; i++)
		mounts->enforce |= house->overlays[i].enforce && !environment_enforced(&c);
	return result;
}

int mounts_read(struct mounts *mounts, char *const *envp, struct text *complaint)
{
	return open_mounts(mounts, envp, complaint, false);
}

int mounts_look(struct mounts *mounts, char *const *envp, struct text *complaint)
{
	return open_mounts(mounts, envp, complaint, true);
}

void overlay_below(const struct overlay *ov, struct overlay *below)
{
	*below = *ov;
	below->layers++;
	below->layer_count--;
	below->part_shift = part_shift(below->layer_count);
	below->has_upper = below->writable = false;
	below->joined = true;
	below->shared = NULL;
	below->cache = NULL;
}

char *const *mounts_environment(const struct mounts *mounts)
{
	static char *const nothing[] = {NULL};
	if (mounts->count == 0)
		return nothing;
	const char *house = (const char *)mounts->at - offsetof(struct house, overlays);
	return ((const struct house *)house)->environment;
}
