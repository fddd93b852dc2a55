/* Wrong configurations: each is told in one line, and nothing on disk is touched. */
#include "overlain/overlay.h"
#include "support/format.h"
#include "support/scratch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_SETTINGS 5
#define LONG_NAME    "%LONG" /* replaced by more than a path may hold */

struct row {
	const char *complaint;
	const char *settings[MAX_SETTINGS + 1];
};

#define M "OVERLAIN_MERGED="
#define L "OVERLAIN_LOWERDIR="
#define U "OVERLAIN_UPPERDIR="
#define W "OVERLAIN_WORKDIR="
#define O "OVERLAIN_OPTIONS="
#define N "OVERLAIN_MOUNTS="

static const struct row directories[] = {
	{"OVERLAIN_LOWERDIR: none: No such directory", {M "m", L "none"}},
	{"OVERLAIN_LOWERDIR: /x/none: No such directory", {M "m", L "a:/x/none:b"}},
	{"OVERLAIN_LOWERDIR: file: Not a directory", {M "m", L "a:file"}},
	{"OVERLAIN_LOWERDIR: file/x: Not a directory", {M "m", L "file/x"}},
	{"OVERLAIN_LOWERDIR: loop: Too many levels of symbolic links", {M "m", L "loop"}},
	{"OVERLAIN_LOWERDIR: a::b: empty element", {M "m", L "a::b"}},
	{"OVERLAIN_LOWERDIR: a:: empty element", {M "m", L "a:"}},
	{"OVERLAIN_LOWERDIR: empty element", {M "m", L ""}},
	{"OVERLAIN_LOWERDIR: a: given twice", {M "m", L "a:b:a"}},
	{"OVERLAIN_LOWERDIR: link: given twice", {M "m", L "a:link"}},
	{"OVERLAIN_LOWERDIR: up: inside the upper directory", {M "m", L "up", U "up"}},
	{"OVERLAIN_LOWERDIR: up/in: inside the upper directory", {M "m", L "up/in", U "up"}},
	{"OVERLAIN_LOWERDIR: wk/in: inside the work directory", {M "m", L "wk/in", U "up", W "wk"}},
	{"OVERLAIN_LOWERDIR: " LONG_NAME ": Path too long", {M "m", L LONG_NAME}},
	{"OVERLAIN_LOWERDIR: od?d: No such directory", {M "m", L "od\nd"}},
	{"OVERLAIN_LOWERDIR: not set", {M "m"}},
	{"OVERLAIN_LOWERDIR: not set", {M "m", U "up", O "ro"}},
	{"OVERLAIN_UPPERDIR: file: Not a directory", {M "m", L "a", U "file"}},
	{"OVERLAIN_UPPERDIR: none: No such directory", {M "m", L "a", U "none"}},
	{"OVERLAIN_UPPERDIR: empty", {M "m", L "a", U ""}},
	{"OVERLAIN_WORKDIR: wk: useless without an upper directory", {M "m", L "a", W "wk"}},
	{"OVERLAIN_WORKDIR: none: No such directory", {M "m", L "a", U "up", W "none"}},
	{"OVERLAIN_WORKDIR: file: Not a directory", {M "m", L "a", U "up", W "file"}},
	{"OVERLAIN_WORKDIR: empty", {M "m", L "a", U "up", W ""}},
	{"OVERLAIN_WORKDIR: up: the upper directory itself", {M "m", L "a", U "up", W "up"}},
	{"OVERLAIN_WORKDIR: up/in: inside the upper directory", {M "m", L "a", U "up", W "up/in"}},
	{"OVERLAIN_WORKDIR: .: the upper directory is inside it", {M "m", L "a", U "up", W "."}},
	{"OVERLAIN_WORKDIR: /proc: not on the file system of the upper directory",
	 {M "m", L "a", U "up", W "/proc"}},
	{"OVERLAIN_WORKDIR: @/file2.work: Not a directory", {M "m", L "a", U "file2"}},
	{"OVERLAIN_WORKDIR: /.work: inside the upper directory", {M "m", L "a", U "/"}},
	{"OVERLAIN_WORKDIR: /proc.work: not on the file system of the upper directory",
	 {M "m", L "a", U "/proc"}},
	{"OVERLAIN_MERGED: not set", {L "a"}},
	{"OVERLAIN_MERGED: not set", {O "ro"}},
	{"OVERLAIN_MERGED: empty", {M "", L "a"}},
	{"OVERLAIN_MERGED: file: Not a directory", {M "file", L "a"}},
	{"OVERLAIN_MERGED: file/m: Not a directory", {M "file/m", L "a"}},
	{"OVERLAIN_MERGED: " LONG_NAME ": Path too long", {M LONG_NAME, L "a"}},
};

