/* What a configuration makes: overlays with everything filled in. */
#include "overlain/overlay.h"
#include "support/scratch.h"
#include "support/format.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "rooms.h"

static char complaint[1024];
static struct mounts mounts;

static void read_settings(char *const *envp)
{
	struct text t;
	text_init(&t, complaint, sizeof complaint);
	cr_assert_eq(mounts_read(&mounts, envp, &t), 0, "%s", complaint);
	cr_assert_str_eq(complaint, "");
}
#define READ(...) read_settings((char *[]){__VA_ARGS__, NULL})

/* "name" as an absolute path. */
static const char *at(const char *name)
{
	return format("%s/%s", scratch(), name);
}

static void make(void)
{
	scratch_make();
	cr_assert_eq(chdir(scratch()), 0);
	static const char *const directories[] = {"a", "b", "c", "up", "wk", "m"};
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		cr_assert_eq(mkdir(directories[i], 0755), 0);
}
TestSuite(config, .init = make, .fini = scratch_remove);

Test(config, may_be_none)
{
	READ("HOME=/", "OVERLAIN_LOWERDIRS=/none");
	cr_assert_eq(mounts.count, 0);
	READ("OVERLAIN_MERGED=", "OVERLAIN_LOWERDIR=", "OVERLAIN_UPPERDIR=", "OVERLAIN_MOUNTS=");
	cr_assert_eq(mounts.count, 0);
	cr_assert_null(mounts_environment(&mounts)[0]);
	READ("OVERLAIN_MOUNTS= \t\n \n");
	cr_assert_eq(mounts.count, 0);
}

Test(config, of_one_overlay_by_variables)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=b/:./a//../a", "OVERLAIN_UPPERDIR=up",
	     "OVERLAIN_WORKDIR=wk");
	cr_assert_eq(mounts.count, 1);
	const struct overlay *ov = mounts.at;
	cr_assert_str_eq(ov->merged, at("m"));
	cr_assert_eq(ov->merged_length, strlen(ov->merged));
	cr_assert_null(ov->alias);
	cr_assert_eq(ov->layer_count, 3);
	cr_assert(ov->writable);
	cr_assert_str_eq(ov->layers[0].root, at("up/"));
	cr_assert_str_eq(ov->layers[1].root, at("b/"));
	cr_assert_str_eq(ov->layers[2].root, at("a/"));
	cr_assert_str_eq(ov->layers[2].reach, at("a/"));
	cr_assert_str_eq(ov->workdir, at("wk"));
	cr_assert_str_eq(ov->work.root, at("wk/work/"));
	cr_assert_not(ov->redirect_off || ov->is_volatile);
	cr_assert_str_eq(mount_line(ov), format("lowerdir=%s:%s,upperdir=%s,workdir=%s", at("b"),
						at("a"), at("up"), at("wk")));
}

Test(config, without_an_upper_is_read_only)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a:b");
	cr_assert_not(mounts.at->writable);
	cr_assert_null(mounts.at->workdir);
	cr_assert_eq(mounts.at->layer_count, 2);
	cr_assert_str_eq(mounts.at->layers[0].root, at("a/"));
	cr_assert_str_eq(mount_line(mounts.at), format("lowerdir=%s:%s", at("a"), at("b")));
}

Test(config, by_options_alone)
{
	READ("OVERLAIN_MERGED=m",
	     "OVERLAIN_OPTIONS=rw,,lowerdir=a:b,lowerdir+=c,upperdir=up,workdir=wk,xino=auto");
	cr_assert_eq(mounts.at->layer_count, 4);
	cr_assert_str_eq(mounts.at->layers[0].root, at("up/"));
	cr_assert_str_eq(mounts.at->layers[3].root, at("c/"));
	cr_assert_str_eq(mounts.at->workdir, at("wk"));
}

