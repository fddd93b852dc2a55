/* What a child is started with, and what the mount table says: the configuration as text. */
#include "config.h"
#include "overlain/debug.h"

#include <string.h>

static size_t root_length(const struct layer *layer)
{
	return strlen(layer->root) - 1;
}

/* The upper comes first where there is one. */
static const struct layer *lowers_of(const struct overlay *ov)
{
	return ov->layers + ov->has_upper;
}

size_t overlay_mount_line_size(const struct overlay *ov)
{
	size_t size = 64 + (ov->workdir ? 8 * strlen(ov->workdir) : 0);
	for (unsigned i = 0; i < ov->layer_count; i++)
		size += 8 * root_length(&ov->layers[i]) + 2;
	return size;
}

void overlay_mount_line(const struct overlay *ov, struct text *t)
{
	const struct layer *end = ov->layers + ov->layer_count;
	for (const struct layer *lower = lowers_of(ov); lower < end; lower++) {
		text_add(t, lower == lowers_of(ov) ? "lowerdir=" : ":");
		escape_shown(t, lower->root, root_length(lower), true);
	}
	if (ov->has_upper) {
		text_add(t, ",upperdir=");
		escape_shown(t, ov->layers[0].root, root_length(&ov->layers[0]), false);
	}
	if (ov->workdir) {
		text_add(t, ",workdir=");
		escape_shown(t, ov->workdir, strlen(ov->workdir), false);
	}
}

/* --- the variables --- */

struct variables {
	struct config *c;
	const char *values[SETTINGS];
	size_t count;
	char *at[SETTINGS + 6];
};

static struct text begin(struct variables *v, const char *name, size_t size)
{
	struct text t = arena_text(&v->c->arena, strlen(name) + 1 + size);
	text_add(&t, name);
	text_add_char(&t, '=');
	return t;
}

static const char *end(struct variables *v, struct text *t)
{
	v->at[v->count] = arena_end(&v->c->arena, t);
	return text_find(v->at[v->count++], '=') + 1;
}

static const char *add(struct variables *v, const char *name, const char *value)
{
	struct text t = begin(v, name, strlen(value));
	text_add(&t, value);
	return end(v, &t);
}

static const char *add_lowers(struct variables *v, const struct draft *d)
{
	size_t size = 0;
	for (unsigned i = 0; i < d->lower_count; i++)
		size += 2 * root_length(&d->lowers[i]) + 2;
	struct text t = begin(v, setting_names[LOWERDIR], size);
	for (unsigned i = 0; i < d->lower_count; i++) {
		text_add(&t, i == 0 ? "" : ":");
		escape_backslash(&t, d->lowers[i].root, root_length(&d->lowers[i]), ":\\");
	}
	return end(v, &t);
}

static const char *spelled(const struct draft *d)
{
	const struct overlay *ov = &d->overlay;
	const char *merged = ov->alias ? ov->alias : ov->merged;
	return *merged ? merged : "/";
}

static void add_single(struct variables *v, const struct draft *d)
{
	v->values[MERGED] = add(v, setting_names[MERGED], spelled(d));
	v->values[LOWERDIR] = add_lowers(v, d);
	if (d->upper)
		v->values[UPPERDIR] = add(v, setting_names[UPPERDIR], *d->upper ? d->upper : "/");
	if (d->work)
		v->values[WORKDIR] = add(v, setting_names[WORKDIR], d->work);
	if (*d->options)
		v->values[OPTIONS] = add(v, setting_names[OPTIONS], d->options);
}

static void add_lines(struct variables *v, const struct draft *d, const struct draft *last)
{
	size_t size = 0;
	for (const struct draft *i = d; i < last; i++)
		size += 4 * (strlen(spelled(i)) + strlen(i->options)) +
			overlay_mount_line_size(&i->overlay) + 3;
	struct text t = begin(v, setting_names[MOUNTS], size);
	for (; d < last; d++) {
		escape_octal(&t, spelled(d), ESCAPE_FSTAB);
		text_add_char(&t, ' ');
		overlay_mount_line(&d->overlay, &t);
		text_add(&t, *d->options ? "," : "");
		escape_octal(&t, d->options, ESCAPE_FSTAB);
		text_add(&t, d + 1 < last ? "\n" : "");
	}
	v->values[MOUNTS] = end(v, &t);
}

static void add_diagnostics(struct variables *v)
{
	char words[64];
	struct text t;
	text_init(&t, words, sizeof words);
	debug_words(&t);
	if (text_setting(v->c->ours, "DEBUG"))
		add(v, "OVERLAIN_DEBUG", words);
	if (debug_output())
		add(v, "OVERLAIN_DEBUG_OUTPUT", debug_output());
	const char *on_escape = text_setting(v->c->ours, "ON_ESCAPE");
	if (on_escape)
		add(v, "OVERLAIN_ON_ESCAPE", on_escape);
}

static void add_enforced(struct variables *v)
{
	char number[20];
	struct text t;
	bool any = false;
	for (unsigned i = 0; i < v->c->count; i++)
		any |= v->c->drafts[i].overlay.enforce;
	if (!any)
		return;
	text_init(&t, number, sizeof number);
	text_add_hex(&t, settings_hash(v->values));
	add(v, "OVERLAIN_" ENFORCED_NAME, number);
}

bool environment_enforced(const struct config *c)
{
	const char *given = text_setting(c->ours, ENFORCED_NAME);
	char number[20];
	struct text t;
	text_init(&t, number, sizeof number);
	text_add_hex(&t, settings_hash(c->settings));
	return given && text_same(given, number);
}

char *const *environment_make(struct config *c)
{
	struct variables v = {.c = c};
	const struct draft *first = c->drafts, *last = first + c->count;
	if (first->line == 0)
		add_single(&v, first++);
	if (first < last)
		add_lines(&v, first, last);
	/* What is said in another way now must not be inherited as well. */
	for (unsigned i = 0; i < SETTINGS; i++)
		if (c->settings[i] && !v.values[i])
			v.values[i] = add(&v, setting_names[i], "");
	v.at[v.count++] = checked_seal(c, v.values);
	add_enforced(&v);
	add_diagnostics(&v);
	return memcpy(arena_take(&c->arena, sizeof v.at), v.at, sizeof v.at);
}
