/*
 * between STRIDE [DEED [OTHER]]: two processes change the same tree, and one does all of its deed
 * while the other stands still at one of its system calls: at each in turn, or at every STRIDE-th
 * of all there are. What both answer and what is left must be what comes of the two deeds one after
 * the other, in either order; and both processes, which knew the tree before, must see what a new
 * one sees. Then the same with some of them where the file system has neither devices, attributes
 * nor flags for renames, and somebody only looks.
 *
 * Some of the deeds put a symlink in the place of a directory or file. In merged it leads into
 * merged; followed by the kernel, from where the upper lies, it leads to what merged hides.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook.h"
#include "killer.h"
#include "operations.h"
#include "stage.h"
#include "support/format.h"
#include "support/listing.h"

static const char *const lower[] = {
	"f=one", "g=two",    "d/", "d/a=a", "d/b=b", "d/s/", "d/s/c=c", "d/e/", "empty/",
	"full/", "full/x=x", "m/", "m/a=a", "m/x=x", "m/s/", "m/s/c=c", "w=w",  NULL,
};
static const char *const upper[] = {
	"u=upper",
	"g=above",
	"w!",
	"full/",
	"full/x!",
	"m/",
	"m/b=b",
	"m/x!",
	"m/s/",
	"m/s/d=d",
	"pure/",
	"pure/p=p",
	"pure/e/",
	"pure/w!",
	"other/",
	"other/a=a",
	"other/b=b",
	"other/p=p",
	"other/p&user.key",
	"pure/p&user.key",
	"other/s/",
	"other/s/c=c",
	"other/e/",
	"to-other@../merged/other",
	"to-p@../merged/other/p",
	NULL,
};
/* What lies below merged itself looks like what a deed means, but for its content. */
static const char *const beside[] = {
	"merged/",
	"merged/other/",
	"merged/other/a=hidden",
	"merged/other/b=hidden",
	"merged/other/p=hidden",
	"merged/other/p&user.key",
	"merged/other/s/",
	"merged/other/s/c=hidden",
	"merged/other/e/",
	NULL,
};
static const char *const poor_upper[] = {"u=upper", "g=above", ".wh.w=", NULL};
static char area[PATH_MAX];

/*
 * Those with a small letter in common meet each other: files, directories. Who only reads meets
 * all. l, p and n do not meet each other, but those with the capital letter: what goes by the
 * directory that these replace, or by the name.
 */
