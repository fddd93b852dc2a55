#include "operations.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hook.h"
#include "stage.h"

#define FAR                                                                                        \
	"far/a name so long that an address of a socket with it, on its layer, is too long"        \
	"of it at all"

#define TEN  "1234567890"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

const char *const operations_lower[] = {
	"f=one",
	"f&user.key",
	"f&user.overlay.not-ours",
	"g=two",
	"l@f",
	"d/",
	"d/a=a",
	"d/b=b",
	"d/s/",
	"d/s/c=c",
	"d/e/",
	"empty/",
	"dark/",
	"dark/x=x",
	"gone=g",
	"full/",
	"full/x=x",
	"m/",
	"m/a=a",
	"m/x=x",
	"m/s/",
	"m/s/c=c",
	"x/",
	"x/y/",
	"x/y/z=z",
	"w=w",
	"wd/",
	"wd/k=k",
	"0755 script=#!/bin/true\n",
	"run>/bin/true",
	"pipes/",
	"pipes/p|",
	"0500 closed/",
	"closed/c=c",
	"other@run",
	"4755 suid>/bin/true",
	"2755 sgid>/bin/true",
	"given>/bin/true",
	"given^",
	"0111 unread>/bin/true",
	"2755 group/",
	"group/w=w",
	"lib/",
	"lib/libidle.so>" BUILD_DIR "/tests/idle.so",
	"lib/libc.so.6>$(ldd /bin/true | awk '/libc.so/ {print $3}')",
	"far/",
	NULL,
};

const char *const operations_beside[] = {
	"low2/",
	"low2/f=below",
	"low2/x/",
	"low2/x/deep=deep",
	"low2/x/y/",
	"low2/x/y/w=w",
	"low2/m/",
	"low2/m/l=l",
	"crowded/",
	"crowded/many/#400",
	"crowds/",
	"crowds/many/#520",
	"merged/",
	"door@merged",
	"inside@merged/d",
	"new@merged/n",
	"long/",
	"long/" LONG "/",
	"long/" LONG "/" LONG "/",
	"away@long/" LONG "/" LONG,
	NULL,
};

const char *const operations_upper[] = {
	"u=upper",   "g=above",     "w!",       "wd!",      "full/",       "full/x!",
	"m/",        "m/b=b",       "m/x!",     "m/s/",     "m/s/d=d",     "pure/",
	"pure/p=p",  "bare/",       "0 shut/",  "shut/in/", "shut/in/p=p", "0500 tight/",
	"tight/t=t", "2755 group/", "group/w!", "dark/!",   NULL,
};

#define USER      AS_USER "yes"
#define SEVERAL   "OVERLAIN_LOWERDIR=low:low2"
#define CROWDED   "OVERLAIN_LOWERDIR=crowded:crowds"
#define NO_DEVICE HOOK_LACK(SYS_mknodat, EPERM)
#define NO_FLAGS  HOOK_LACK(SYS_renameat2, EINVAL)
#define NO_XATTR                                                                                   \
	HOOK_LACK(SYS_lsetxattr, EOPNOTSUPP)                                                       \
	"," HOOK_LACK(SYS_lgetxattr, EOPNOTSUPP) "," HOOK_LACK(SYS_llistxattr, EOPNOTSUPP)
#define LACKS     "HOOK_LACKS="
#define FCHMODAT2 452 /* of Linux 6.6; not every libc knows it */

