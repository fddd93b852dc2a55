/* What a child is started with says the same as what its parent read, and costs less to read. */
#include "overlain/debug.h"
#include "overlain/overlay.h"
#include "support/format.h"
#include "support/scratch.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "rooms.h"

static char complaint[1024];
static struct mounts mounts;

static int read_settings(char *const *envp)
{
	struct text t;
	text_init(&t, complaint, sizeof complaint);
	return mounts_read(&mounts, envp, &t);
}
#define READ(...) cr_assert_eq(read_settings((char *[]){__VA_ARGS__, NULL}), 0, "%s", complaint)

/* The environment as one text, the scratch directory's name taken out. */
static char *environment(void)
{
	char *all = format("%s", "");
	for (char *const *at = mounts_environment(&mounts); *at; at++)
		all = format("%s%s\n", all, *at);
	return replaced(all, scratch(), "@");
}

static const char *setting(const char *name)
{
	return text_setting(mounts_environment(&mounts), name);
}

static void assert_same_overlays(const struct mounts *x, const struct mounts *y)
{
	cr_assert_eq(x->count, y->count);
	for (unsigned i = 0; i < x->count; i++) {
		const struct overlay *a = &x->at[i], *b = &y->at[i];
		cr_expect_str_eq(a->merged, b->merged);
		cr_expect_str_eq(a->alias ? a->alias : "-", b->alias ? b->alias : "-");
		cr_expect_str_eq(mount_line(a), mount_line(b));
		cr_expect_str_eq(a->workdir ? a->workdir : "-", b->workdir ? b->workdir : "-");
		cr_expect(a->writable == b->writable && a->redirect_off == b->redirect_off &&
			  a->is_volatile == b->is_volatile && a->dev == b->dev &&
			  a->layer_count == b->layer_count);
		for (unsigned l = 0; l < a->layer_count; l++) {
			cr_expect_str_eq(a->layers[l].root, b->layers[l].root);
			cr_expect_eq(a->layers[l].dev, b->layers[l].dev);
			cr_expect_eq(a->layers[l].fs, b->layers[l].fs);
		}
	}
}

static void make(void)
{
	scratch_make();
	cr_assert_eq(chdir(scratch()), 0);
	static const char *const made[] = {"a", "b", "o d:d,\\\n", "up", "real"};
	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		cr_assert_eq(mkdir(made[i], 0755), 0);
	cr_assert_eq(symlink("real", "link"), 0);
}
TestSuite(config_handover, .init = make, .fini = scratch_remove);

#define EVERYTHING                                                                                 \
	"OVERLAIN_MERGED=link/m", "OVERLAIN_LOWERDIR=a:o d\\:d,\\\\\n:/proc:b",                    \
		"OVERLAIN_UPPERDIR=up", "OVERLAIN_OPTIONS=redirect_dir=off,cache=64m",             \
		"OVERLAIN_MOUNTS=/ lowerdir=/,ro,volatile\n"                                       \
		"link/x\\040y lowerdir+=o d:d\\,\\\\\\012,upperdir=b,xino=auto"

Test(config_handover, is_absolute)
{
	READ(EVERYTHING);
	char *all = environment();
	char *seal = strstr(all, "OVERLAIN_CHECKED=");
	cr_assert_not_null(seal);
	*seal = '\0';
	cr_assert_str_eq(all, "OVERLAIN_MERGED=@/link/m\n"
			      "OVERLAIN_LOWERDIR=@/a:@/o d\\:d,\\\\\n:/proc:@/b\n"
			      "OVERLAIN_UPPERDIR=@/up\n"
			      "OVERLAIN_WORKDIR=@/up.work\n"
			      "OVERLAIN_OPTIONS=redirect_dir=off,cache=64m\n"
			      "OVERLAIN_MOUNTS=/ lowerdir=/,ro,volatile\n"
			      "@/link/x\\040y lowerdir=@/o\\040d\\134:d\\134\\054\\134\\134\\012"
			      ",upperdir=@/b,workdir=@/b.work,xino=auto\n");
}

