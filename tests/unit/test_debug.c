/* Messages: whole lines, in one write each, to the right place. */
#include "overlain/debug.h"
#include "support/format.h"
#include "support/scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void configure(char *const *envp)
{
	char complaint[200], *ours[8];
	struct text t;
	cr_assert_lt(text_ours(envp, NULL), 8);
	text_ours(envp, ours);
	text_init(&t, complaint, sizeof complaint);
	cr_assert_eq(debug_read(ours, &t), 0, "%s", complaint);
}
#define CONFIGURE(...) configure((char *[]){__VA_ARGS__, NULL})

/* Descriptor 2 becomes a socket that keeps the borders between writes. */
static int errors;
static void catch_errors(void)
{
	int ends[2];
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	cr_assert_eq(dup2(ends[0], 2), 2);
	errors = ends[1];
}

static const char *next_write(void)
{
	static char buffer[8192];
	ssize_t length = recv(errors, buffer, sizeof buffer - 1, MSG_DONTWAIT);
	buffer[length < 0 ? 0 : length] = '\0';
	return buffer;
}

TestSuite(debug, .init = scratch_make, .fini = scratch_remove);

Test(debug, is_silent_unless_asked)
{
	CONFIGURE("HOME=/");
	cr_assert_not(debug_on(DEBUG_PATHS | DEBUG_COPYUP | DEBUG_EXEC | DEBUG_ESCAPE));
	CONFIGURE("OVERLAIN_DEBUG=copyup");
	cr_assert(debug_on(DEBUG_COPYUP));
	cr_assert_not(debug_on(DEBUG_PATHS | DEBUG_EXEC | DEBUG_ESCAPE));
	CONFIGURE("OVERLAIN_DEBUG=all");
	cr_assert(debug_on(DEBUG_PATHS) && debug_on(DEBUG_EXEC) && debug_on(DEBUG_ESCAPE));
}

Test(debug, says_a_line_in_one_write)
{
	catch_errors();
	CONFIGURE("OVERLAIN_DEBUG=copyup");
	errno = ERANGE;
	debug_say("copyup: ", "a/b", " from ", "/lower", NULL);
	cr_assert_eq(errno, ERANGE);
	cr_assert_str_eq(next_write(), format("overlain[%d]: copyup: a/b from /lower\n", getpid()));
	complain("something is wrong");
	cr_assert_str_eq(next_write(), "overlain: something is wrong\n");
	cr_assert_str_eq(next_write(), "");
}

Test(debug, cuts_a_line_and_still_ends_it)
{
	static char huge[8000];
	memset(huge, 'h', sizeof huge - 1);
	catch_errors();
	debug_say("paths: ", huge, NULL);
	const char *said = next_write();
	cr_assert_lt(strlen(said), 5000);
	cr_assert_str_eq(said + strlen(said) - 2, "h\n");
	complain(huge);
	said = next_write();
	cr_assert_str_eq(said + strlen(said) - 2, "h\n");
}

Test(debug, appends_to_a_file_of_the_process)
{
	catch_errors();
	cr_assert_eq(chdir(scratch()), 0);
	CONFIGURE("OVERLAIN_DEBUG=exec", "OVERLAIN_DEBUG_OUTPUT=log.%p.%%");
	cr_assert_eq(chdir("/"), 0);
	debug_say("exec: ", "one", NULL);
	debug_say("exec: ", "two", NULL);
	int fd = open(format("%s/log.%d.%%%%", scratch(), getpid()), O_RDONLY);
	cr_assert_geq(fd, 0);
	cr_assert_str_eq(read_all(fd), format("overlain[%d]: exec: one\noverlain[%d]: exec: two\n",
					      getpid(), getpid()));
	cr_assert_str_eq(next_write(), "");
}

Test(debug, falls_back_to_stderr)
{
	catch_errors();
	CONFIGURE("OVERLAIN_DEBUG=exec", "OVERLAIN_DEBUG_OUTPUT=/none/log");
	debug_say("exec: ", "one", NULL);
	cr_assert_str_eq(next_write(), format("overlain[%d]: exec: one\n", getpid()));
}

Test(debug, explains_itself_and_goes_on)
{
	static const char *const all[] = {"paths", "copyup", "exec", "escape", "all", "help"};
	char words[64];
	struct text t;
	catch_errors();
	CONFIGURE("OVERLAIN_DEBUG=help,paths");
	cr_assert(debug_on(DEBUG_PATHS));
	const char *help = next_write();
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		cr_expect_not_null(strstr(help, format("\n  %s ", all[i])), "%s", all[i]);
	text_init(&t, words, sizeof words);
	debug_words(&t);
	cr_assert_str_eq(words, "paths");
}
