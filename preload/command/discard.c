/* overlain discard: the upper is emptied, and merged is what the lower layers are. */
#include "command.h"
#include "differences.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static bool yes;
static const struct choice choices[] = {{"yes", 'y', &yes, NULL}, {0}};

static int discard_one(const struct overlay *ov, const char *name)
{
	struct path p;
	int error = path_set(&p, name, strlen(name));
	if (error == 0)
		error = overlay_discard(ov, &p);
	return error == 0 || error == -ENOENT ? 0 : fail("/%s: %s", name, strerror(-error));
}

int discard_upper(const struct overlay *ov)
{
	int status = 0;
	struct dirent *entry;
	DIR *all = opendir(ov->layers[0].root);
	if (!all)
		return fail("%s: %m", ov->layers[0].root);
	while (status == 0 && (entry = readdir(all)))
		if (!text_same(entry->d_name, ".") && !text_same(entry->d_name, ".."))
			status = discard_one(ov, entry->d_name);
	closedir(all);
	if (status == 0)
		drop_attributes(ov->layers[0].root, true); /* they speak of what is no more */
	return status;
}

static int discard_paths(const struct overlay *ov, char **paths)
{
	int status = 0;
	for (; status == 0 && *paths; paths++)
		status = discard_one(ov, *paths);
	return status;
}

static bool confirm(const struct overlay *ov, char **paths)
{
	struct overlay below;
	struct tally tally;
	overlay_below(ov, &below);
	/* Counting also sees to it that the paths are there, and spells them as the walk does. */
	if (!differences_count(&ov->layers[0], &below, paths, &tally))
		return false;
	if (yes)
		return true;
	return ask(format("throw %s in %s away", tally_text(&tally), ov->layers[0].root));
}

static int discard(const struct verb *verb, const struct arguments *arguments)
{
	(void)verb;
	const struct overlay *ov = overlay_to_change(arguments);
	if (!ov || !confirm(ov, arguments->rest))
		return EXIT_OWN;
	return *arguments->rest ? discard_paths(ov, arguments->rest) : discard_upper(ov);
}

const struct verb discard_verb = {
	.name = "discard",
	.summary = "throws the upper's changes away",
	.help = "Usage: overlain discard [-y] [-o OPTIONS] [MERGED] [-- PATH...]\n"
		"Empties the upper directory, so that MERGED is again what the lower\n"
		"directories are. With PATHs, as overlain diff prints them, only what lies\n"
		"there is thrown away.\n"
		"\n"
		"  -y, --yes    does not ask\n"
		"  -o OPTIONS   the overlay, as for overlain run; else that of the environment\n"
		"      --help   prints this\n"
		"\n"
		"Example:\n"
		"  overlain discard -y -o lowerdir=low,upperdir=up\n",
	.choices = choices,
	.kind = VERB_LAYERS,
	.main = discard,
};