static const struct deed {
	const char *group, *words[4];
} deeds[] = {
	{"f", {"append", "f"}},
	{"f", {"empty", "f"}},
	{"f", {"chmod", "f"}},
	{"f", {"chmod", "g"}},
	{"f", {"chown", "f"}},
	{"f", {"utimes", "f"}},
	{"f", {"truncate", "f"}},
	{"f", {"xattr", "f"}},
	{"f", {"acl", "f"}},
	{"f", {"unlink", "f"}},
	{"f", {"unlink", "g"}},
	{"f", {"create", "f"}},
	{"f", {"create", "w"}},
	{"f", {"symlink", "w"}},
	{"f", {"link", "f", "n"}},
	{"f", {"link", "f", "w"}},
	{"f", {"rename", "f", "n"}},
	{"f", {"rename", "f", "g"}},
	{"f", {"rename", "g", "n"}},
	{"f", {"rename", "g", "f"}},
	{"f", {"rename", "u", "f"}},
	{"f", {"rename", "u", "w"}},
	{"f", {"exchange", "f", "g"}},
	{"fd", {"mkdir", "n"}},
	{"fd", {"mkdir", "w"}},
	{"fd", {"rename", "d", "w"}},
	{"d", {"append", "d/a"}},
	{"d", {"unlink", "d/a"}},
	{"d", {"create", "d/n"}},
	{"d", {"chmod", "d/s"}},
	{"d", {"rename", "d/s", "n"}},
	{"d", {"rename", "d", "n"}},
	{"d", {"rename", "d", "empty"}},
	{"d", {"rename", "d", "full"}},
	{"d", {"rename", "m", "n"}},
	{"d", {"rename", "pure", "n"}},
	{"d", {"exchange", "m", "d"}},
	{"d", {"unlink", "m/a"}},
	{"d", {"rmdir", "empty"}},
	{"d", {"rmdir", "full"}},
	{"d", {"create", "empty/n"}},
	{"d", {"mkdir", "full/n"}},
	{"d", {"append", "full/x"}},
	{"DL", {"exchange", "d", "to-other"}},
	{"P", {"exchange", "pure", "to-other"}},
	{"N", {"exchange", "u", "to-p"}},
	{"l", {"rename", "d/a", "d/n"}},
	{"l", {"rename", "d/e", "n"}},
	{"l", {"rmdir", "d/e"}},
	{"l", {"symlink", "d/n"}},
	{"p", {"append", "pure/p"}},
	{"p", {"empty", "pure/p"}},
	{"p", {"log-in", "pure/p"}},
	{"p", {"chmod", "pure/p"}},
	{"p", {"chmod", "pure/e"}},
	{"p", {"chown", "pure/p"}},
	{"p", {"utimes", "pure/p"}},
	{"p", {"truncate", "pure/p"}},
	{"p", {"xattr", "pure/p"}},
	{"p", {"unset", "pure/p"}},
	{"p", {"acl", "pure/p"}},
	{"p", {"create", "pure/n"}},
	{"p", {"create", "pure/w"}},
	{"p", {"create-through", "pure/n"}},
	{"p", {"create-through", "pure/p"}},
	{"p", {"symlink", "pure/n"}},
	{"p", {"mkfifo", "pure/n"}},
	{"p", {"mkfifo", "pure/w"}},
	{"p", {"mkdir", "pure/n"}},
	{"p", {"mkdir", "pure/w"}},
	{"p", {"rmdir", "pure/e"}},
	{"p", {"unlink", "pure/p"}},
	{"p", {"link", "pure/p", "pure/n"}},
	{"p", {"link", "f", "pure/n"}},
	{"p", {"link", "pure/p", "n"}},
	{"p", {"rename", "pure/p", "n"}},
	{"p", {"rename", "f", "pure/n"}},
	{"p", {"rename", "pure/e", "n"}},
	{"p", {"exchange", "pure/p", "u"}},
	{"p", {"unnamed-in", "pure"}},
	{"n", {"append", "u"}},
	{"n", {"empty", "u"}},
	{"n", {"log-in", "u"}},
	{"n", {"create-through", "u"}},
	{"n", {"chmod", "u"}},
	{"n", {"chown", "u"}},
	{"n", {"utimes", "u"}},
	{"n", {"truncate", "u"}},
	{"n", {"xattr", "u"}},
	{"n", {"acl", "u"}},
	{"n", {"unset", "u"}},
};
static const struct deed poor_deeds[] = {
	{"r", {"there", "w/."}},     {"w", {"create", "w"}},      {"w", {"symlink", "w"}},
	{"w", {"mkdir", "w"}},       {"w", {"rename", "u", "w"}}, {"w", {"rename", "f", "w"}},
	{"w", {"link", "f", "w"}},   {"r", {"there", "f"}},       {"w", {"unlink", "f"}},
	{"w", {"rename", "f", "n"}},
};

/*
 * Where it is done. The second is a file system with neither devices, attributes nor flags, and
 * nobody remembers anything there; the third a kernel without openat2, where symlinks are put in
 * the way.
 */
static const struct ground {
	const char *library, *settings[3];
	const char *const *upper;
	const struct deed *deeds, *end;
	const char *groups; /* of the deeds that are done there; NULL: all */
} grounds[] = {
	{BUILD_DIR "/liboverlain.so",
	 {NULL},
	 upper,
	 deeds,
	 deeds + sizeof deeds / sizeof *deeds,
	 NULL},
	{BUILD_DIR "/tests/faulty/liboverlain.so",
	 {HOOK_LACKS(SYS_mknodat, EPERM) "," HOOK_LACK(SYS_lsetxattr, EOPNOTSUPP) "," HOOK_LACK(
		  SYS_renameat2, EINVAL),
	  "OVERLAIN_OPTIONS=cache=0"},
	 poor_upper,
	 poor_deeds,
	 poor_deeds + sizeof poor_deeds / sizeof *poor_deeds,
	 NULL},
	{BUILD_DIR "/tests/faulty/liboverlain.so",
	 {HOOK_LACKS(SYS_openat2, ENOSYS)},
	 upper,
	 deeds,
	 deeds + sizeof deeds / sizeof *deeds,
	 "LlPpNn"},
};
enum { GROUNDS = sizeof grounds / sizeof *grounds };
static const struct ground *ground;

