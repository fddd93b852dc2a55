/*
 * Every call on every kind of path, each with its result or its errno: what a plain directory and
 * the kernel's overlay answer, the library answers, wherever in a program it is asked.
 */
#include <string.h>
#include <sys/syscall.h>

#include <criterion/criterion.h>

#include "house.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/world.h"

SUITE(calls);

/* From main, from a thread with a small stack, from a signal handler, and before main. */
#define ANYWHERE(program)                                                                          \
	HELPER(program)                                                                            \
	"; " HELPER(program) " thread; " HELPER(program) " signal; " HELPER(program) " constructo" \
										     "r"
/* From another preloaded object, which the loader begins with. */
#define EARLY(program)                                                                             \
	"LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}" HELPER(program) ".so true constructor"
#define READING  HELPER("call_reading")
#define CHANGING HELPER("call_changing")
/* Known to differ: merged itself is another file system's, and directories cannot be renamed. */
#define BUT_ACROSS                                                                                 \
	" | grep -vE '^(rename|link).* merged/?:'"                                                 \
	" | grep -vE '^rename from merged/(docs|kind|empty)/?:|^open O_EXCL merged/loop/:'"        \
	" | grep -v '^renameat2 RENAME_NOREPLACE (name of 256)'"

Test(calls, reading)
{
	in_house(READING " main");
}

Test(calls, reading_in_a_thread)
{
	in_house(READING " thread");
}

Test(calls, reading_in_a_signal_handler)
{
	in_house(READING " signal");
}

Test(calls, reading_before_main)
{
	in_house(READING " constructor");
}

Test(calls, reading_in_a_constructor_of_another_preload)
{
	in_house(EARLY("call_reading"));
}

Test(calls, changing_in_a_constructor_of_another_preload)
{
	in_house(EARLY("call_changing") BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing)
{
	in_house(CHANGING BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing_in_a_thread)
{
	in_house(CHANGING " thread" BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing_in_a_signal_handler)
{
	in_house(CHANGING " signal" BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

Test(calls, changing_before_main)
{
	in_house(CHANGING " constructor" BUT_ACROSS, .unlike_plain = true, .own_upper = true);
}

/* There, which of two errors comes first is known to differ where a path has both. */
#define BUT_TWICE_WRONG                                                                            \
	" | grep -vE '\\(name of 256\\)|^(unlink|remove) merged(/|/\\.|/docs/\\.\\.?)?:'"          \
	" | grep -v '^open O_CREAT merged/loop/:'"

Test(calls, changing_what_is_read_only)
{
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE},
			.script = CHANGING BUT_ACROSS BUT_TWICE_WRONG, .unlike_plain = true,
			.read_only = true);
}

Test(calls, walking)
{
	in_house(HELPER("call_walks"));
}

Test(calls, fts)
{
	in_house(HELPER("call_fts"));
}

Test(calls, sockets)
{
	in_house(HELPER("call_sockets"));
}

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

Test(calls, through_descriptors)
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

Test(calls, stdio)
{
	everywhere(ANYWHERE("call_stdio"));
}

Test(calls, flags)
{
	everywhere(ANYWHERE("call_flags"), .unlike_plain = true);
}

Test(calls, numbers)
{
	everywhere(ANYWHERE("call_numbers"));
}

/* Newer than what libc has functions for: their callers know what to do without. */
Test(calls, numbers_that_are_not_there)
{
	const struct layers layers = {.lowerdir = "low", .upperdir = "up", .workdir = "work"};
	const char *area = scratch();

	shell_text(area, "mkdir low up work merged");
	struct outcome outcome =
		shell(area, layers_settings(&layers, area), HELPER("call_numbers") " absent");

	assert_text(outcome.out,
		    format("%d: ENOSYS\n463: ENOSYS\n464: ENOSYS\n465: ENOSYS\n466: ENOSYS\n"
			   "467: ENOSYS\n468: ENOSYS\n469: ENOSYS\n",
			   SYS_io_uring_setup),
		    "numbers");
}

Test(calls, watches)
{
	everywhere(HELPER("call_watch"), .own_upper = true);
}

Test(calls, named)
{
	everywhere("printf '$set 1\n1 the word of the catalogue\n' >words.msg; "
		   "gencat merged/words.cat words.msg; rm words.msg; : >merged/records; "
		   ": >merged/log; " HELPER("call_named"));
}

/* There is no mount behind merged that they could change. */
Test(calls, refused)
{
	const struct layers layers = {.lowerdir = "low", .upperdir = "up", .workdir = "work"};
	const char *area = scratch();

	shell_text(area, "mkdir -p low/docs up work merged; echo words >low/README");
	struct outcome outcome =
		shell(area, layers_settings(&layers, area), HELPER("call_named") " refused");

	size_t refused = 0;

	for (const char *at = outcome.out; (at = strstr(at, ": EPERM\n")); at++)
		refused++;
	cr_assert(refused == 14, "%zu refused: %s", refused, outcome.out);
	if (!strstr(outcome.out, "not permitted here"))
		assert_holds(outcome.out, " WROTE\n");
	assert_text(shell_text(area, "cat low/README; ls low"), "words\nREADME\ndocs\n",
		    "the lower");
}

Test(calls, links)
{
	everywhere(ANYWHERE("call_links"));
}

Test(calls, words)
{
	everywhere(HELPER("call_words"));
}

Test(calls, xattrs)
{
	everywhere(ANYWHERE("call_xattrs"), .unlike_plain = true);
}

Test(calls, streams)
{
	everywhere(ANYWHERE("call_streams"));
}

/* Merged is where libc puts them, and nothing of that is to be seen there. */
static char *in_place_of(const char *directory, const char *area)
{
	const char *const settings[] = {
		format("LD_PRELOAD=%s", LIBRARY),         format("OVERLAIN_MERGED=%s", directory),
		format("OVERLAIN_LOWERDIR=%s/low", area), format("OVERLAIN_UPPERDIR=%s/up", area),
		format("OVERLAIN_WORKDIR=%s/work", area), NULL,
	};

	shell_text(area, "rm -rf low up work; mkdir low up work");
	struct outcome outcome = shell("/", settings, HELPER("call_shared") " keep");

	assert_text(outcome.err, "", "stderr");
	return outcome.out;
}

Test(calls, shared_memory_and_temporary_files)
{
	const char *area = scratch();
	char *bare =
		shell_text(area, "rm -f /dev/shm/overlain-test-memory; " HELPER(
					 "call_shared") " keep; rm /dev/shm/overlain-test-memory");

	assert_text(in_place_of("/dev/shm", area), bare, "in /dev/shm");
	assert_text(shell_text(area, "ls up low; ls /dev/shm | grep overlain-test || :"),
		    "low:\n\nup:\noverlain-test-memory\n", "what is there");
	assert_text(in_place_of("/tmp", area), bare, "in /tmp");
	shell_text(area, "rm -f /dev/shm/overlain-test-memory");
}

#define read_only(program)                                                                         \
	same_everywhere(.lower = {HOUSE_TOP, HOUSE_BASE KEPT}, .script = HELPER(program),          \
			.unlike_plain = true, .read_only = true)

Test(calls, flags_where_nothing_can_be_written)
{
	read_only("call_flags");
}

Test(calls, numbers_where_nothing_can_be_written)
{
	read_only("call_numbers");
}

Test(calls, stdio_where_nothing_can_be_written)
{
	read_only("call_stdio");
}

Test(calls, xattrs_where_nothing_can_be_written)
{
	read_only("call_xattrs");
}

Test(calls, pointers)
{
	everywhere(ANYWHERE("call_pointers"));
}
