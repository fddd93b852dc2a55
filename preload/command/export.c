/* overlain export: the upper as a layer of a container image. */
#include "command.h"
#include "archive.h"
#include "progress.h"

#include <string.h>
#include <unistd.h>

typedef int visitor(struct archive *a, const struct entry *e);

static int walk(const struct overlay *ov, struct archive *a, visitor *visit)
{
	struct overlay below;
	struct entry entry;
	int result, status = 0;
	overlay_below(ov, &below);
	struct walk *w = walk_begin(&ov->layers[0], &below, WALK_ARCHIVE);
	if (!w)
		return fail("out of memory");
	while (status == 0 && (result = walk_next_whole(w, &entry)) > 0)
		status = visit(a, &entry);
	if (status == 0 && result < 0)
		status = fail("/%s: %s", path_rel(walk_path(w)), strerror(-result));
	walk_end(w);
	return status;
}

/* For the progress: what tar is going to write, near enough. */
static uint64_t total;
static int weigh(struct archive *a, const struct entry *e)
{
	(void)a;
	total += 1024;
	if (e->kind == ENTRY_OBJECT && S_ISREG(e->st.st_mode))
		total += (uint64_t)e->st.st_size;
	return 0;
}

static int write_layer(const struct overlay *ov)
{
	struct archive a;
	if (isatty(STDERR_FILENO) && walk(ov, NULL, weigh) != 0)
		return EXIT_OWN;
	int status = archive_begin(&a, ov->layers[0].root);
	if (status != 0)
		return status;
	progress_begin("layer", total);
	progress_watch_process(a.tar);
	status = walk(ov, &a, archive_add);
	int ended = archive_end(&a);
	progress_end();
	return status != 0 ? status : ended;
}

static int export_layer(const struct verb *verb, const struct arguments *arguments)
{
	if (*arguments->rest)
		return fail("%s: %s: unexpected argument", verb->name, *arguments->rest);
	if (isatty(STDOUT_FILENO))
		return fail("export: standard output is a terminal; write to a file or a pipe");
	const struct overlay *ov = overlay_to_look(arguments);
	if (!ov)
		return EXIT_OWN;
	return write_layer(ov);
}

const struct verb export_verb = {
	.name = "export",
	.summary = "writes the upper as a layer of a container image",
	.help = "Usage: overlain export [-o OPTIONS] [MERGED] >layer.tar\n"
		"Writes the upper directory as a tar archive in the form of an OCI image layer:\n"
		"what is deleted as .wh.NAME, a directory that hides the one below with\n"
		".wh..wh..opq, sorted by name, hard links and extended attributes kept, owners as\n"
		"they are. GNU tar does the writing.\n"
		"\n"
		"With SOURCE_DATE_EPOCH set no time is later than that, and the same upper gives\n"
		"the same bytes.\n"
		"\n"
		"  -o OPTIONS   the overlay, as for overlain run; else that of the environment\n"
		"      --help   prints this\n"
		"\n"
		"Example:\n"
		"  overlain export -o lowerdir=low,upperdir=up >layer.tar\n"
		"  umoci raw add-layer --image image:tag layer.tar\n",
	.kind = VERB_LAYERS,
	.main = export_layer,
};