static bool meets(const struct deed *one, const struct deed *other)
{
	if ((*one->group == 'r') != (*other->group == 'r'))
		return true;
	for (const char *a = one->group; *a; a++)
		for (const char *b = other->group; *b; b++)
			if (*a == *b ? strchr("fdrw", *a) != NULL : tolower(*a) == tolower(*b))
				return true;
	return false;
}

static char *spelled(const struct deed *deed)
{
	return format("%s %s %s", deed->words[0], deed->words[1],
		      deed->words[2] ? deed->words[2] : "");
}

/* --- one of the two --- */

#define SEEN "seen-by-"

static void see(const char *name)
{
	FILE *to = fopen(name, "w");

	if (!to)
		err(99, "%s", name);
	list_tree(to, ".", LIST_AGREE);
	fclose(to);
}

static void know_and_begin(void)
{
	see("/dev/null");
	killer_ready();
}

/* Its status is the error it got. */
static int act(char **words)
{
	int error = operation_do(words + 1, know_and_begin) ? errno : 0;

	killer_mark();
	see(words[0]);
	return error;
}

static void start(void *data)
{
	area_exec("--do", data);
}

/* --- who watches them --- */

struct actor {
	pid_t pid;
	int status;
	const char *seen;
};

static struct actor begin(const struct deed *deed, const char *who)
{
	struct actor actor = {.seen = format("%s/" SEEN "%s", area, who)};
	const char *words[] = {actor.seen, deed->words[0], deed->words[1], deed->words[2], NULL};

	actor.pid = killer_start(start, words);
	if (!killer_until_ready(actor.pid, false, &actor.status))
		errx(1, "%s does not begin", spelled(deed));
	return actor;
}

/* True when it is done; false when it waits for a turn that the other has. */
static bool finish(struct actor *actor)
{
	long call = 0;

	while (call != KILLER_MARK && call != SYS_nanosleep)
		if (!killer_next(actor->pid, &call, &actor->status))
			errx(1, "it ended with %#x", (unsigned)actor->status);
	return call == KILLER_MARK;
}

/* What comes of two deeds. */
struct outcome {
	int first, other;
	char *shown;
};

static int end(struct actor *actor)
{
	ptrace(PTRACE_DETACH, actor->pid, NULL, NULL);
	waitpid(actor->pid, &actor->status, 0);
	if (!WIFEXITED(actor->status) || WEXITSTATUS(actor->status) == 99)
		errx(1, "it ended with %#x", (unsigned)actor->status);
	return WEXITSTATUS(actor->status);
}

static const char *fault;

static void expect_seen(const struct actor *actor, const char *shown)
{
	int fd = open(actor->seen, O_RDONLY);
	char *seen = read_all(fd), *difference = first_difference(shown, seen);

	close(fd);
	if (difference && !fault)
		fault = format("one of them sees another tree: %s", difference);
}

/* ONE begins and stops at its call AT; 0: at its end. */
static void play(const struct deed *one, const struct deed *two, int at, struct outcome *outcome)
{
	long call = 0;

	area_reset(ground->upper);
	struct actor first = begin(one, "first"), other = begin(two, "other");
	for (int i = 0; (at == 0 || i < at) && call != KILLER_MARK; i++)
		if (!killer_next(first.pid, &call, &first.status))
			errx(1, "%s ended with %#x", spelled(one), (unsigned)first.status);
	bool between = call != KILLER_MARK, waits = !finish(&other);
	if (between)
		finish(&first);
	while (waits)
		waits = !finish(&other);
	outcome->first = end(&first);
	outcome->other = end(&other);
	outcome->shown = area_shown();
	/* The kernel knows no ".wh." files. */
	fault = ground->upper == upper ? area_fault(outcome->shown) : area_fault_quick();
	expect_seen(&first, outcome->shown);
	expect_seen(&other, outcome->shown);
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->first == b->first && a->other == b->other && strcmp(a->shown, b->shown) == 0;
}

