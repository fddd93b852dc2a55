/*
 * OVERLAIN_CHECKED: what a process has found out about its configuration, told to its children.
 *
 * "HASH:DRAFT:DRAFT…". HASH is that of the settings, so that a change of any of them makes the rest
 * void. DRAFT is what cannot be read off the settings of one overlay: the st_dev of its layers,
 * "DEVxCOUNT,DEVxCOUNT", behind a "#" the name of the page processes share, and behind an "@" the
 * canonical path of merged where it is spelled otherwise.
 */
#include "config.h"

#include <string.h>

uint64_t settings_hash(const char *const *settings)
{
	uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
	for (unsigned s = 0; s < SETTINGS; s++) {
		const char *at = settings[s] ? settings[s] : "";
		for (; *at != '\0'; at++)
			hash = (hash ^ (unsigned char)*at) * 0x100000001b3U;
		hash = (hash ^ 0xff) * 0x100000001b3U;
	}
	return hash | 1ULL << 63; /* always 16 digits */
}

static void add_devices(struct text *t, const struct draft *d)
{
	const struct layer *end = d->lowers + d->lower_count;
	for (const struct layer *l = d->lowers - (d->upper != NULL); l < end;) {
		const struct layer *run = l;
		while (l < end && l->dev == run->dev)
			l++;
		text_add_hex(t, run->dev);
		text_add_char(t, 'x');
		text_add_hex(t, (uint64_t)(l - run));
		if (l < end)
			text_add_char(t, ',');
	}
}

char *checked_seal(struct config *c, const char *const *settings)
{
	size_t size = 64;
	for (const struct draft *d = c->drafts; d < c->drafts + c->count; d++)
		size += 4 * strlen(d->overlay.merged) + 32 * (d->lower_count + 2) + PAGE_NAME;
	struct text t = arena_text(&c->arena, size);
	text_add(&t, "OVERLAIN_CHECKED=");
	text_add_hex(&t, settings_hash(settings));
	for (const struct draft *d = c->drafts; d < c->drafts + c->count; d++) {
		text_add_char(&t, ':');
		add_devices(&t, d);
		text_add(&t, *d->overlay.page ? "#" : "");
		text_add(&t, d->overlay.page);
		if (d->overlay.alias) {
			text_add_char(&t, '@');
			escape_octal(&t, d->overlay.merged, ":\\");
		}
	}
	return arena_end(&c->arena, &t);
}

static bool take_hex(const char **at, uint64_t *n)
{
	const char *start = *at;
	for (*n = 0;; ++*at) {
		unsigned digit = (unsigned)**at - '0';
		if (digit > 9)
			digit = (unsigned)**at - 'a' + 10;
		if (digit > 15 || (digit > 9 && **at < 'a'))
			return *at > start;
		*n = *n << 4 | digit;
	}
}

static bool take_devices(const char **at, const struct draft *d)
{
	struct layer *l = d->lowers - (d->upper != NULL);
	struct layer *end = d->lowers + d->lower_count;
	while (l < end) {
		uint64_t dev, count;
		if (!take_hex(at, &dev) || *(*at)++ != 'x' || !take_hex(at, &count) || count == 0 ||
		    count > (uint64_t)(end - l))
			return false;
		while (count-- > 0)
			l++->dev = dev;
		if (l < end && *(*at)++ != ',')
			return false;
	}
	return true;
}

/* What is "/" as a setting is "" as a directory. */
static const char *as_directory(const char *path)
{
	return path && text_same(path, "/") ? "" : path;
}

static bool take_page(const char **at, char *page)
{
	if (**at != '#')
		return true;
	if (!page_is_named(*at + 1))
		return false;
	memcpy(page, *at + 1, PAGE_NAME);
	*at += 1 + PAGE_NAME;
	return true;
}

static bool take_draft(struct config *c, struct draft *d, const char **at)
{
	struct overlay *ov = &d->overlay;
	if (*(*at)++ != ':' || !take_devices(at, d) || !take_page(at, ov->page) ||
	    (d->upper && !d->read_only && !d->work))
		return false;
	ov->merged = d->merged;
	if (**at == '@') {
		const char *end = text_find(++*at, ':');
		size_t length = end ? (size_t)(end - *at) : strlen(*at);
		ov->alias = d->merged;
		ov->merged = octal_plain(&c->arena, *at, length);
		*at += length;
	}
	ov->merged = as_directory(ov->merged);
	d->upper = as_directory(d->upper);
	d->work = as_directory(d->work);
	for (unsigned i = 0; i < d->outside_count; i++)
		d->outside[i] = as_directory(d->outside[i]);
	if (d->upper)
		d->lowers[-1].root = arena_root(&c->arena, d->upper);
	for (struct layer *l = d->lowers; l < d->lowers + d->lower_count; l++)
		l->root = arena_root(&c->arena, as_directory(l->root));
	return true;
}

bool drafts_checked(struct config *c)
{
	const char *at = text_setting(c->ours, "CHECKED");
	uint64_t hash;
	if (!at || !take_hex(&at, &hash) || hash != settings_hash(c->settings))
		return false;
	for (unsigned i = 0; i < c->count; i++)
		if (!take_draft(c, &c->drafts[i], &at))
			return false;
	return true;
}
