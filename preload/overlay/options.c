/* The options of an overlay, as overlayfs and mount(8) name them. */
#include "config.h"

#include <string.h>

static const struct directory_option {
	const char *name;
	enum setting setting;
	bool list;
} directories[] = {
	{"lowerdir", LOWERDIR, true},
	{"lowerdir+", LOWERDIR, false},
	{"upperdir", UPPERDIR, false},
	{"workdir", WORKDIR, false},
};

#define FLAG(field) offsetof(struct draft, field)
static const struct option {
	const char *name;
	const char *values;  /* those understood, "|" between; "" alone: it takes none */
	const char *refused; /* those of overlayfs that cannot be honoured here */
	size_t flag;         /* the bool it sets; 0: none */
	const char *sets;    /* the value that makes it true */
} options[] = {
	{"redirect_dir", "on|off|follow|nofollow", NULL, FLAG(overlay.redirect_off), "off"},
	{"volatile", "", NULL, FLAG(overlay.is_volatile), ""},
	{"enforce", "", NULL, FLAG(overlay.enforce), ""},
	{"ro", "", NULL, FLAG(read_only), ""},
	{"rw", "", NULL, FLAG(read_only), NULL},
	{"metacopy", "off", "on", 0, NULL},
	{"index", "off", "on", 0, NULL},
	{"nfs_export", "off", "on", 0, NULL},
	{"verity", "off", "on|require", 0, NULL},
	{"xino", "on|off|auto", NULL, 0, NULL},
	{"uuid", "on|off|null|auto", NULL, 0, NULL},
};

/* What holds here anyway, or is the business of the file systems below. */
static const char *const accepted[] = {
	"userxattr",   "default_permissions",
	"defaults",    "atime",
	"noatime",     "relatime",
	"strictatime", "nodiratime",
	"dev",         "nodev",
	"suid",        "nosuid",
	"exec",        "noexec",
};

/* True when VALUE is one of "a|b|c". */
static bool one_of(const char *values, const char *value)
{
	size_t length = strlen(value);
	for (;;) {
		size_t size = element_length(values, strlen(values), '|');
		if (size == length && memcmp(values, value, size) == 0)
			return true;
		if (values[size] == '\0')
			return false;
		values += size + 1;
	}
}

static int take_option(struct config *c, struct draft *d, const struct option *option,
		       const char *item, const char *value)
{
	if (option->refused && *value && one_of(option->refused, value))
		return blame(c, d, OPTIONS, item, "not supported");
	if (!one_of(option->values, value)) {
		char why[64];
		struct text text;
		text_init(&text, why, sizeof why);
		text_add(&text, *option->values ? "must be one of " : "takes no value");
		text_add(&text, option->values);
		return blame(c, d, OPTIONS, item, why);
	}
	if (option->flag > 0)
		*(bool *)((char *)d + option->flag) =
			option->sets && text_same(option->sets, value);
	return 0;
}

/* A number of bytes, or of the unit behind it; -1 where VALUE is none. */
static int64_t size_of(struct config *c, const char *value)
{
	static const char units[] = "kmg";
	const size_t length = strlen(value);
	const char *unit = length > 0 ? text_find(units, value[length - 1] | 0x20) : NULL;
	const int64_t number = text_number(unit ? arena_copy(&c->arena, value, length - 1) : value);
	const unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	return number < 0 || number > INT64_MAX >> shift ? -1 : number << shift;
}

static int take_cache(struct config *c, struct draft *d, const char *item, const char *value)
{
	const int64_t size = size_of(c, value);
	if (size < 0)
		return blame(c, d, OPTIONS, item, "must be a size such as 500k, 64m or 1g");
	d->cache_given = true;
	d->cache_bytes = (uint64_t)size;
	return 0;
}

static int take_directory(struct config *c, struct draft *d, const struct directory_option *option,
			  const char *value)
{
	d->in_options |= 1U << option->setting;
	if (option->list)
		return draft_take_lowers(c, d, value, strlen(value));
	return draft_take(c, d, option->setting, element_plain(&c->arena, value, strlen(value)));
}

static int take_plain(struct config *c, struct draft *d, const char *item)
{
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
		if (text_same(accepted[i], item))
			return 0;
	return blame(c, d, OPTIONS, item,
		     text_starts(item, "datadir+=") ? "not supported" : "unknown option");
}

/* ITEM is NAME or NAME=VALUE. What names no directory is noted for the environment as well. */
static int take_item(struct config *c, struct draft *d, const char *item, struct text *noted)
{
	const char *equals = text_find(item, '=');
	const char *value = equals ? equals + 1 : "";
	char *name = arena_copy(&c->arena, item, equals ? (size_t)(equals - item) : strlen(item));
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		if (text_same(directories[i].name, name))
			return take_directory(c, d, &directories[i], value);
	if (text_same(name, "writable")) {
		if (!*value)
			return blame(c, d, OPTIONS, item, "names no directory");
		d->overlay.enforce = true;
		draft_take_outside(d, element_plain(&c->arena, value, strlen(value)));
		return 0;
	}
	if (text_length(noted) > 0)
		text_add_char(noted, ',');
	text_add(noted, item);
	if (text_same(name, "cache"))
		return take_cache(c, d, item, value);
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (text_same(options[i].name, name))
			return take_option(c, d, &options[i], item, value);
	return take_plain(c, d, item);
}

int options_read(struct config *c, struct draft *d, const char *list)
{
	size_t length = strlen(list);
	struct text noted;
	text_init(&noted, arena_take(&c->arena, length + 1), length + 1);
	d->options = noted.start;
	while (*list != '\0') {
		size_t size = element_length(list, strlen(list), ',');
		char *item = arena_copy(&c->arena, list, size);
		int result = size > 0 ? take_item(c, d, item, &noted) : 0;
		if (result < 0)
			return result;
		list += size + (list[size] == ',');
	}
	return 0;
}
