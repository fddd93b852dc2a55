/*
 * overlain convert: the whiteouts of an upper from one form to another. The new one stands before
 * the old one goes, so that what is below shows at no time.
 */
#include "command.h"
#include "marks.h"
#include "walk.h"

#include <string.h>

static const char *wanted_form;
static const struct choice choices[] = {{"to", 't', NULL, &wanted_form}, {0}};

static const char *const form_names[] = {
	[WHITEOUT_DEVICE] = "device", [WHITEOUT_XATTR] = "xattr", [WHITEOUT_FILE] = "file"};

struct conversion {
	const struct overlay *overlay;
	const struct layer *upper;
	enum whiteout_form to;
	unsigned count;
};

static char parent_opaque(const struct conversion *c, struct path *p)
{
	PATH_PARENT(p);
	return marks_opaque(c->upper, p);
}

/* Says of P's directory that it holds whiteouts in xattr form. */
static int mark_parent(const struct conversion *c, struct path *p)
{
	PATH_PARENT(p);
	return layer_mark(layer_path(c->upper, p), "opaque", "x");
}

/* A device or a marked file at P, made in workdir first: a rename decides. */
static int place(const struct conversion *c, struct path *p)
{
	static const struct node nothing;
	struct stage s;
	int error = c->to == WHITEOUT_XATTR ? mark_parent(c, p) : 0;
	if (!error)
		error = overlay_scratch(c->overlay, &nothing, &s);
	if (error)
		return error;
	error = layer_make_whiteout(AT_FDCWD, s.path, c->to);
	if (!error)
		error = sys_rename(s.path, layer_path(c->upper, p), 0);
	overlay_scratch_end(&s);
	return error;
}

static int place_file(const struct conversion *c, struct path *p)
{
	int error = marks_make_file(c->upper, p);
	return error ? error : sys_unlink(layer_path(c->upper, p));
}

static int convert_whiteout(struct conversion *c, struct path *p)
{
	enum whiteout_form from = marks_form(c->upper, p);
	if (from == c->to)
		return 0;
	c->count++;
	if (c->to == WHITEOUT_FILE)
		return place_file(c, p);
	/* An opaque directory cannot say that it holds marked files, nor is there anything to hide.
	 */
	if (c->to == WHITEOUT_XATTR && parent_opaque(c, p) == 'y')
		return marks_remove_whiteout(c->upper, p);
	int error = place(c, p);
	return !error && from == WHITEOUT_FILE ? marks_remove_file(c->upper, p) : error;
}

static int opaque_by_file(struct conversion *c, struct path *p)
{
	int error = 0;
	if (!marks_has_opaque_file(c->upper, p)) {
		c->count++;
		error = marks_make_opaque_file(c->upper, p);
	}
	return error ? error : marks_remove(c->upper, p, LAYER_XATTR, "opaque");
}

static int opaque_by_attribute(struct conversion *c, struct path *p)
{
	int error = 0;
	if (marks_opaque(c->upper, p) != 'y') {
		c->count++;
		error = layer_mark(layer_path(c->upper, p), "opaque", "y");
	}
	return !error && marks_has_opaque_file(c->upper, p) ? marks_remove_opaque_file(c->upper, p)
							    : error;
}

static int convert_entry(struct conversion *c, const struct entry *entry)
{
	MARKS_KEEP_TIMES(c->upper, entry->path);
	if (entry->kind == ENTRY_WHITEOUT)
		return convert_whiteout(c, entry->path);
	if (!entry->opaque)
		return 0;
	return c->to == WHITEOUT_FILE ? opaque_by_file(c, entry->path)
				      : opaque_by_attribute(c, entry->path);
}

/* A directory without marked files any more does not say that it holds some. */
static int unmark(struct conversion *c, struct path *p)
{
	if (c->to == WHITEOUT_XATTR || marks_opaque(c->upper, p) != 'x')
		return 0;
	return marks_remove(c->upper, p, LAYER_XATTR, "opaque");
}

typedef int converter(struct conversion *c, const struct entry *entry);

static int unmark_entry(struct conversion *c, const struct entry *entry)
{
	bool directory = entry->kind == ENTRY_OBJECT && S_ISDIR(entry->st.st_mode);
	return directory ? unmark(c, entry->path) : 0;
}

static int each(struct conversion *c, const struct overlay *below, converter *convert_one)
{
	struct entry entry;
	struct walk *walk = walk_begin(c->upper, below, WALK_PATHS);
	int result;
	if (!walk)
		return fail("out of memory");
	while ((result = walk_next(walk, &entry)) > 0) {
		result = convert_one(c, &entry);
		if (result < 0)
			break;
	}
	if (result < 0)
		fail("/%s: %s", path_rel(walk_path(walk)), strerror(-result));
	walk_end(walk);
	return result < 0 ? EXIT_OWN : 0;
}

static bool read_form(enum whiteout_form *form)
{
	for (unsigned i = 0; wanted_form && i < sizeof form_names / sizeof *form_names; i++)
		if (text_same(wanted_form, form_names[i])) {
			*form = (enum whiteout_form)i;
			return true;
		}
	fail("convert: --to FORM: device, xattr or file (see overlain convert --help)");
	return false;
}

static int convert(const struct verb *verb, const struct arguments *arguments)
{
	(void)verb;
	struct conversion c = {0};
	struct overlay below;
	struct path root;
	if (!read_form(&c.to) || !(c.overlay = overlay_to_change(arguments)))
		return EXIT_OWN;
	c.upper = &c.overlay->layers[0];
	overlay_below(c.overlay, &below);
	path_clear(&root);
	CHANGE(c.overlay, &root, true);
	int status = each(&c, &below, convert_entry);
	if (!status)
		status = each(&c, &below, unmark_entry);
	if (!status && unmark(&c, &root) < 0)
		status = fail("the upper's root keeps its mark");
	if (!status)
		printf("%u converted\n", c.count);
	return status;
}

const struct verb convert_verb = {
	.name = "convert",
	.summary = "changes the form of an upper's whiteouts",
	.help = "Usage: overlain convert --to FORM [-o OPTIONS] [MERGED]\n"
		"Gives the whiteouts of an upper, and the marks of its opaque directories,\n"
		"another form. What merged shows stays the same throughout.\n"
		"\n"
		"  -t, --to device   character devices 0, 0: what every kernel reads\n"
		"      --to xattr    marked files, in directories marked for them: Linux 6.7\n"
		"      --to file     \".wh.\" files, as image layers have them\n"
		"  -o OPTIONS        the overlay, as for overlain run; else that of the\n"
		"                    environment\n"
		"      --help        prints this\n"
		"\n"
		"Example:\n"
		"  overlain convert --to file -o lowerdir=low,upperdir=up\n",
	.choices = choices,
	.kind = VERB_LAYERS,
	.main = convert,
};
