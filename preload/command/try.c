/* overlain try: a command over a directory as it stands, and then the question what becomes of it.
 */
#include "command.h"
#include "commit.h"
#include "session.h"
#include "show.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool yes, no;
static const char *directory, *name;
static const struct choice choices[] = {
	{"directory", 'd', NULL, &directory},
	{"name", 0, NULL, &name},
	{"yes", 'y', &yes, NULL},
	{"no", 'n', &no, NULL},
	{0},
};

/* The command's own status; what the terminal sends is for it alone. */
static int run_and_wait(char **command)
{
	int status;
	pid_t child = fork();
	if (child < 0)
		return fail("fork: %m");
	if (child == 0)
		_exit(run_command(command));
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* 'a'pply, 'd'iscard, or anything else to keep it. */
static char decide(const struct tally *tally, const char *target)
{
	if (yes || no)
		return yes ? 'a' : 'd';
	return ask_one(format("apply %s to %s, keep or discard [a/K/d]", tally_text(tally), target),
		       "ad");
}

static int settle(const struct session *s, const struct overlay *ov)
{
	static char *nothing[] = {NULL};
	struct commit c = {.overlay = ov, .upper = &ov->layers[0], .only = nothing, .sure = true};
	struct tally tally;
	overlay_below(ov, &c.below);
	if (!differences_count(c.upper, &c.below, nothing, &tally))
		return EXIT_OWN;
	if (tally.count == 0) {
		fputs("overlain: nothing was changed\n", stderr);
		return name ? 0 : session_remove(s);
	}
	int status = 0;
	if (!yes && !no)
		status = show_differences(c.upper, &c.below, nothing, stderr, SHOW_LINES);
	if (status != 0)
		return status;
	switch (decide(&tally, s->directory)) {
	case 'a':
		status = commit_upper(&c);
		return status == 0 ? session_remove(s) : status;
	case 'd':
		return session_remove(s);
	default:
		fprintf(stderr, "overlain: kept: overlain try --name %s goes on with it\n",
			s->name);
		return 0;
	}
}

static int try(const struct verb *verb, const struct arguments *arguments)
{
	static const struct arguments none = {0};
	struct session s;
	int status = 0;
	(void)verb;
	if (yes && no)
		return fail("try: -y and -n exclude each other");
	if (library_loaded())
		return fail("try: cannot be used under another overlay");
	if (!name && !*arguments->rest)
		return fail("try: the command is missing (see overlain try --help)");
	if (!session_open(&s, name, directory))
		return EXIT_OWN;
	const struct overlay *ov = overlay_to_change(&none);
	if (!ov)
		return EXIT_OWN;
	if (*arguments->rest)
		status = run_and_wait(arguments->rest);
	int settled = settle(&s, ov);
	return settled != 0 ? settled : status;
}

const struct verb try_verb = {
	.name = "try",
	.summary = "executes a command, then asks whether its changes are to stay",
	.help = "Usage: overlain try [-d DIR] [--name NAME] [-y | -n] [--] COMMAND [ARGUMENT]...\n"
		"Executes COMMAND on DIR as it stands, all that it changes in there going to a\n"
		"directory aside. Then lists the changes and asks: apply them to DIR, keep\n"
		"them for later, or discard them. Without a terminal they are kept.\n"
		"\n"
		"  -d, --directory DIR   the directory to protect; / when not given\n"
		"      --name NAME       a session of that name, made or gone on with; without\n"
		"                        a COMMAND only its changes are settled\n"
		"  -y, --yes             applies without asking\n"
		"  -n, --no              discards without asking\n"
		"      --help            prints this\n"
		"\n"
		"Of / all is protected but /proc, /sys and /dev. Sessions lie in\n"
		"$XDG_STATE_HOME/overlain, ~/.local/state/overlain when that is not set. The\n"
		"exit status is COMMAND's own.\n"
		"\n"
		"Examples:\n"
		"  overlain try -- dpkg -i package.deb\n"
		"  overlain try -d ~/project -- make install prefix=$HOME/project\n",
	.choices = choices,
	.kind = VERB_COMMAND,
	.main = try,
};
