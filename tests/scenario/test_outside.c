/* A program that has nothing to do with the union behaves as if the library were not there, to the
 * last system call. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/listing.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/format.h"
#include "support/world.h"

TestSuite(outside, .init = scratch_make, .fini = scratch_remove);

static const struct layers layers = {"low", "up", "work"};

#define CALLS                                                                                      \
	"trace=%file,read,write,close,lseek,fstat,fcntl,dup,dup2,dup3,getdents64,fchdir,"          \
	"ftruncate,fchmod,fchown,ioctl,fadvise64,flock,fallocate"

/* Addresses differ from run to run, and mkdirat at the cwd is mkdir by another name. */
#define ALIKE "s/0x[0-9a-f]*/ADDRESS/g; s/^mkdir(/mkdirat(AT_FDCWD, /; s/  */ /g"

static char *new_area(void)
{
	char *area = format("%s/area", scratch());

	plant(area,
	      "low/a = below\nup/b = above\nwork/\nmerged/\nbeside/one = first\n"
	      "beside/two = second\nbeside/dir/deep/leaf = leaf\nbeside/link -> dir/deep\n"
	      "beside/script = #!/bin/sh%0Aecho \"$0\"\nbeside/script mode 0755\n",
	      0);
	return area;
}

/* The area but for the workdir, which is the library's own. */
static char *what_stands(const char *area)
{
	static const char *const names[] = {"beside", "low", "up", "merged"};
	char *all = format("%s", "");

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		all = format("%s%s%s\n", all, names[i],
			     listing(format("%s/%s", area, names[i]), LIST_AGE | LIST_XATTRS));
	return all;
}

/* The same script in the directory beside `merged`, without and with the library. */
static void same_outside(const char *script)
{
	struct outcome bare, shim;
	char *area, *left;

	area = new_area();
	bare = shell(format("%s/beside", area), NULL, script);
	left = what_stands(area);
	remove_tree(area);

	area = new_area();
	shim = shell(format("%s/beside", area), layers_settings(&layers, area), script);
	assert_text(shim.out, bare.out, format("%s: stdout", script));
	assert_text(shim.err, bare.err, format("%s: stderr", script));
	cr_assert(shim.status == bare.status, "%s: status %d, expected %d", script, shim.status,
		  bare.status);
	assert_text(what_stands(area), left, format("%s: what it left", script));
	remove_tree(area);
}

/*
 * A symlink outside may lead into merged. Where merged exists on disk, the library has to look
 * before a name is made or a directory opened by such a path: whether the name is a link, whether
 * the directory is the one under merged, where the shell has gone. These looks, and no others, are
 * left out on both sides.
 */
#define LOOKS                                                                                      \
	"function name(l) { split(l, part, \"\\\"\"); return part[2] }"                            \
	"/^readlinkat\\(.*, (16|[2-5][0-9][0-9]|409[0-9])\\)/ || /^getcwd\\(/ || "                 \
	"/^newfstatat\\(.*\\/merged\", / { next }"                                                 \
	"/^newfstatat\\(AT_FDCWD, \"[^\"]*\\/\", .*, 0\\)/ { next }"                               \
	"/^newfstatat\\(AT_FDCWD, .*, 0\\)/ && opened && name($0) == opened { next }"              \
	"{ opened = /^openat.*O_DIRECTORY/ ? name($0) : \"\"; print }"

/* From the first call on that is about the argument; what comes before is the loader's business. */
static char *calls_about(const char *trace, const char *argument)
{
	char *result = format("%s", ""), *quoted = format("\"%s", argument),
	     *rest = format("%s", trace), *line;
	bool started = false;

	while ((line = strtok_r(rest, "\n", &rest))) {
		started = started || (strstr(line, quoted) && !starts_with(line, "execve("));
		if (started)
			result = format("%s%s\n", result, line);
	}
	return result;
}

static char *traced(const char *cwd, const char *const *settings, const char *command,
		    const char *argument)
{
	char *trace = format("%s/trace", scratch()), *options = format("%s", "");

	for (; settings && *settings; settings++)
		options = format("%s -E '%s'", options, *settings);
	shell(cwd, NULL,
	      format("strace -o %s -e signal=none -e '%s' %s %s", trace, CALLS, options, command));
	shell_text("/", format("sed -i '" ALIKE "' %s", trace));
	return calls_about(shell_text("/", format("tac %s | awk '" LOOKS "' | tac", trace)),
			   argument);
}