/* Of one pair so many are told: the places are neighbours, and what is wrong is the same. */
#define TOLD_MOST 3
static int complaints, of_this_pair;

static char *told(const char *what, const struct outcome *o, const struct outcome *is)
{
	char *difference = first_difference(o->shown, is->shown);

	return format("  %s: %s and %s%s%s\n", what, o->first ? strerrorname_np(o->first) : "done",
		      o->other ? strerrorname_np(o->other) : "done", difference ? ", " : "",
		      difference ? difference : "");
}

static void complain(const struct deed *one, const struct deed *two, int at,
		     const struct outcome *is, const struct outcome orders[2])
{
	complaints++;
	if (++of_this_pair > TOLD_MOST)
		return;
	fprintf(stderr, "between: %s, and at its call %d %s:\n", spelled(one), at, spelled(two));
	if (fault)
		fprintf(stderr, "  %s\n", fault);
	fprintf(stderr, "%s%s%s", told("it comes to", is, is),
		told("one after the other", &orders[0], is),
		told("the other way round", &orders[1], is));
}

/* How many calls it makes alone. */
static int calls_of(const struct deed *deed)
{
	long call = 0;
	int count = 0;

	area_reset(ground->upper);
	struct actor actor = begin(deed, "first");
	for (; call != KILLER_MARK; count++)
		if (!killer_next(actor.pid, &call, &actor.status))
			errx(1, "%s ended with %#x", spelled(deed), (unsigned)actor.status);
	end(&actor);
	return count - 1;
}

static void in_turn(const struct deed *one, const struct deed *two, struct outcome orders[2])
{
	struct outcome reverse;

	play(one, two, 0, &orders[0]);
	play(two, one, 0, &reverse);
	orders[1] = (struct outcome){reverse.other, reverse.first, reverse.shown};
}

/* How many meetings: at every STRIDE-th place, counted from one pair to the next. */
static int meet(const struct deed *one, const struct deed *two, int calls, int stride)
{
	static int place;
	struct outcome orders[2], is;
	int count = 0;

	of_this_pair = 0;
	for (int at = 1; at <= calls; at++) {
		if (place++ % stride != 0)
			continue;
		if (count++ == 0)
			in_turn(one, two, orders);
		play(one, two, at, &is);
		if (fault || (!same(&is, &orders[0]) && !same(&is, &orders[1])))
			complain(one, two, at, &is, orders);
		free(is.shown);
	}
	return count;
}

static bool wanted(const struct deed *deed, const char *name)
{
	return (!ground->groups || strpbrk(deed->group, ground->groups)) &&
	       (!name || strstr(spelled(deed), name));
}

static int meet_all(int stride, const char *deed, const char *other)
{
	int count = 0;

	area_make(ground->library, lower, beside);
	area_settings(ground->settings);
	if (!getcwd(area, sizeof area))
		err(1, "no area");
	for (const struct deed *one = ground->deeds; one < ground->end; one++) {
		if (!wanted(one, deed))
			continue;
		const int calls = calls_of(one);
		for (const struct deed *two = ground->deeds; two < ground->end; two++)
			if (meets(one, two) && wanted(two, other))
				count += meet(one, two, calls, stride);
	}
	area_remove();
	return count;
}

int main(int argc, char **argv)
{
	int count = 0, stride = argc > 1 ? atoi(argv[1]) : 0;

	if (argc > 3 && strcmp(argv[1], "--do") == 0)
		return act(argv + 2);
	if (argc > 1 && strcmp(argv[1], "--list") == 0) {
		list_tree(stdout, "merged", LIST_AGREE);
		return 0;
	}
	if (stride < 1)
		errx(2, "usage: between STRIDE [DEED [OTHER]]");
	for (ground = grounds; ground < grounds + GROUNDS; ground++)
		count += meet_all(stride, argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
	if (complaints == 0)
		printf("between: %d meetings: each is like one deed after the other\n", count);
	else
		fprintf(stderr, "between: %d meetings, %d are not like one deed after the other\n",
			count, complaints);
	return complaints > 0 || count == 0;
}