Test(config_handover, says_the_same_to_a_child)
{
	READ(EVERYTHING);
	struct mounts parent = mounts;
	char *given = environment();
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(read_settings((char **)mounts_environment(&parent)), 0, "%s", complaint);
	cr_assert_str_eq(environment(), given);
	assert_same_overlays(&mounts, &parent);
}

Test(config_handover, says_the_same_without_the_seal)
{
	READ(EVERYTHING);
	struct mounts parent = mounts;
	char *envp[16] = {NULL};
	for (size_t i = 0, kept = 0; mounts_environment(&parent)[i]; i++)
		if (!text_starts(mounts_environment(&parent)[i], "OVERLAIN_CHECKED="))
			envp[kept++] = mounts_environment(&parent)[i];
	char *given = environment();
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(read_settings(envp), 0, "%s", complaint);
	cr_assert_str_eq(environment(), given);
	assert_same_overlays(&mounts, &parent);
}

Test(config_handover, is_taken_without_a_look_at_the_disk)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a:b", "OVERLAIN_UPPERDIR=up");
	struct mounts parent = mounts;
	cr_assert(rmdir("a") == 0 && rmdir("up.work/work") == 0);
	cr_assert_eq(read_settings((char **)mounts_environment(&parent)), 0, "%s", complaint);
	cr_assert_neq(access("up.work/work", F_OK), 0);
}

Test(config_handover, is_checked_again_once_it_was_changed)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a:b");
	char *seal = format("OVERLAIN_CHECKED=%s", setting("OVERLAIN_CHECKED"));
	char *lower = format("OVERLAIN_LOWERDIR=%s", setting("OVERLAIN_LOWERDIR"));
	char *merged = format("OVERLAIN_MERGED=%s", setting("OVERLAIN_MERGED"));
	cr_assert_eq(rmdir("a"), 0);
	READ(merged, lower, seal);
	cr_assert_lt(read_settings((char *[]){merged, format("%s:/proc", lower), seal, NULL}), 0);
	cr_assert_str_eq(replaced(complaint, scratch(), "@"),
			 "OVERLAIN_LOWERDIR: @/a: No such directory");
	cr_assert_lt(read_settings((char *[]){format("%sx", merged), lower, seal, NULL}), 0);
}

Test(config_handover, does_not_trust_a_broken_seal)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a:b:/proc");
	const char *whole = setting("OVERLAIN_CHECKED");
	char *lower = format("OVERLAIN_LOWERDIR=%s", setting("OVERLAIN_LOWERDIR"));
	char *merged = format("OVERLAIN_MERGED=%s", setting("OVERLAIN_MERGED"));
	cr_assert_eq(rmdir("a"), 0);
	for (int length = 0; length < (int)strlen(whole) - 1; length++) {
		char *seal = format("OVERLAIN_CHECKED=%.*s", length, whole);
		cr_expect_lt(read_settings((char *[]){merged, lower, seal, NULL}), 0, "%s", seal);
	}
	cr_expect_lt(read_settings((char *[]){merged, lower, NULL}), 0);
}

Test(config_handover, carries_the_diagnostics)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", "OVERLAIN_DEBUG=exec,,copyup",
	     "OVERLAIN_DEBUG_OUTPUT=log.%p", "OVERLAIN_ON_ESCAPE=fail");
	cr_assert(debug_on(DEBUG_EXEC) && debug_on(DEBUG_COPYUP) && !debug_on(DEBUG_PATHS));
	cr_assert_str_eq(setting("OVERLAIN_DEBUG"), "copyup,exec");
	cr_assert_str_eq(setting("OVERLAIN_DEBUG_OUTPUT"), format("%s/log.%%p", scratch()));
	cr_assert_str_eq(setting("OVERLAIN_ON_ESCAPE"), "fail");
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", "OVERLAIN_DEBUG=all");
	cr_assert_str_eq(setting("OVERLAIN_DEBUG"), "paths,copyup,exec,escape");
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a");
	cr_assert_null(setting("OVERLAIN_DEBUG"));
	cr_assert_null(setting("OVERLAIN_DEBUG_OUTPUT"));
	cr_assert_null(setting("OVERLAIN_ON_ESCAPE"));
}
