/*
 * Families of calls beyond the plainest ones, each by a program of its own that tries every
 * variant: what a plain directory and the kernel's overlay answer, the library answers.
 */
#include <string.h>
#include <sys/syscall.h>

#include <criterion/criterion.h>

#include "house.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/world.h"

SUITE(families);

/* From main, from a thread with a small stack, from a signal handler, and before main. */
#define ANYWHERE(program)                                                                          \
	HELPER(program)                                                                            \
	"; " HELPER(program) " thread; " HELPER(program) " signal; " HELPER(program) " constructo" \
										     "r"
/* An object for each call and each way that call_descriptors has. */
static char *objects(const char *kinds[], const char *form)
{
	static const char *const calls[] = {"fchmod",       "fchown",   "futimens",  "fsetxattr",
					    "fremovexattr", "setflags", "fssetxattr"};
	static const char *const ways[] = {"plain", "dup", "fork", "exec"};
	char *all = format("%s", "");

	for (; *kinds; kinds++)
		for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
			for (size_t j = 0; j < sizeof ways / sizeof *ways; j++) {
				char *name = format("%s-%s-%s", *kinds, calls[i], ways[j]);

				all = format(form, all, name, name);
			}
	return all;
}

Test(families, through_descriptors)
{
	char *files = objects((const char *[]){"file", NULL},
			      "%s%s = words\n%s xattr user.taste=sweet\n");
	char *both = objects((const char *[]){"merged", NULL}, "%s%s/low = x\n");
	char *directories = objects((const char *[]){"directory", "merged", NULL},
				    "%s%s/in = x\n%s xattr user.taste=sweet\n");

	same_everywhere(.lower = {format("%s%s", files, directories), both},
			.script = HELPER("call_descriptors"));
}

#define KEPT "kept1 = one to keep\nkept2 = another to keep\n"
#define everywhere(text, ...)                                                                      \
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE KEPT}, .upper = HOUSE_UPPER,               \
			.script = text, __VA_ARGS__)

Test(families, stdio)
{
	everywhere(ANYWHERE("call_stdio"));
}

Test(families, flags)
{
	everywhere(ANYWHERE("call_flags"), .unlike_plain = true);
}

Test(families, numbers)
{
	everywhere(ANYWHERE("call_numbers"));
}

/* What COMMAND says where only the library has an answer. */
static char *under_the_library(const char *command)
{
	const struct layers layers = {.lowerdir = "low", .upperdir = "up", .workdir = "work"};

	shell_text(scratch(), "mkdir -p low/docs up work merged; echo words >low/README");
	return shell(scratch(), layers_settings(&layers, scratch()), command).out;
}

/* Newer than what libc has functions for: their callers know what to do without. */
Test(families, numbers_that_are_not_there)
{
	assert_text(under_the_library(HELPER("call_numbers") " absent"),
		    format("%d: ENOSYS\n463: ENOSYS\n464: ENOSYS\n465: ENOSYS\n466: ENOSYS\n"
			   "467: ENOSYS\n468: ENOSYS\n469: ENOSYS\n",
			   SYS_io_uring_setup),
		    "numbers");
}

Test(families, watches)
{
	everywhere(HELPER("call_watch"), .own_upper = true);
}

Test(families, named)
{
	everywhere("printf '$set 1\n1 the word of the catalogue\n' >words.msg; "
		   "gencat merged/words.cat words.msg; rm words.msg; : >merged/records; "
		   ": >merged/log; " HELPER("call_named"));
}

/* There is no mount behind merged that they could change. */
Test(families, refused)
{
	char *said = under_the_library(HELPER("call_named") " refused");
	size_t refused = 0;

	for (const char *at = said; (at = strstr(at, ": EPERM\n")); at++)
		refused++;
	cr_assert(refused == 14, "%zu refused: %s", refused, said);
	assert_holds(said, "merged has none: EOPNOTSUPP\nname_to_handle_at: done\n");
	if (!strstr(said, "not permitted here"))
		assert_holds(said, " WROTE\n");
	assert_text(shell_text(scratch(), "cat low/README; ls low"), "words\nREADME\ndocs\n",
		    "the lower");
}

Test(families, links)
{
	everywhere(ANYWHERE("call_links"));
}

Test(families, words)
{
	everywhere(HELPER("call_words"));
}

Test(families, xattrs)
{
	everywhere(ANYWHERE("call_xattrs"), .unlike_plain = true);
}

Test(families, streams)
{
	everywhere(ANYWHERE("call_streams"));
}

/*
 * Merged is where libc puts them, and nothing of that is to be seen there. The program lies in the
 * lower: merged may cover the place it was built in.
 */
static char *in_place_of(const char *directory, const char *area)
{
	const char *const settings[] = {
		format("LD_PRELOAD=%s", LIBRARY),         format("OVERLAIN_MERGED=%s", directory),
		format("OVERLAIN_LOWERDIR=%s/low", area), format("OVERLAIN_UPPERDIR=%s/up", area),
		format("OVERLAIN_WORKDIR=%s/work", area), NULL,
	};

	shell_text(area, "rm -rf low up work; mkdir low up work; cp " HELPER("call_shared") " low");
	struct outcome outcome = shell("/", settings, format("%s/call_shared keep", directory));

	assert_text(outcome.err, "", "stderr");
	return outcome.out;
}

Test(families, shared_memory_and_temporary_files)
{
	const char *area = scratch();
	char *bare =
		shell_text(area, "rm -f /dev/shm/overlain-test-memory; " HELPER(
					 "call_shared") " keep; rm /dev/shm/overlain-test-memory");

	assert_text(in_place_of("/dev/shm", area), bare, "in /dev/shm");
	assert_text(shell_text(area, "ls up low; ls /dev/shm | grep overlain-test || :"),
		    "low:\ncall_shared\n\nup:\noverlain-test-memory\n", "what is there");
	assert_text(in_place_of("/tmp", area), bare, "in /tmp");
	shell_text(area, "rm -f /dev/shm/overlain-test-memory");
}

#define read_only(program)                                                                         \
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE KEPT}, .script = HELPER(program),          \
			.unlike_plain = true, .read_only = true)

Test(families, flags_where_nothing_can_be_written)
{
	read_only("call_flags");
}

Test(families, numbers_where_nothing_can_be_written)
{
	read_only("call_numbers");
}

Test(families, stdio_where_nothing_can_be_written)
{
	read_only("call_stdio");
}

Test(families, xattrs_where_nothing_can_be_written)
{
	read_only("call_xattrs");
}

Test(families, pointers)
{
	everywhere(ANYWHERE("call_pointers"));
}
