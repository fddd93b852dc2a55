/* overlain commit: what an upper changes, done to a directory tree. */
#include "command.h"
#include "commit.h"
#include "journal.h"
#include "progress.h"
#include "show.h"

#include <string.h>
#include <unistd.h>

/* TARGET as an overlay of that directory alone. */
static bool open_target(const char *target, struct overlay *below)
{
	static struct mounts mounts;
	char line[4096];
	struct text complaint;
	char *const settings[] = {format("OVERLAIN_MERGED=/"),
				  format("OVERLAIN_LOWERDIR=%s", one_directory(target)), NULL};
	text_init(&complaint, line, sizeof line);
	if (mounts_look(&mounts, settings, &complaint) < 0) {
		fail("commit: %s: %s", target, strrchr(line, ':') ? strrchr(line, ':') + 2 : line);
		return false;
	}
	*below = mounts.at[0];
	return true;
}

static bool find_target(const struct overlay *ov, const char *target, struct overlay *below)
{
	if (target)
		return open_target(target, below);
	overlay_below(ov, below);
	if (below->layer_count == 1)
		return true;
	fail("commit: there are %u lower directories: name the TARGET", below->layer_count);
	return false;
}

static int prepare(struct journal *j, const struct commit *c, const struct tally *tally)
{
	struct differences ds;
	if (!differences_begin(&ds, c->upper, &c->below, c->only))
		return EXIT_OWN;
	progress_begin("copies", tally->bytes);
	int status = journal_prepare(j, &ds);
	progress_end();
	differences_end(&ds);
	return status;
}

static int apply(const struct commit *c, struct journal *j)
{
	struct path root;
	path_clear(&root);
	CHANGE(c->overlay, &root, true);
	return journal_apply(j);
}

/* With the journal open, which means that nothing is left of an earlier commit. */
static int commit_changes(const struct commit *c, struct journal *j)
{
	struct tally tally;
	if (!differences_count(c->upper, &c->below, c->only, &tally))
		return EXIT_OWN;
	if (tally.count == 0) {
		fprintf(stderr, "overlain: nothing to apply to %s/\n", j->target);
		return 0;
	}
	if (!c->sure && !ask(format("apply %s to %s/", tally_text(&tally), j->target)))
		return fail("nothing is applied");
	int status = prepare(j, c, &tally);
	if (status == 0)
		status = apply(c, j);
	if (status == 0)
		fprintf(stderr, "overlain: %s applied to %s/\n", tally_text(&tally), j->target);
	return status;
}

/* The directory, "/" being "". */
static char *target_of(const struct commit *c)
{
	const struct layer *target = &c->below.layers[0];
	return format("%.*s", target->root_length, target->root);
}

static bool is_pending(const struct commit *c)
{
	return journal_pending(target_of(c), c->overlay->workdir);
}

int commit_upper(const struct commit *c)
{
	struct journal j;
	const char *directory = target_of(c);
	if (text_below(directory, strlen(directory), c->upper->root, c->upper->root_length))
		return fail("commit: %s/ lies in the upper directory", directory);
	int status = journal_open(&j, directory, c->overlay->workdir);
	if (status == 0)
		status = commit_changes(c, &j);
	journal_close(&j);
	return status;
}

/* --- the verb --- */

static bool yes, dry_run;
static const struct choice choices[] = {
	{"yes", 'y', &yes, NULL},
	{"dry-run", 0, &dry_run, NULL},
	{0},
};

static int commit(const struct verb *verb, const struct arguments *arguments)
{
	struct commit c = {.only = arguments->rest, .sure = yes};
	(void)verb;
	c.overlay = dry_run ? overlay_to_look(arguments) : overlay_to_change(arguments);
	if (!c.overlay || !find_target(c.overlay, arguments->operand, &c.below))
		return EXIT_OWN;
	c.upper = &c.overlay->layers[0];
	if (dry_run && is_pending(&c))
		fputs("overlain: an earlier commit is to be completed first\n", stderr);
	if (dry_run)
		return show_differences(c.upper, &c.below, c.only, stdout, SHOW_LINES);
	return commit_upper(&c);
}

const struct verb commit_verb = {
	.name = "commit",
	.summary = "applies the upper's changes to the lower",
	.help = "Usage: overlain commit [-y] [--dry-run] [-o OPTIONS] [MERGED] [TARGET]\n"
		"                       [-- PATH...]\n"
		"Does to the directory TARGET what the upper directory holds: all or nothing.\n"
		"TARGET is the only lower directory when not given. With PATHs, as overlain\n"
		"diff prints them, only what lies there is applied. The upper stays as it is;\n"
		"overlain discard empties it.\n"
		"\n"
		"Everything is made ready beside TARGET before the first change of it. When\n"
		"the machine or this program stops in between, TARGET is as it was, or the\n"
		"next commit to it, of whatever, first goes on to the end.\n"
		"\n"
		"  -y, --yes       does not ask\n"
		"      --dry-run   only lists what would be done\n"
		"  -o OPTIONS      the overlay, as for overlain run; else that of the environment\n"
		"      --help      prints this\n"
		"\n"
		"Example:\n"
		"  overlain commit -o lowerdir=low,upperdir=up merged -- /etc\n",
	.choices = choices,
	.kind = VERB_TARGET,
	.main = commit,
};
