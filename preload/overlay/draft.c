/* From variables to drafts: what was asked for, before anybody looks whether it can be. */
#include "config.h"

#include <string.h>

const char *const setting_names[SETTINGS] = {
	[MERGED] = "OVERLAIN_MERGED",     [LOWERDIR] = "OVERLAIN_LOWERDIR",
	[UPPERDIR] = "OVERLAIN_UPPERDIR", [WORKDIR] = "OVERLAIN_WORKDIR",
	[OPTIONS] = "OVERLAIN_OPTIONS",   [MOUNTS] = "OVERLAIN_MOUNTS",
};

/* Empty variables count as unset as long as all of them are. */
bool settings_read(struct config *c)
{
	bool any = false;
	for (unsigned s = 0; s < SETTINGS; s++) {
		c->settings[s] = text_setting(c->ours, setting_names[s] + strlen("OVERLAIN_"));
		any |= c->settings[s] && c->settings[s][0] != '\0';
	}
	return any;
}

/* Room for every lower directory that texts with so many separators can name, and for the upper. */
static void draft_begin(struct config *c, struct draft *d, unsigned line, size_t separators)
{
	d->line = line;
	d->lowers = arena_take(&c->arena, (separators + 3) * sizeof *d->lowers);
	d->lowers++;
	d->outside = arena_take(&c->arena, (separators + 3) * sizeof *d->outside);
}

static size_t count_separators(const char *s)
{
	size_t count = 0;
	for (; *s != '\0'; s++)
		count += *s == ':' || *s == ',';
	return count;
}

int draft_take(struct config *c, struct draft *d, enum setting s, const char *value)
{
	const char **places[] = {
		[MERGED] = &d->merged, [UPPERDIR] = &d->upper, [WORKDIR] = &d->work};
	if (value[0] == '\0')
		return blame(c, d, s, value, "empty");
	if (s == LOWERDIR) {
		d->lowers[d->lower_count++].root = value;
		return 0;
	}
	if (*places[s])
		return blame(c, d, s, value, "given twice");
	*places[s] = value;
	return 0;
}

void draft_take_outside(struct draft *d, const char *value)
{
	d->outside[d->outside_count++] = value;
}

int draft_take_lowers(struct config *c, struct draft *d, const char *list, size_t length)
{
	if (d->lower_count > 0)
		return blame(c, d, LOWERDIR, arena_copy(&c->arena, list, length), "given twice");
	for (size_t at = 0; at <= length;) {
		size_t size = element_length(list + at, length - at, ':');
		if (size == 0)
			return blame(c, d, LOWERDIR, arena_copy(&c->arena, list, length),
				     "empty element");
		int result = draft_take(c, d, LOWERDIR, element_plain(&c->arena, list + at, size));
		if (result < 0)
			return result;
		at += size + 1;
	}
	return 0;
}

static int draft_end(struct config *c, struct draft *d)
{
	static const char not_set[] = "not set";
	if (!d->merged)
		return blame(c, d, MERGED, NULL, not_set);
	if (d->lower_count == 0)
		return blame(c, d, LOWERDIR, NULL, not_set);
	if (d->work && !d->upper)
		return blame(c, d, WORKDIR, d->work, "useless without an upper directory");
	if (d->lower_count + (d->upper != NULL) > UINT16_MAX)
		return blame(c, d, LOWERDIR, d->lowers[0].root, "more than 65535 layers");
	return 0;
}

/* The overlay the single variables describe. */
static int read_single(struct config *c, struct draft *d)
{
	const char *lowers = c->settings[LOWERDIR] ? c->settings[LOWERDIR] : "";
	const char *options = c->settings[OPTIONS] ? c->settings[OPTIONS] : "";
	draft_begin(c, d, 0, count_separators(lowers) + count_separators(options));
	int result = options_read(c, d, options);
	for (enum setting s = MERGED; s <= WORKDIR && result == 0; s++) {
		const char *value = c->settings[s];
		if (!value)
			continue;
		if (d->in_options & 1U << s)
			result = blame(c, d, s, value, "given as a variable of its own, too");
		else if (s == LOWERDIR)
			result = draft_take_lowers(c, d, value, strlen(value));
		else
			result = draft_take(c, d, s, arena_copy(&c->arena, value, strlen(value)));
	}
	return result < 0 ? result : draft_end(c, d);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* "MERGED OPTIONS", each with \ooo for an odd byte, as in fstab(5). */
static int read_line(struct config *c, struct draft *d, unsigned number, const char *line,
		     size_t length)
{
	size_t end = 0;
	while (end < length && !is_blank(line[end]))
		end++;
	const char *merged = octal_plain(&c->arena, line, end);
	while (end < length && is_blank(line[end]))
		end++;
	const char *options = octal_plain(&c->arena, line + end, length - end);
	draft_begin(c, d, number, count_separators(options));
	d->merged = merged;
	int result = options_read(c, d, options);
	return result < 0 ? result : draft_end(c, d);
}

/* The next line at *AT that holds anything, without the blanks around; false at the end. */
static bool next_line(const char **at, unsigned *number, const char **line, size_t *length)
{
	while (**at != '\0') {
		const char *end = text_find(*at, '\n');
		if (!end)
			end = *at + strlen(*at);
		const char *start = *at;
		*at = end + (*end == '\n');
		++*number;
		while (start < end && is_blank(*start))
			start++;
		while (end > start && is_blank(end[-1]))
			end--;
		*line = start;
		*length = (size_t)(end - start);
		if (start < end)
			return true;
	}
	return false;
}

int drafts_read(struct config *c)
{
	const char *lines = c->settings[MOUNTS] ? c->settings[MOUNTS] : "";
	const char *at = lines, *line;
	unsigned number = 0, count = 0;
	size_t length;
	bool single = false;
	for (enum setting s = MERGED; s <= OPTIONS; s++)
		single |= c->settings[s] && c->settings[s][0] != '\0';
	while (next_line(&at, &number, &line, &length))
		count++;
	c->drafts = arena_take(&c->arena, (count + single) * sizeof *c->drafts);
	if (single && read_single(c, &c->drafts[c->count++]) < 0)
		return -EINVAL;
	at = lines;
	number = 0;
	while (next_line(&at, &number, &line, &length))
		if (read_line(c, &c->drafts[c->count++], number, line, length) < 0)
			return -EINVAL;
	return 0;
}
