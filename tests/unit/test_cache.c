/* What a process remembers of names, and how much of them. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "rooms.h"
#include "support/format.h"

TestSuite(cache, .init = rooms_make, .fini = rooms_remove);

enum { MANY = 20000 };

/* Names that are not there are remembered as others are, and need not be made. */
static void meet(const struct overlay *ov, int first, int count)
{
	struct node n;

	for (int i = first; i < first + count; i++) {
		cr_assert_eq(overlay_lookup(ov, rooms_path(format("n%d", i)), &n), 0);
		cr_assert(node_absent(&n));
	}
}

static int remembered(const struct overlay *ov, int count)
{
	struct node n;
	int found = 0;

	for (int i = 0; i < count; i++)
		found += overlay_recall(ov, rooms_path(format("n%d", i)), &n);
	return found;
}

Test(cache, grows_with_the_names_met)
{
	const struct overlay *ov = OPEN(.lower = {""}, .upper = "");
	meet(ov, 0, MANY);
	cr_expect_gt(remembered(ov, MANY), MANY / 100 * 95);
	meet(ov, 0, MANY);
	cr_expect_gt(remembered(ov, MANY), MANY / 100 * 99);
}

/* Files of a directory that one layer has can be found again at no cost: the last few will do. */
Test(cache, does_not_grow_with_files_of_one_layer)
{
	const struct overlay *ov = OPEN(.lower = {"d/f = 1"}, .upper = "");
	struct stat st = stat_of("low0/d/f");
	struct node n;
	int found = 0;

	shown(ov, "d");
	meet(ov, 0, 100);
	const int others = remembered(ov, 100);
	for (int i = 0; i < MANY; i++) {
		struct path_hash dir;
		const char *name = format("d/f%d", i);
		struct path_hash hash = path_hash(PATH_HASH_ROOT, name, strlen(name), &dir);
		struct sole sole;
		cr_assert(overlay_sole(ov, hash, dir, strchr(name, '/') + 1, &sole));
		cr_assert(overlay_learn(ov, &sole, &st, &n));
	}
	for (int i = 0; i < MANY; i++)
		found += overlay_recall(ov, rooms_path(format("d/f%d", i)), &n);
	cr_expect_leq(found, 128);
	cr_expect_gt(found, 64);
	cr_expect_eq(remembered(ov, 100), others, "others do not give way to them");
}

Test(cache, takes_no_more_than_it_may)
{
	const struct overlay *ov = OPEN(.lower = {"a = 1"}, .upper = "", .options = "cache=200k");
	meet(ov, 0, MANY);
	cr_expect_lt(remembered(ov, MANY), 200 * 1024 / 64);
	cr_expect_gt(remembered(ov, MANY), 200 * 1024 / 160);
	cr_expect_str_eq(shown(ov, "a"), "file 1");
}

Test(cache, may_be_very_small)
{
	const struct overlay *ov = OPEN(.lower = {"a = 1"}, .upper = "", .options = "cache=200");
	meet(ov, 0, 1000);
	cr_expect_leq(remembered(ov, 1000), 2);
	cr_expect_str_eq(shown(ov, "a"), "file 1");
	cr_expect_gt(remembered(ov, 1000) + overlay_recall(ov, rooms_path("a"), &(struct node){0}),
		     0);
}

Test(cache, may_be_none)
{
	const struct overlay *ov = OPEN(.lower = {"a = 1"}, .upper = "", .options = "cache=0");
	meet(ov, 0, 1000);
	cr_expect_eq(remembered(ov, 1000), 0);
	EXPECT(make_file(ov, "n1", "hello"), "");
	cr_expect_str_eq(shown(ov, "n1"), "file 0");
	EXPECT(unlink_at(ov, "a"), "");
	cr_expect_str_eq(shown(ov, "a"), "covered");
}

/* A change is seen although the table grows, and moves names, between look and look. */
Test(cache, forgets_what_changed_while_it_grew)
{
	const struct overlay *ov = OPEN(.lower = {""}, .upper = "");
	for (int i = 0; i < 3000; i += 10) {
		meet(ov, i, 10);
		EXPECT(make_file(ov, format("n%d", i), ""), "");
	}
	for (int i = 0; i < 3000; i++)
		cr_expect_str_eq(shown(ov, format("n%d", i)), i % 10 ? "nothing" : "file 0");
}

static void *meet_all(void *argument)
{
	const struct overlay *ov = argument;
	struct path p;
	struct node n;

	for (int i = 0; i < MANY; i++) {
		char name[16];
		int length = snprintf(name, sizeof name, "n%d", i);

		if (path_set(&p, name, (size_t)length) || overlay_lookup(ov, &p, &n) ||
		    !node_absent(&n))
			return argument;
	}
	return NULL;
}

Test(cache, grows_under_several_threads)
{
	const struct overlay *ov = OPEN(.lower = {""}, .upper = "");
	pthread_t threads[4];
	void *wrong;

	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, meet_all, (void *)(uintptr_t)ov), 0);
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(pthread_join(threads[i], &wrong), 0);
		cr_expect_null(wrong);
	}
	cr_expect_gt(remembered(ov, MANY), MANY / 100 * 90);
}
