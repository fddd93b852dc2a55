/* Paths inside merged. */
#include "overlain/path.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static struct path path;

static void set(const char *rel)
{
	cr_assert_eq(path_set(&path, rel, strlen(rel)), 0);
}

static void assert_path(const char *rel)
{
	cr_assert_str_eq(path_rel(&path), rel);
	cr_assert_eq(path.length, strlen(rel));
}

Test(path, grows_and_shrinks_by_components)
{
	path_clear(&path);
	assert_path("");
	cr_assert_eq(path_push(&path, "usr", 3), 0);
	assert_path("usr");
	cr_assert_eq(path_push(&path, "sharexx", 5), 0);
	assert_path("usr/share");
	cr_assert_eq(path_last(&path), 4);
	cr_assert(path_pop(&path));
	assert_path("usr");
	cr_assert_eq(path_last(&path), 0);
	cr_assert(path_pop(&path));
	assert_path("");
	cr_assert_not(path_pop(&path), "merged itself has no last component");
	assert_path("");
}

Test(path, is_cut_back_to_an_earlier_length)
{
	set("a/b/c");
	path_cut(&path, 3);
	assert_path("a/b");
	path_cut(&path, 0);
	assert_path("");
}

Test(path, is_set_from_a_part_of_itself)
{
	set("a/b/c");
	cr_assert_eq(path_set(&path, path_rel(&path) + 2, 3), 0);
	assert_path("b/c");
}

Test(path, is_copied)
{
	static struct path copy;
	set("a/b");
	path_copy(&copy, &path);
	path_pop(&path);
	cr_assert_str_eq(path_rel(&copy), "a/b");
	cr_assert_eq(copy.length, 3);
}

Test(path, is_reached_behind_one_root_after_the_other)
{
	set("a/b");
	cr_assert_str_eq(path_behind(&path, "/lower/", 7), "/lower/a/b");
	cr_assert_str_eq(path_behind(&path, "/", 1), "/a/b");
	cr_assert_str_eq(path_behind(&path, "/the/upper/", 11), "/the/upper/a/b");
	assert_path("a/b");
	path_clear(&path);
	cr_assert_str_eq(path_behind(&path, "/lower/", 7), "/lower/");
}

Test(path, has_room_for_the_longest_root)
{
	char root[PATH_ROOM];
	memset(root, 'r', sizeof root);
	set("a");
	char *whole = path_behind(&path, root, sizeof root - 1);
	cr_assert_eq(strlen(whole), PATH_ROOM);
	cr_assert_geq(whole, path.bytes);
}

Test(path, refuses_names_that_are_too_long)
{
	char name[NAME_MAX + 1];
	memset(name, 'n', sizeof name);
	path_clear(&path);
	cr_assert_eq(path_push(&path, name, NAME_MAX + 1), -ENAMETOOLONG);
	assert_path("");
	cr_assert_eq(path_push(&path, name, NAME_MAX), 0);
	while (path.length + NAME_MAX < PATH_MAX)
		cr_assert_eq(path_push(&path, name, 100), 0);
	size_t length = path.length;
	cr_assert_eq(path_push(&path, name, PATH_MAX - 1 - length), -ENAMETOOLONG);
	cr_assert_eq(path.length, length, "a refused component leaves it as it was");
	cr_assert_eq(path_push(&path, name, PATH_MAX - 2 - length), 0);
	cr_assert_eq(path.length, PATH_MAX - 1);
}

Test(path, refuses_to_be_set_too_long)
{
	static char rel[PATH_MAX];
	memset(rel, 'r', sizeof rel);
	set("before");
	cr_assert_eq(path_set(&path, rel, PATH_MAX), -ENAMETOOLONG);
	assert_path("before");
	cr_assert_eq(path_set(&path, rel, PATH_MAX - 1), 0);
	cr_assert_eq(path.length, PATH_MAX - 1);
}
