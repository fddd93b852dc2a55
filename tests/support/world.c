#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "scratch.h"
#include "format.h"

/*
 * A hand-made upper lacks the kernel's own notes about inodes. It adds them at first sight, and
 * tells of that by changing times and inode numbers: let it look at everything before the script
 * does.
 */
#define MOUNT                                                                                      \
	"mount -t overlay overlay -o \"userxattr,$1\" merged || exit 125; ls -lR merged "          \
	">/dev/null 2>&1; "

/* The mount lives in a namespace of its own; within it the script is the caller again, not a root
 * it never was. */
#define AS_CALLER "exec unshare --map-user=$3 --map-group=$4 -- sh -c \"$2\""
#define AS_ROOT   "exec sh -c \"$2\""

static const char *const names[] = {"plain", "kernel", "shim-env", "shim-run"};

const char *world_name(enum world world)
{
	return names[world];
}

static bool kernel_mounts(void)
{
	static int answer = -1;
	char *area = format("%s/probe", scratch());
	const struct layers layers = {"lower", "upper", "work"};

	if (answer >= 0)
		return answer;
	shell_text("/",
		   format("cd '%s' && mkdir probe && cd probe && mkdir lower upper work merged",
			  scratch()));
	answer = world_shell(KERNEL, area, &layers, "true").status == 0;
	remove_tree(area);
	if (!answer)
		fprintf(stderr,
			"skipped: no comparison with the kernel, overlays cannot be mounted on "
			"%s\n",
			scratch());
	return answer;
}

bool world_exists(enum world world)
{
	const char *wanted = getenv("TEST_WORLDS");

	if (wanted && !strstr(wanted, names[world]))
		return false;
	return world != KERNEL || kernel_mounts();
}

static char *prefixed_list(const char *prefix, const char *list)
{
	return format("%s%s", prefix, replaced(list, ":", format(":%s", prefix)));
}

char *layers_options(const struct layers *layers, const char *prefix)
{
	char *options = format("lowerdir=%s", prefixed_list(prefix, layers->lowerdir));

	if (!layers->upperdir)
		return options;
	return format("%s,upperdir=%s%s,workdir=%s%s", options, prefix, layers->upperdir, prefix,
		      layers->workdir);
}

const char *const *layers_settings(const struct layers *layers, const char *area)
{
	const char **settings = calloc(6, sizeof *settings);

	settings[0] = "LD_PRELOAD=" LIBRARY;
	settings[1] = format("OVERLAIN_MERGED=%s/merged", area);
	settings[2] = format("OVERLAIN_LOWERDIR=%s",
			     prefixed_list(format("%s/", area), layers->lowerdir));
	if (layers->upperdir) {
		settings[3] = format("OVERLAIN_UPPERDIR=%s/%s", area, layers->upperdir);
		settings[4] = format("OVERLAIN_WORKDIR=%s/%s", area, layers->workdir);
	}
	return settings;
}

static struct outcome in_kernel(const char *area, const struct layers *layers, const char *script)
{
	bool root = geteuid() == 0;

	return program(area, NULL,
		       ARGV("unshare", root ? "-m" : "-rm", "sh", "-c",
			    root ? MOUNT AS_ROOT : MOUNT AS_CALLER, "sh",
			    layers_options(layers, format("%s/", area)), script,
			    format("%u", geteuid()), format("%u", getegid())));
}

struct outcome world_shell(enum world world, const char *area, const struct layers *layers,
			   const char *script)
{
	switch (world) {
	case KERNEL:
		return in_kernel(area, layers, script);
	case SHIM_ENV:
		return shell(area, layers_settings(layers, area), script);
	case SHIM_RUN:
		return program(area, NULL,
			       ARGV(OVERLAIN, "run", "-o", layers_options(layers, ""), "merged",
				    "--", "sh", "-c", script));
	default:
		return shell(area, NULL, script);
	}
}

char *world_listing(enum world world, const char *area, const struct layers *layers)
{
	struct outcome outcome = world_shell(world, area, layers, HELPER("treedump") " merged");

	cr_assert(outcome.status == 0, "%s: listing ended with %d: %s", names[world],
		  outcome.status, outcome.err);
	return outcome.out;
}