const struct operation operations[] = {
	{"the start of a process", {"start"}, {NULL}},
	{"the start of one with relative paths",
	 {"start"},
	 {SEVERAL, "OVERLAIN_UPPERDIR=upper", "OVERLAIN_WORKDIR=work"}},
	{"the start of one with the usual workdir", {"start"}, {"OVERLAIN_WORKDIR="}},
	{"the start of one that is guarded", {"start"}, {"OVERLAIN_OPTIONS=enforce,writable=lib"}},
	{"the start of one with guarded lowers", {"start"}, {"OVERLAIN_OPTIONS=enforce"}},
	{"the start of a user's that is guarded", {"start"}, {"OVERLAIN_OPTIONS=enforce", USER}},
	{"the start of one with a lower far away", {"start"}, {"OVERLAIN_LOWERDIR=low:away"}},
	{"the start of one with a relative preload", {"start"}, {"LD_PRELOAD=lib/liboverlain.so"}},
	{"the start of one that is read-only",
	 {"start"},
	 {"OVERLAIN_UPPERDIR=", "OVERLAIN_WORKDIR="}},
	{"the start of one that tells much",
	 {"start"},
	 {"OVERLAIN_DEBUG=all,help", "OVERLAIN_DEBUG_OUTPUT=told.%p"}},
	{"the start of one without fallocate", {"start"}, {HOOK_LACKS(SYS_fallocate, EOPNOTSUPP)}},
	{"the start of a user's", {"start"}, {USER}},
	{"the start of one that is visited", {"start"}, {HOOK_VISITED}},
	{"start what is told nonsense", {"hand-over-misled"}, {NULL}},
	{"hand over to a program", {"hand-over", "m/s", "c"}, {NULL}},
	{"append to a lower file", {"append", "f"}, {NULL}},
	{"truncate a lower file", {"empty", "f"}, {NULL}},
	{"change a lower file", {"chmod", "f"}, {NULL}},
	{"change a deep lower file", {"chmod", "x/y/z"}, {NULL}},
	{"change a lower directory", {"chmod", "x/y"}, {NULL}},
	{"unlink a lower file", {"unlink", "f"}, {NULL}},
	{"unlink a file of both layers", {"unlink", "g"}, {NULL}},
	{"unlink an upper file", {"unlink", "u"}, {NULL}},
	{"unlink a deep lower file", {"unlink", "x/y/z"}, {NULL}},
	{"create a file", {"create", "n"}, {NULL}},
	{"create a file over a whiteout", {"create", "w"}, {NULL}},
	{"create a file in a lower directory", {"create", "x/y/n"}, {NULL}},
	{"make a symlink over a whiteout", {"symlink", "w"}, {NULL}},
	{"make a fifo over a whiteout", {"mkfifo", "w"}, {NULL}},
	{"link a lower file", {"link", "f", "n"}, {NULL}},
	{"link a lower file over a whiteout", {"link", "f", "w"}, {NULL}},
	{"make a directory", {"mkdir", "n"}, {NULL}},
	{"make a directory over a whiteout", {"mkdir", "w"}, {NULL}},
	{"make one over a directory's whiteout", {"mkdir", "wd"}, {NULL}},
	{"remove a lower directory", {"rmdir", "empty"}, {NULL}},
	{"remove one emptied by whiteouts", {"rmdir", "full"}, {NULL}},
	{"rename a lower file", {"rename", "f", "n"}, {NULL}},
	{"rename a lower file over another", {"rename", "f", "gone"}, {NULL}},
	{"rename a lower file over an upper one", {"rename", "f", "u"}, {NULL}},
	{"rename a file of both layers", {"rename", "g", "n"}, {NULL}},
	{"rename a file over a whiteout", {"rename", "f", "w"}, {NULL}},
	{"rename an upper file over a lower one", {"rename", "u", "f"}, {NULL}},
	{"rename a lower file into a lower directory", {"rename", "f", "x/y/n"}, {NULL}},
	{"rename a lower symlink", {"rename", "l", "n"}, {NULL}},
	{"rename an upper directory", {"rename", "pure", "n"}, {NULL}},
	{"rename an upper directory over a whiteout", {"rename", "pure", "wd"}, {NULL}},
	{"rename a lower directory", {"rename", "d", "n"}, {NULL}},
	{"rename a lower directory over a whiteout", {"rename", "d", "w"}, {NULL}},
	{"rename a lower directory over an empty one", {"rename", "d", "empty"}, {NULL}},
	{"rename a directory over one full of whiteouts", {"rename", "d", "full"}, {NULL}},
	{"rename a merged directory", {"rename", "m", "n"}, {NULL}},
	{"rename a merged directory into a lower one", {"rename", "m", "x/y/n"}, {NULL}},
	{"exchange two lower files", {"exchange", "f", "gone"}, {NULL}},
	{"exchange a lower directory and an upper file", {"exchange", "d", "u"}, {NULL}},
	{"exchange two merged directories", {"exchange", "m", "d"}, {NULL}},
	{"set an attribute of a lower file", {"xattr", "f"}, {NULL}},
	{"change a lower file that is open", {"open", "f"}, {NULL}},
	{"bind a socket", {"socket", "n"}, {NULL}},
	{"bind a socket over a whiteout", {"socket", "w"}, {NULL}},
	{"link a file without a name", {"unnamed", "n"}, {NULL}},
	{"look for what is hidden", {"hidden", "dark/x"}, {NULL}},
	{"list a merged directory", {"list", "m"}, {NULL}},
	{"list a lower directory", {"list", "d"}, {NULL}},
	{"go about", {"walk", "m/s", "a"}, {NULL}},
	{"read a symlink", {"readlink", "l"}, {NULL}},
	{"read /proc", {"proc", "f"}, {NULL}},
	{"execute a program", {"execute", "./run"}, {NULL}},
	{"execute a script", {"execute", "./script"}, {NULL}},
	{"list a long directory", {"list", "many"}, {CROWDED}},
	{"read a stream", {"stream", "m"}, {NULL}},
	{"read entries", {"getdents", "m"}, {NULL}},
	{"walk a tree", {"tree", "."}, {SEVERAL}},
	{"look for names", {"look", "x/y", "x/y/z"}, {NULL}},
	{"look for names in several layers", {"look", "x/y", "x/y/w"}, {SEVERAL}},
	{"look for names in many",
	 {"look", "many", "many/a name that takes as much room as only few others do, 1"},
	 {CROWDED}},
	{"look for more than there was room for", {"look-far", "x/y"}, {NULL}},
	{"look for names while descriptors become few", {"look-limited", "x/y", "x/y/z"}, {NULL}},
	{"note descriptors at once", {"notes-meet", "f"}, {NULL}},
	{"open streams at once", {"streams-meet", "m"}, {NULL}},
	{"close all while something is opened", {"close-meanwhile", "x/y/z", "x/y/z"}, {NULL}},
	{"unlink when another has the turn", {"unlink-waiting", "f", "pure"}, {NULL}},
	{"rename while another thread forks", {"rename-forking", "pure", "n"}, {NULL}},
	{"change while another thread forks", {"chmod-forking", "f"}, {NULL}},
	{"copy up and draw", {"append-watched", "f"}, {"OVERLAIN_DEBUG=progress", HOOK_HURRY}},
	{"look as a user", {"look", "x/y", "x/y/w"}, {SEVERAL, USER}},
	{"list several layers", {"list", "x"}, {SEVERAL}},
	{"read attributes", {"attributes", "f"}, {NULL}},
	{"remove an attribute", {"unset", "f"}, {NULL}},
	{"set an access list", {"acl", "f"}, {NULL}},
	{"give a lower file away", {"chown", "f"}, {NULL}},
	{"give a lower symlink away", {"chown", "l"}, {NULL}},
	{"set an access list of a directory", {"acl", "d"}, {NULL}},
	{"date a lower file", {"utimes", "f"}, {NULL}},
	{"cut a lower file", {"truncate", "f"}, {NULL}},
	{"watch a lower directory", {"watch", "d"}, {NULL}},
	{"write to a program", {"append", "run"}, {NULL}},
	{"change an open file", {"fchmod", "f"}, {NULL}},
	{"ask an open file that was changed", {"fstat-changed", "f"}, {NULL}},
	{"make a file below what was moved", {"openat-moved", "pure", "n"}, {NULL}},
	{"bind a socket by a long name", {"socket", FAR}, {NULL}},
	{"send to a socket by a long name", {"send-far", FAR}, {NULL}},
	{"read an own map", {"maps", "f"}, {NULL}},
	{"read /proc of a file removed", {"proc-unlinked", "f"}, {NULL}},
	{"read another's /proc", {"proc-other"}, {NULL}},
	{"stand where something moves", {"here-moved", "d"}, {NULL}},
	{"stand where that is moved", {"here-itself-moved", "pure", "../pure"}, {NULL}},
	{"stand nobody knows where", {"here-unknown"}, {NULL}},
	{"enter what was removed", {"enter-removed", "empty"}, {NULL}},
	{"stand in what was removed", {"in-removed", "empty", "../empty"}, {NULL}},
	{"come in by a link", {"outside", "../door", "../inside/a"}, {NULL}},
	{"make a file by a link", {"create", "../door/n"}, {NULL}},
	{"make a file at a link's end", {"create-through", "../new"}, {NULL}},
	{"rename to where a link leads", {"rename", "f", "../door/n"}, {NULL}},
	{"link to where a link leads", {"link", "f", "../door/n"}, {NULL}},
	{"make a directory by a link", {"mkdir", "../door/n"}, {NULL}},
	{"receive a descriptor", {"receive", "m", "b"}, {NULL}},
	{"open beyond the library's own", {"crowded", "x/y", "x/y/z"}, {NULL}},
	{"pass bad pointers", {"bad", "f"}, {NULL}},
	{"load a library", {"dlopen", "libidle.so"}, {"LD_LIBRARY_PATH=@/merged/lib"}},
	{"borrow memory", {"vfork", "m", "b"}, {NULL}},
	{"execute by a descriptor", {"execveat", "run"}, {NULL}},
	{"execute by a search", {"spawnp", "run"}, {"PATH=d:.:/usr/bin"}},
	{"execute what seeks libraries", {"execute", "./run"}, {"LD_LIBRARY_PATH=@/merged/lib"}},
	{"execute what has a path of its own", {"execute-this"}, {NULL}},
	{"execute with another's rights", {"execute", "./suid"}, {"OVERLAIN_DEBUG=escape"}},
	{"execute with another group's", {"execute", "./sgid"}, {"OVERLAIN_DEBUG=escape"}},
	{"execute with capabilities", {"execute", "./given"}, {USER}},
	{"execute what cannot be read", {"execute", "./unread"}, {USER}},
	{"execute and tell",
	 {"execute", "./run"},
	 {"OVERLAIN_DEBUG=all", "OVERLAIN_DEBUG_OUTPUT=@/told.%p"}},
	{"copy up and tell", {"append", "f"}, {"OVERLAIN_DEBUG=all,progress"}},
	{"execute with descriptors", {"execute-held", "m/s", "c"}, {NULL}},
	{"hand over to somebody else", {"hand-over-other", "m/s", "c"}, {NULL}},
	{"hand over under another name", {"hand-over-named", "./other"}, {NULL}},
	{"hand over to one who may not write", {"hand-over-barred"}, {NULL}},
	{"load a library that is missing", {"dlopen-missing", "./none.so"}, {NULL}},
	{"remove an upper directory", {"rmdir", "bare"}, {NULL}},
	{"rename upon a full directory", {"rename-refused", "pure", "x/y"}, {NULL}},
	{"rename a directory with whiteouts", {"rename", "full", "n"}, {NULL}},
	{"miss names outside", {"missing-outside"}, {NULL}},
	{"see an open file that was changed", {"proc-changed", "f"}, {NULL}},
	{"rename where one stands", {"rename-around", "d", "n"}, {NULL}},
	{"look up from a closed directory", {"look-up-alone", "shut", "in"}, {USER}},
	{"look past a closed directory", {"look", "closed/..", "closed/../f"}, {USER}},
	{"come in by a link from outside", {"from-outside", "door", "inside/a"}, {NULL}},
	{"come in by way of another lower", {"outside", "../door", "../low2/../inside/a"}, {NULL}},
	{"make a file by a link from outside", {"create-outside", "door/n"}, {NULL}},
	{"set an attribute of a read-only directory",
	 {"xattr-refused", "d"},
	 {"OVERLAIN_UPPERDIR=", "OVERLAIN_WORKDIR="}},
	{"append without owners", {"append", "f"}, {HOOK_LACKS(SYS_fchownat, EPERM), COPIES}},
	{"unlink where names are many", {"unlink", "f"}, {HOOK_LACKS(SYS_linkat, EMLINK)}},
	{"execute a script on an older kernel",
	 {"execute", "./script"},
	 {HOOK_LACKS(SYS_execveat, EINVAL)}},
	{"append step by step", {"append", "pure/p"}, {HOOK_LACKS(SYS_openat2, ENOSYS)}},
	{"unlink step by step", {"unlink", "x/y/z"}, {HOOK_LACKS(SYS_openat2, EPERM)}},
	{"rename a directory with fifos", {"rename", "pipes", "n"}, {NULL}},
	{"change a lower fifo", {"chmod", "pipes/p"}, {NULL}},

	{"read what is read-only", {"read-only", "f"}, {"OVERLAIN_UPPERDIR=", "OVERLAIN_WORKDIR="}},
	{"set an attribute of what is read-only",
	 {"xattr-refused", "f"},
	 {"OVERLAIN_UPPERDIR=", "OVERLAIN_WORKDIR="}},
	{"ask of a read-only mount", {"append", "f"}, {"OVERLAIN_LOWERDIR=low-ro", USER}},

	{"change a user's lower file", {"chmod", "f"}, {USER}},
	{"append to a user's lower file", {"append", "f"}, {USER}},
	{"set an attribute of a user's lower file", {"xattr", "f"}, {USER}},
	{"rename a user's closed directory", {"rename", "closed", "n"}, {USER, LENDS}},
	{"change what is in a closed directory", {"chmod", "closed/c"}, {USER, LENDS}},
	{"exchange closed directories", {"exchange", "tight", "closed"}, {USER, LENDS}},
	{"exchange closed directories on an older kernel",
	 {"exchange", "tight", "closed"},
	 {USER, LENDS, HOOK_LACKS(FCHMODAT2, ENOSYS)}},
	{"make a file in a closed directory", {"create-alone", "shut", "in"}, {USER}},
	{"make a file over a whiteout in a group's directory", {"create", "group/w"}, {NULL}},
	{"make a directory over a whiteout there", {"mkdir", "group/w"}, {NULL}},

	{"append where the layers are several disks",
	 {"append", "f"},
	 {HOOK_LACKS(SYS_name_to_handle_at, EOPNOTSUPP)}},
	{"append where ranges cannot be copied",
	 {"append", "f"},
	 {HOOK_LACKS(SYS_copy_file_range, ENOSYS)}},
	{"append where holes are not known", {"append", "f"}, {HOOK_LACKS(SYS_lseek, EINVAL)}},
	{"append without attributes", {"append", "f"}, {LACKS NO_XATTR}},
	{"unlink without devices", {"unlink", "f"}, {LACKS NO_DEVICE}},
	{"unlink with names alone", {"unlink", "f"}, {LACKS NO_DEVICE "," NO_XATTR}},
	{"list where a name was unlinked", {"list-unlinked", "f"}, {LACKS NO_DEVICE "," NO_XATTR}},
	{"unlink of both layers without devices", {"unlink", "g"}, {LACKS NO_DEVICE}},
	{"unlink of both layers with names alone", {"unlink", "g"}, {LACKS NO_DEVICE "," NO_XATTR}},
	{"rmdir without devices", {"rmdir", "empty"}, {LACKS NO_DEVICE}},
	{"rmdir of both layers without devices", {"rmdir", "full"}, {LACKS NO_DEVICE}},
	{"rmdir of both layers with names alone",
	 {"rmdir", "full"},
	 {LACKS NO_DEVICE "," NO_XATTR}},
	{"rename without flags", {"rename", "f", "n"}, {LACKS NO_FLAGS}},
	{"rename without devices", {"rename", "f", "n"}, {LACKS NO_DEVICE "," NO_FLAGS}},
	{"rename with names alone",
	 {"rename", "f", "n"},
	 {LACKS NO_DEVICE "," NO_XATTR "," NO_FLAGS}},
	{"rename over another without flags", {"rename", "f", "gone"}, {LACKS NO_FLAGS}},
	{"rename of a directory without flags", {"rename", "d", "n"}, {LACKS NO_FLAGS}},
	{"mkdir over a whiteout without flags", {"mkdir", "w"}, {LACKS NO_FLAGS}},
	{"create over a whiteout without flags", {"create", "w"}, {LACKS NO_FLAGS}},
	{"rmdir without flags", {"rmdir", "empty"}, {LACKS NO_FLAGS}},
	{"rmdir of both layers without flags", {"rmdir", "full"}, {LACKS NO_FLAGS}},
	{"rename of both layers without flags", {"rename", "g", "n"}, {LACKS NO_FLAGS}},
	{"rename over an upper file without flags", {"rename", "f", "u"}, {LACKS NO_FLAGS}},
	{"rename over a whiteout without flags", {"rename", "f", "w"}, {LACKS NO_FLAGS}},
	{"rename of an upper file over a lower one without flags",
	 {"rename", "u", "f"},
	 {LACKS NO_FLAGS}},
	{"rename of an upper directory over a whiteout without flags",
	 {"rename", "pure", "wd"},
	 {LACKS NO_FLAGS}},
	{"rename of a lower directory over a whiteout without flags",
	 {"rename", "d", "w"},
	 {LACKS NO_FLAGS}},
	{"rename of a lower directory over an empty one without flags",
	 {"rename", "d", "empty"},
	 {LACKS NO_FLAGS}},
	{"rename over one full of whiteouts without flags",
	 {"rename", "d", "full"},
	 {LACKS NO_FLAGS}},
	{"rename over one full of whiteouts without attributes",
	 {"rename", "d", "full"},
	 {LACKS NO_XATTR}},
	{"rename over one full of whiteouts with names alone",
	 {"rename", "d", "full"},
	 {LACKS NO_DEVICE "," NO_XATTR "," NO_FLAGS}},
	{"rename of a merged directory without flags", {"rename", "m", "n"}, {LACKS NO_FLAGS}},
	{"mkdir over a directory's whiteout without flags", {"mkdir", "wd"}, {LACKS NO_FLAGS}},
	{"copy-up without flags", {"append", "f"}, {LACKS NO_FLAGS}},
	{"bind over a whiteout without flags", {"socket", "w"}, {LACKS NO_FLAGS}},
	{NULL, {NULL}, {NULL}},
};

bool operation_copies(const struct operation *op)
{
	for (int i = 0; op->settings[i]; i++)
		if (strcmp(op->settings[i], COPIES) == 0)
			return true;
	return false;
}

bool operation_is_start(const struct operation *op)
{
	return strcmp(op->words[0], "start") == 0;
}

static const struct verb *verb_of(const char *word)
{
	const struct verb *const all[] = {verbs_changing, verbs_looking, verbs_meeting,
					  verbs_starting};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const struct verb *verb = all[i]; verb->word; verb++)
			if (strcmp(verb->word, word) == 0)
				return verb;
	return NULL;
}

bool operation_prepares(const struct operation *op)
{
	const struct verb *verb = verb_of(op->words[0]);

	return verb && verb->prepare;
}

int operation_do(char *const *words, void (*mark)(void))
{
	const struct operands operands = {words[1], words[1] ? words[2] : NULL};

	if (strcmp(words[0], "start") == 0)
		return 0;
	const struct verb *verb = verb_of(words[0]);
	if (!verb || chdir("merged") || (verb->prepare && verb->prepare(&operands)))
		return -1;
	mark();
	return verb->run(&operands);
}
