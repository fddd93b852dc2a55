/* overlain diff: what an upper changes. */
#include "command.h"
#include "differences.h"
#include "show.h"

static bool json, patch;
static const struct choice choices[] = {
	{"json", 0, &json, NULL},
	{"patch", 'p', &patch, NULL},
	{0},
};

static int diff(const struct verb *verb, const struct arguments *arguments)
{
	(void)verb;
	const struct overlay *ov = overlay_to_look(arguments);
	struct overlay below;
	if (!ov)
		return EXIT_OWN;
	overlay_below(ov, &below);
	return show_differences(&ov->layers[0], &below, arguments->rest, stdout,
				json    ? SHOW_JSON
				: patch ? SHOW_PATCH
					: SHOW_LINES);
}

const struct verb diff_verb = {
	.name = "diff",
	.summary = "lists what the upper adds, changes and deletes",
	.help = "Usage: overlain diff [-p | --json] [-o OPTIONS] [MERGED] [-- PATH...]\n"
		"Lists what the upper directory changes, sorted by path, one to a line:\n"
		"\n"
		"  A /path   added\n"
		"  C /path   changed; a directory only when its own attributes are\n"
		"  D /path   deleted, with everything that was in it\n"
		"\n"
		"Paths count from the root of MERGED. A directory that was removed and made\n"
		"anew, or that took the place of something else, is D and A. Names with line\n"
		"ends or other control characters are quoted as in C. With PATHs only what\n"
		"lies there is listed.\n"
		"\n"
		"  -p, --patch     adds the differences of contents as diff -u has them\n"
		"      --json      an array of objects with \"kind\", \"path\" and \"type\"\n"
		"  -o OPTIONS      the overlay, as for overlain run; else that of the environment\n"
		"      --help      prints this\n"
		"\n"
		"Example:\n"
		"  overlain diff -o lowerdir=low,upperdir=up\n",
	.choices = choices,
	.kind = VERB_LAYERS,
	.main = diff,
};