static bool can_trace(void)
{
	bool can = shell("/", NULL, "strace -o /dev/null true").status == 0;

	if (!can)
		fprintf(stderr, "skipped: this machine lets nothing be traced\n");
	return can;
}

static void same_calls(const char *command, const char *argument)
{
	char *area, *bare, *shim;

	area = new_area();
	bare = traced(format("%s/beside", area), NULL, command, argument);
	remove_tree(area);
	area = new_area();
	shim = traced(format("%s/beside", area), layers_settings(&layers, area), command, argument);
	remove_tree(area);
	cr_assert(*bare, "%s: no call about %s", command, argument);
	assert_text(shim, bare, format("%s: calls", command));
}

Test(outside, reading)
{
	same_outside("cat one two missing; ls -l --time-style=+%Y; cd dir/deep; pwd; /bin/pwd; "
		     "ls ../..; cat ../../link/leaf");
	same_outside("find . | sort; find . -name leaf -exec cat {} +; readlink -f link; "
		     "realpath ../beside/./dir; stat -c %n,%s *");
	same_outside("grep -r first .; diff one two; tar -cf - . | tar -tf - | sort; du -a . | "
		     "sort; cmp one two");
}

Test(outside, changing)
{
	same_outside("echo more >>one; mkdir -p x/y; touch x/y/z; mv one x; ln -s x s; "
		     "ln x/one hard; cat s/one; rm -r dir; ls -R");
	same_outside("cp -a dir copy; chmod -R go= copy; sed -i s/s/S/ two; truncate -s 3 one; "
		     "install -m 700 one two copy; ls copy");
	same_outside("tar -cf t dir; rm -r dir; tar -xf t; rmdir dir; rm -rf *; ls -A");
}

Test(outside, starting_programs)
{
	same_outside("./script; sh ./script; env -i ./script; (exit 3); ./one; ./missing; "
		     "echo $?; sh -c 'kill $$'; exec ./script");
}

Test(outside, descriptors)
{
	same_outside("exec 3<one 4>>two 5<dir; echo x >&4; cat <&3 two; ls -l /proc/self/fd/ | "
		     "awk '{ print $9 }' | sort; readlink /proc/self/fd/3 /proc/self/cwd; "
		     "cat /proc/self/fd/3");
}

Test(outside, system_places)
{
	same_outside("cat /etc/passwd | md5sum; ls /usr/share/doc/bash; ls /dev | wc -l; "
		     "cd /usr; pwd; ls -d share/..; id; getent hosts localhost; date -d @0; "
		     "ls /nowhere; test -e /proc/1 && echo proc; cat /proc/self/comm");
}

Test(outside, system_calls_of_readers)
{
	if (!can_trace())
		cr_skip_test();
	same_calls("cat /etc/passwd", "/etc/passwd");
	same_calls("find /usr/share/doc/bash", "/usr/share/doc/bash");
	same_calls("ls -lR --time-style=+ /usr/share/doc/bash", "/usr/share/doc/bash");
	same_calls("cat one two", "one");
	same_calls("find dir -size +0", "dir");
	same_calls("find ../beside/dir -type f", "../beside/dir");
	same_calls("grep -r leaf dir", "dir");
	same_calls("tar -cf /dev/null dir", "dir");
	same_calls("readlink -f /usr/share/doc/../doc/bash", "/usr/share");
	same_calls("stat one link missing", "one");
	same_calls("diff -r dir link", "dir");
}

Test(outside, system_calls_of_writers)
{
	if (!can_trace())
		cr_skip_test();
	same_calls("touch one new", "one");
	same_calls("mkdir -p x/y/z", "x");
	same_calls("rm -rf dir one", "dir");
	same_calls("mv one dir/moved", "dir/moved");
	same_calls("cp -a dir copy", "copy");
	same_calls("ln one hard", "hard");
	same_calls("ln -s one soft", "soft");
	same_calls("chmod -R go= dir", "dir");
	same_calls("truncate -s 100 two", "two");
	same_calls(
		"sh -c 'echo more >>one; cd dir; read l <deep/leaf; cd ..; : >two; test -f link'",
		"one");
}
