#include "compare.h"

#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "expect.h"
#include "listing.h"
#include "plant.h"
#include "scratch.h"
#include "format.h"
#include "world.h"

/* All that a script's run left to be compared. */
struct trace {
	struct outcome outcome;
	char *merged;
	char *upper;
};

static size_t lower_count(const struct scene *scene)
{
	size_t count = 0;

	while (count < sizeof scene->lower / sizeof *scene->lower && scene->lower[count])
		count++;
	return count;
}

static struct layers layers_of(const struct scene *scene)
{
	struct layers layers = {.lowerdir = "layers/lower1"};

	for (size_t i = 1; i < lower_count(scene); i++)
		layers.lowerdir = format("%s:layers/lower%zu", layers.lowerdir, i + 1);
	if (!scene->read_only) {
		layers.upperdir = "layers/upper";
		layers.workdir = "layers/work";
	}
	return layers;
}

static const char *upper_of(const struct scene *scene)
{
	return scene->upper ? scene->upper : "";
}

static void plant_plain(const struct scene *scene, const char *area)
{
	char *merged = format("%s/merged", area);
	size_t count = lower_count(scene);

	plant(format("%s/layers", area), "", 0);
	for (size_t i = count; i-- > 0;)
		plant_over(merged, scene->lower[i], (int)(count - i));
	if (!scene->read_only)
		plant_over(merged, upper_of(scene), (int)count + 1);
}

static void plant_layers(const struct scene *scene, const char *area)
{
	size_t count = lower_count(scene);

	plant(format("%s/layers", area), "", 0);
	for (size_t i = 0; i < count; i++)
		plant(format("%s/layers/lower%zu", area, i + 1), scene->lower[i], (int)(count - i));
	plant(format("%s/merged", area), "", 0);
	if (!scene->read_only) {
		plant(format("%s/layers/upper", area), upper_of(scene), (int)count + 1);
		plant(format("%s/layers/work", area), "", 0);
	}
}

static char *lower_listing(const struct scene *scene, const char *area)
{
	char *all = format("%s", "");

	for (size_t i = 0; i < lower_count(scene); i++)
		all = format("%slower%zu\n%s", all, i + 1,
			     listing(format("%s/layers/lower%zu", area, i + 1),
				     LIST_EXACT | LIST_XATTRS));
	return all;
}

/* A union of one make is read alike by the other. */
static void assert_interchange(enum world world, const char *area, const struct layers *layers,
			       const char *merged)
{
	enum world other = world == KERNEL ? SHIM_RUN : KERNEL;

	if (world_exists(other))
		assert_text(
			world_listing(other, area, layers), merged,
			format("what %s left, seen by %s,", world_name(world), world_name(other)));
}

static void play_union(enum world world, const struct scene *scene, const char *area,
		       struct trace *trace)
{
	struct layers layers = layers_of(scene);
	char *before;

	plant_layers(scene, area);
	before = lower_listing(scene, area);
	trace->outcome = world_shell(world, area, &layers, scene->script);
	assert_text(lower_listing(scene, area), before,
		    format("%s: the lower before and after", world_name(world)));
	trace->merged = world_listing(world, area, &layers);
	assert_text(lower_listing(scene, area), before,
		    format("%s: the lower, after listing,", world_name(world)));
	assert_text(shell_text(area, "ls -A merged"), "",
		    format("%s: the directory under the union", world_name(world)));
	if (!scene->read_only && !(scene->own_upper && world == KERNEL))
		trace->upper = listing(format("%s/layers/upper", area), LIST_AGE | LIST_OPAQUE);
	if (!scene->unlike_kernel)
		assert_interchange(world, area, &layers, trace->merged);
}

/* Always the same path, one world after the other: even the width of a printed path is the same. */
static struct trace play(enum world world, const struct scene *scene)
{
	char *area = format("%s/area", scratch());
	struct trace trace = {0};

	cr_assert(mkdir(area, 0755) == 0, "%s: %m", area);
	if (world == PLAIN) {
		plant_plain(scene, area);
		trace.outcome = world_shell(world, area, NULL, scene->script);
		trace.merged = world_listing(world, area, NULL);
	} else {
		play_union(world, scene, area, &trace);
	}
	remove_tree(area);
	/* What it had not written yet went with it. */
	cr_assert(trace.outcome.status < 128, "%s: the script ended with %d", world_name(world),
		  trace.outcome.status);
	return trace;
}

static void assert_same(enum world world, const struct trace *actual, enum world model,
			const struct trace *expected)
{
	char *both = format("%s against %s", world_name(world), world_name(model));

	assert_text(actual->outcome.out, expected->outcome.out, format("%s: stdout", both));
	assert_text(actual->outcome.err, expected->outcome.err, format("%s: stderr", both));
	cr_assert(actual->outcome.status == expected->outcome.status, "%s: status %d, expected %d",
		  both, actual->outcome.status, expected->outcome.status);
	assert_text(actual->merged, expected->merged, format("%s: the merged tree", both));
	if (actual->upper && expected->upper)
		assert_text(actual->upper, expected->upper, format("%s: the upper", both));
}

static bool takes_part(enum world world, const struct scene *scene)
{
	return !(world == PLAIN && scene->unlike_plain) &&
	       !(world == KERNEL && scene->unlike_kernel) && world_exists(world);
}

/* Every trace against the first and the last before it: the plain directory's tree, and the
 * kernel's upper. */
void compare_worlds(const struct scene *scene)
{
	struct trace traces[WORLDS];
	enum world played[WORLDS];
	size_t count = 0;

	for (enum world world = PLAIN; world < WORLDS; world++) {
		if (!takes_part(world, scene))
			continue;
		traces[count] = play(world, scene);
		played[count++] = world;
	}
	cr_assert(count > 1, "nothing to compare with");
	for (size_t i = 1; i < count; i++) {
		assert_same(played[i], &traces[i], played[0], &traces[0]);
		assert_same(played[i], &traces[i], played[i - 1], &traces[i - 1]);
	}
}
