/* overlain run: a program under the overlay, in place of this one. */
#include "command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/*
 * The program may exist in merged only, or be a script whose interpreter does. So this program
 * starts itself once more, under the overlay, and looks for it from there.
 */
int run_command(char **command)
{
	size_t count = 0;
	int status = environment_complete(true);
	if (status != 0)
		return status;
	while (command[count])
		count++;
	char *again[count + 3];
	again[0] = format("overlain");
	again[1] = format("%s", exec_verb.name);
	memcpy(again + 2, command, (count + 1) * sizeof *again);
	execv("/proc/self/exe", again);
	return fail("/proc/self/exe: %m");
}

static bool verbose;
static const struct choice choices[] = {{"verbose", 'v', &verbose, NULL}, {0}};

static int run(const struct verb *verb, const struct arguments *arguments)
{
	(void)verb;
	if (verbose)
		setting_append("OVERLAIN_DEBUG", ',', "progress");
	if (!*arguments->rest)
		return fail("run: the command is missing (see overlain run --help)");
	return run_command(arguments->rest);
}

const struct verb run_verb = {
	.name = "run",
	.summary = "executes a command under an overlay",
	.help = "Usage: overlain run [-v] [-o OPTIONS] [MERGED] [--] COMMAND [ARGUMENT]...\n"
		"Executes COMMAND so that it, and all it starts, sees the overlay at MERGED,\n"
		"a directory that need not exist.\n"
		"\n"
		"  -o OPTIONS      as for mount -t overlay: lowerdir=A:B,upperdir=U,workdir=W\n"
		"                  Without upperdir the overlay is read-only; without workdir\n"
		"                  it is U.work. May be given several times.\n"
		"  -v, --verbose   tells on a terminal how far a long copy-up has come\n"
		"      --enforce   has the kernel forbid writing to the lowerdirs, by static\n"
		"                  programs and raw system calls as well; like -o enforce\n"
		"      --writable DIR\n"
		"                  has it forbid writing outside upper and workdir but below\n"
		"                  DIR. May be given several times; like -o writable=DIR\n"
		"      --help      prints this\n"
		"\n"
		"-o OPTIONS MERGED may be repeated: each describes one more overlay. Without\n"
		"them the overlay is taken from OVERLAIN_MERGED, OVERLAIN_LOWERDIR,\n"
		"OVERLAIN_UPPERDIR, OVERLAIN_WORKDIR, OVERLAIN_OPTIONS and OVERLAIN_MOUNTS;\n"
		"-o OPTIONS -- adds to OVERLAIN_OPTIONS, and MERGED alone is what\n"
		"OVERLAIN_MERGED would be, were it set.\n"
		"\n"
		"Exit status: COMMAND's own; 125 when overlain fails, 126 when COMMAND cannot\n"
		"be executed, 127 when it is not found.\n"
		"\n"
		"Example:\n"
		"  overlain run -o lowerdir=low,upperdir=up merged -- ls -l merged\n",
	.choices = choices,
	.kind = VERB_RUN,
	.main = run,
};

static int execute(const struct verb *verb, const struct arguments *arguments)
{
	char **argv = arguments->rest;
	(void)verb;
	if (!*argv)
		return fail("run: the command is missing (see overlain run --help)");
	/* The loader goes on without a library it cannot load; the overlay would be missing. */
	if (!library_loaded())
		return fail("the overlay's library was not loaded; %s is not started", *argv);
	execvp(*argv, argv);
	int error = errno;
	fail("%s: %m", *argv);
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

const struct verb exec_verb = {.name = "--exec", .kind = VERB_PLAIN, .main = execute};
