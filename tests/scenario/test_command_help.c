/* What the command says about itself: help, man pages, completions, and where they go. */
#include <string.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(command_help, .init = scratch_make, .fini = scratch_remove);

#define MAN   SOURCE_DIR "/preload/command/man/"
#define VERBS "$(" OVERLAIN " --help | sed -nE '/^Example/q; s/^  ([a-z]+) +[a-z].*/\\1/p')"

/* Every verb has a help with an example and a section of the man page, and its long options stand
 * there. */
Test(command_help, nothing_is_left_out)
{
	assert_text(
		shell_text(scratch(),
			   "for verb in " VERBS "; do " OVERLAIN " $verb --help >help || echo "
			   "$verb: status; for word in \"^Usage: overlain $verb\" ^Example "
			   "'^ .*--help'; do grep -q -e \"$word\" help || echo $verb: no $word; "
			   "done; test -z \"$(sed -n 's/^.*\\(.\\{81\\}\\)$/\\1/p' help)\" || echo "
			   "$verb: too wide; grep -qx \".SS $verb\" " MAN "overlain.1 || echo "
			   "\"$verb: not in overlain(1)\"; for option in $(grep -oE "
			   "'^ +(-[a-z], )?--[a-z-]+' help | grep -o -e '--.*'); do test $option = "
			   "--help || sed 's/\\\\//g' " MAN
			   "overlain.1 | grep -q -e $option || echo "
			   "\"$verb $option: not in overlain(1)\"; done; done"),
		"", "what is missing");
}

/* What the library reads stands in its page. */
Test(command_help, variables)
{
	assert_text(shell_text(scratch(),
			       "for v in $(grep -rhoE '\"OVERLAIN_[A-Z_]+[=\"]' " SOURCE_DIR
			       "/preload --include=*.c | tr -d '\"=' | sort -u); do grep -q $v " MAN
			       "liboverlain.so.8 || echo $v; done"),
		    "", "variables left out");
}

Test(command_help, pages_are_well_formed)
{
	if (shell(scratch(), NULL, "groff --version").status != 0)
		cr_skip_test("there is no groff");
	assert_text(shell_text(scratch(), "for page in " MAN
					  "*; do groff -man -ww -Tutf8 -z $page 2>&1; done"),
		    "", "warnings");
}

static char *completed(const char *words)
{
	return shell_text(
		scratch(),
		format("PATH=%s:$PATH bash -c '. %s/preload/command/completions/overlain.bash; "
		       "compopt() { :; }; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
		       "_overlain; printf \"%%s\\n\" \"${COMPREPLY[@]}\"'",
		       BUILD_DIR, SOURCE_DIR, words));
}

Test(command_help, bash_completes)
{
	shell_text(scratch(), "mkdir lower other; touch file");
	assert_text(completed("overlain d"), "diff\ndiscard\n", "verbs");
	assert_text(completed("overlain diff --"), "--patch\n--json\n--help\n", "options");
	assert_text(completed("overlain run -o lo"), "lowerdir=\n", "overlay options");
	assert_text(completed("overlain run -o lowerdir = lo"), "lower\n", "directories");
}

Test(command_help, other_shells_read_theirs)
{
	assert_text(
		shell_text(scratch(),
			   "cd " SOURCE_DIR "/preload/command/completions; if command -v zsh "
			   ">/dev/null; then zsh -n _overlain; fi; if command -v fish >/dev/null; "
			   "then fish -n overlain.fish; fi; bash -n overlain.bash"),
		"", "syntax errors");
}

/* What install puts somewhere, uninstall takes away, and no more. */
Test(command_help, installs_and_uninstalls)
{
	const char *make = format("make -s -C %s BUILD=%s DESTDIR=%s/root prefix=/usr", SOURCE_DIR,
				  BUILD_DIR, scratch());
	shell_text(scratch(), format("%s install; touch root/usr/bin/other", make));
	assert_text(
		shell_text(scratch(),
			   "cd root/usr; ls -d bin/overlain lib/overlain/liboverlain.so "
			   "share/*/*/*overlain*; mkdir low; echo x >low/x; bin/overlain run -o "
			   "lowerdir=low m cat m/x; rm -r low"),
		"bin/overlain\nlib/overlain/liboverlain.so\n"
		"share/bash-completion/completions/overlain\n"
		"share/fish/vendor_completions.d/overlain.fish\n"
		"share/man/man1/overlain.1\nshare/man/man7/overlain.7\n"
		"share/man/man8/liboverlain.so.8\nshare/zsh/site-functions/_overlain\nx\n",
		"what is installed");
	assert_text(shell_text(scratch(), format("%s uninstall; find root/usr -type f", make)),
		    "root/usr/bin/other\n", "what is left");
}