static const struct row options[] = {
	{"OVERLAIN_OPTIONS: nosuch: unknown option", {M "m", L "a", O "ro,nosuch"}},
	{"OVERLAIN_OPTIONS: nosuch=1: unknown option", {M "m", L "a", O "nosuch=1"}},
	{"OVERLAIN_OPTIONS: redirect_dir=maybe: must be one of on|off|follow|nofollow",
	 {M "m", L "a", O "redirect_dir=maybe"}},
	{"OVERLAIN_OPTIONS: xino: must be one of on|off|auto", {M "m", L "a", O "xino"}},
	{"OVERLAIN_OPTIONS: volatile=1: takes no value", {M "m", L "a", O "volatile=1"}},
	{"OVERLAIN_OPTIONS: enforce=1: takes no value", {M "m", L "a", O "enforce=1"}},
	{"OVERLAIN_OPTIONS: writable=: names no directory", {M "m", L "a", O "writable="}},
	{"OVERLAIN_OPTIONS: none: No such directory", {M "m", L "a", O "writable=none"}},
	{"OVERLAIN_OPTIONS: cache=: must be a size such as 500k, 64m or 1g",
	 {M "m", L "a", O "cache="}},
	{"OVERLAIN_OPTIONS: cache=k: must be a size such as 500k, 64m or 1g",
	 {M "m", L "a", O "cache=k"}},
	{"OVERLAIN_OPTIONS: cache=64x: must be a size such as 500k, 64m or 1g",
	 {M "m", L "a", O "cache=64x"}},
	{"OVERLAIN_OPTIONS: cache=9999999999g: must be a size such as 500k, 64m or 1g",
	 {M "m", L "a", O "cache=9999999999g"}},
	{"OVERLAIN_OPTIONS: metacopy=on: not supported", {M "m", L "a", O "metacopy=on"}},
	{"OVERLAIN_OPTIONS: index=on: not supported", {M "m", L "a", O "index=on"}},
	{"OVERLAIN_OPTIONS: nfs_export=on: not supported", {M "m", L "a", O "nfs_export=on"}},
	{"OVERLAIN_OPTIONS: verity=require: not supported", {M "m", L "a", O "verity=require"}},
	{"OVERLAIN_OPTIONS: verity=on: not supported", {M "m", L "a", O "verity=on"}},
	{"OVERLAIN_OPTIONS: datadir+=b: not supported", {M "m", L "a", O "datadir+=b"}},
	{"OVERLAIN_OPTIONS: lowerdir=none: No such directory", {M "m", O "lowerdir=none"}},
	{"OVERLAIN_OPTIONS: upperdir=file: Not a directory", {M "m", L "a", O "upperdir=file"}},
	{"OVERLAIN_OPTIONS: upperdir: empty", {M "m", L "a", O "upperdir="}},
	{"OVERLAIN_OPTIONS: upperdir=b: given twice", {M "m", L "a", O "upperdir=a,upperdir=b"}},
	{"OVERLAIN_OPTIONS: lowerdir=b: given twice", {M "m", O "lowerdir=a,lowerdir=b"}},
	{"OVERLAIN_OPTIONS: upperdir=up: given as a variable of its own, too",
	 {M "m", L "a", U "up", O "upperdir=up"}},
};

static const struct row lines[] = {
	{"OVERLAIN_MOUNTS line 1: lowerdir=/x/none: No such directory", {N "m lowerdir=/x/none"}},
	{"OVERLAIN_MOUNTS line 3: lowerdir: not set", {N "m lowerdir=a\n\nn\n"}},
	{"OVERLAIN_MOUNTS line 2: nosuch: unknown option", {N "\nm lowerdir=a,nosuch"}},
	{"OVERLAIN_MOUNTS line 2: ./m: given twice", {N "m lowerdir=a\n./m lowerdir=b"}},
	{"OVERLAIN_MOUNTS line 1: m: given twice", {M "m", L "a", N "m lowerdir=b"}},
	{"OVERLAIN_MOUNTS line 1: file: Not a directory", {N "file lowerdir=a"}},
	{"OVERLAIN_MOUNTS line 1: workdir=wk: useless without an upper directory",
	 {N "m lowerdir=a,workdir=wk"}},
};