Test(config, understands_options)
{
	static const struct {
		const char *options;
		bool read_only, redirect_off, is_volatile;
	} rows[] = {
		{"", false, false, false},
		{"redirect_dir=on", false, false, false},
		{"redirect_dir=follow,redirect_dir=nofollow", false, false, false},
		{"redirect_dir=off", false, true, false},
		{"redirect_dir=off,redirect_dir=on", false, false, false},
		{"volatile", false, false, true},
		{"ro", true, false, false},
		{"ro,rw", false, false, false},
		{"ro,volatile,redirect_dir=off", true, true, true},
		{"metacopy=off,index=off,nfs_export=off,verity=off", false, false, false},
		{"xino=on,xino=off,xino=auto,uuid=null,uuid=on", false, false, false},
		{"cache=0,cache=4096,cache=500k,cache=64m,cache=1G", false, false, false},
		{"userxattr,default_permissions,defaults", false, false, false},
		{"rw,noatime,relatime,strictatime,nodev,nosuid,noexec,dev,suid,exec", false, false,
		 false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *options = rows[i].options;
		READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", "OVERLAIN_UPPERDIR=up",
		     format("OVERLAIN_OPTIONS=%s", options));
		cr_expect_eq(mounts.at->writable, !rows[i].read_only, "%s", options);
		cr_expect_eq(mounts.at->redirect_off, rows[i].redirect_off, "%s", options);
		cr_expect_eq(mounts.at->is_volatile, rows[i].is_volatile, "%s", options);
	}
}

Test(config, of_several_overlays_has_the_longest_first)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a",
	     "OVERLAIN_MOUNTS=\n  m/deep/er \t lowerdir=b,ro  \n\n/ lowerdir=/,upperdir=up\n");
	cr_assert_eq(mounts.count, 3);
	cr_assert_str_eq(mounts.at[0].merged, at("m/deep/er"));
	cr_assert_str_eq(mounts.at[1].merged, at("m"));
	cr_assert_str_eq(mounts.at[2].merged, "");
	cr_assert_eq(mounts.at[2].merged_length, 0);
	for (unsigned i = 0; i < 3; i++)
		cr_assert_eq(mounts.at[i].index, i);
	cr_assert_str_eq(mounts.at[2].layers[1].root, "/");
	cr_assert_eq(mounts.at[2].layers[1].root_length, 0);
	cr_assert_str_eq(mounts.at[2].work.reach, at("up.work/work/"));
}

Test(config, allows_odd_bytes_in_names)
{
	cr_assert(mkdir("o d:d,\\\n", 0755) == 0 && mkdir("w,k", 0755) == 0);
	const char *shown =
		format("lowerdir=%s/o\\040d\\134:d\\134\\054\\134\\134\\012,upperdir=%s,"
		       "workdir=%s/w\\134\\054k",
		       scratch(), at("up"), scratch());
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=o d\\:d,\\\\\n", "OVERLAIN_UPPERDIR=up",
	     "OVERLAIN_WORKDIR=w,k");
	cr_assert_str_eq(mounts.at->layers[1].root, at("o d:d,\\\n/"));
	cr_assert_str_eq(mount_line(mounts.at), shown);
	READ("OVERLAIN_MERGED=m",
	     "OVERLAIN_OPTIONS=lowerdir=o d\\:d\\,\\\\\n,upperdir=up,workdir=w\\,k");
	cr_assert_str_eq(mount_line(mounts.at), shown);
	READ("OVERLAIN_MOUNTS=m lowerdir+=o d:d\\,\\\\\\012,upperdir=up,workdir=w\\,k");
	cr_assert_str_eq(mount_line(mounts.at), shown);
	READ(format("OVERLAIN_MOUNTS=m\\040\\134x %s", shown));
	cr_assert_str_eq(mount_line(mounts.at), shown);
	cr_assert_str_eq(mounts.at->merged, at("m \\x"));
}

Test(config, makes_the_work_directory)
{
	struct stat st;
	/* Root's is passed through by those who were root. */
	const mode_t mode = S_IFDIR | (geteuid() == 0 ? 0711 : 0700);
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", "OVERLAIN_UPPERDIR=up");
	cr_assert_str_eq(mounts.at->workdir, at("up.work"));
	cr_assert(lstat("up.work", &st) == 0 && st.st_mode == mode);
	cr_assert(lstat("up.work/work", &st) == 0 && st.st_mode == mode);
	cr_assert_eq(chmod("up.work/work", 0), 0, "as the kernel leaves it");
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", "OVERLAIN_UPPERDIR=up");
	cr_assert(lstat("up.work/work", &st) == 0 && st.st_mode == mode);
}

Test(config, without_writing_makes_no_work_directory)
{
	READ("OVERLAIN_MERGED=m", "OVERLAIN_LOWERDIR=a", "OVERLAIN_UPPERDIR=up",
	     "OVERLAIN_OPTIONS=ro");
	cr_assert_neq(access("up.work", F_OK), 0);
	cr_assert_null(mounts.at->workdir);
	cr_assert_eq(mounts.at->layer_count, 2);
}