static const struct row diagnostics[] = {
	{"OVERLAIN_DEBUG: nosuch: unknown word (try OVERLAIN_DEBUG=help)",
	 {"OVERLAIN_DEBUG=paths,nosuch,exec"}},
	{"OVERLAIN_DEBUG_OUTPUT: " LONG_NAME ": Path too long",
	 {"OVERLAIN_DEBUG_OUTPUT=" LONG_NAME}},
};

static void make(void)
{
	scratch_make();
	cr_assert_eq(chdir(scratch()), 0);
	static const char *const made[] = {"a", "b", "up", "up/in", "wk", "wk/in", "file2"};
	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		cr_assert_eq(mkdir(made[i], 0755), 0);
	cr_assert(symlink("a", "link") == 0 && symlink("loop", "loop") == 0);
	close(open("file", O_CREAT | O_WRONLY, 0644));
	close(open("file2.work", O_CREAT | O_WRONLY, 0644));
}
TestSuite(config_errors, .init = make, .fini = scratch_remove);

static int read_settings(char *const *envp, char *complaint, size_t size)
{
	struct mounts mounts;
	struct text t;
	text_init(&t, complaint, size);
	return mounts_read(&mounts, envp, &t);
}

static void expect_complaints(const struct row *rows, size_t count)
{
	static char too_long[5000], complaint[6000];
	memset(too_long, 'x', sizeof too_long - 1);
	for (; count > 0; rows++, count--) {
		char *envp[MAX_SETTINGS + 1] = {NULL};
		for (size_t i = 0; rows->settings[i]; i++)
			envp[i] = replaced(rows->settings[i], LONG_NAME, too_long);
		cr_expect_lt(read_settings(envp, complaint, sizeof complaint), 0, "%s",
			     rows->complaint);
		char *expected = replaced(rows->complaint, LONG_NAME, too_long);
		cr_expect_str_eq(complaint, replaced(expected, "@", scratch()));
	}
	cr_expect_neq(access("up.work", F_OK), 0, "something was made");
	cr_expect_neq(access("wk/work", F_OK), 0, "something was made");
}
#define EXPECT_COMPLAINTS(rows) expect_complaints(rows, sizeof(rows) / sizeof *(rows))

Test(config_errors, of_directories)
{
	EXPECT_COMPLAINTS(directories);
}

Test(config_errors, of_options)
{
	EXPECT_COMPLAINTS(options);
}

Test(config_errors, of_lines)
{
	EXPECT_COMPLAINTS(lines);
}

Test(config_errors, of_diagnostics)
{
	EXPECT_COMPLAINTS(diagnostics);
}

Test(config_errors, in_a_later_overlay_leave_the_earlier_ones_alone)
{
	static const struct row rows[] = {
		{"OVERLAIN_MOUNTS line 2: lowerdir=none: No such directory",
		 {N "m lowerdir=a,upperdir=up\nn lowerdir=none,upperdir=b"}},
	};
	EXPECT_COMPLAINTS(rows);
}

Test(config_errors, where_the_working_directory_has_vanished)
{
	static const struct row rows[] = {
		{"OVERLAIN_MERGED: m: relative, and the working directory is gone", {M "m", L "a"}},
		{"OVERLAIN_LOWERDIR: a: relative, and the working directory is gone",
		 {M "/m", L "/:a"}},
		{"OVERLAIN_DEBUG_OUTPUT: log: relative, and the working directory is gone",
		 {"OVERLAIN_DEBUG_OUTPUT=log"}},
	};
	cr_assert(mkdir("gone", 0755) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0);
	EXPECT_COMPLAINTS(rows);
}

Test(config_errors, of_more_layers_than_can_be_counted)
{
	static char list[sizeof L + 2 * 65536], complaint[200];
	strcpy(list, L);
	for (unsigned i = 0; i < 65536; i++)
		strcpy(list + strlen(L) + 2 * i, i < 65535 ? "a:" : "a");
	cr_expect_lt(read_settings((char *[]){M "m", list, NULL}, complaint, sizeof complaint), 0);
	cr_expect_str_eq(complaint, "OVERLAIN_LOWERDIR: a: more than 65535 layers");
}
