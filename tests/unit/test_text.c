/* Strings without a C library. */
#include "overlain/text.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(text, is_built_piece_by_piece)
{
	char buffer[64];
	struct text t;
	text_init(&t, buffer, sizeof buffer);
	cr_assert_str_eq(buffer, "");
	text_add(&t, "copy");
	text_add_char(&t, '-');
	text_add_bytes(&t, "upward", 2);
	text_add_char(&t, ' ');
	text_add_number(&t, 1050);
	text_add_char(&t, ' ');
	text_add_hex(&t, 0xfd01);
	cr_assert_str_eq(buffer, "copy-up 1050 fd01");
	cr_assert_eq(text_length(&t), strlen(buffer));
	cr_assert_not(text_full(&t));
}

Test(text, spells_the_smallest_and_the_largest_number)
{
	char buffer[64];
	struct text t;
	text_init(&t, buffer, sizeof buffer);
	text_add_number(&t, 0);
	text_add_char(&t, ' ');
	text_add_number(&t, UINT64_MAX);
	text_add_char(&t, ' ');
	text_add_hex(&t, 0);
	text_add_char(&t, ' ');
	text_add_hex(&t, UINT64_MAX);
	cr_assert_str_eq(buffer, "0 18446744073709551615 0 ffffffffffffffff");
}

Test(text, is_cut_off_where_it_does_not_fit)
{
	char buffer[9] = "........";
	struct text t;
	text_init(&t, buffer, 6);
	text_add(&t, "four");
	cr_assert_not(text_full(&t));
	text_add(&t, "more");
	cr_assert_str_eq(buffer, "fourm");
	cr_assert(text_full(&t));
	text_add_number(&t, 7);
	cr_assert_str_eq(buffer, "fourm");
	cr_assert_eq(buffer[6], '.', "written behind the buffer's end");
}

Test(text, compares)
{
	cr_assert(text_same("", ""));
	cr_assert(text_same("upper", "upper"));
	cr_assert_not(text_same("upper", "uppe"));
	cr_assert_not(text_same("uppe", "upper"));
	cr_assert_not(text_same("upper", "lower"));
	cr_assert(text_starts(".wh.name", ".wh."));
	cr_assert(text_starts("name", ""));
	cr_assert_not(text_starts(".wh", ".wh."));
	cr_assert_str_eq(text_after("lowerdir=/a", "lowerdir="), "/a");
	cr_assert_str_eq(text_after("lowerdir=", "lowerdir="), "");
	cr_assert_null(text_after("lower", "lowerdir="));
}

Test(text, finds_a_character)
{
	const char *s = "a,b,c";
	cr_assert_eq(text_find(s, ','), s + 1);
	cr_assert_eq(text_find(s, 'c'), s + 4);
	cr_assert_eq(text_find(s, '\0'), s + 5);
	cr_assert_null(text_find(s, '/'));
	cr_assert_null(text_find("", '/'));
}

Test(text, reads_whole_numbers_only)
{
	static const struct {
		const char *spelled;
		int64_t number;
	} rows[] = {
		{"0", 0},
		{"42", 42},
		{"007", 7},
		{"9223372036854775807", INT64_MAX},
		{"9223372036854775808", -1},
		{"99999999999999999999999", -1},
		{"", -1},
		{"-1", -1},
		{"+1", -1},
		{" 1", -1},
		{"1 ", -1},
		{"0x10", -1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(text_number(rows[i].spelled), rows[i].number, "\"%s\"",
			     rows[i].spelled);
}

Test(text, finds_a_setting)
{
	char *const envp[] = {"OTHER=1", "NAME_LONGER=2", "NAME=first", "NAME=second",
			      "EMPTY=",  "BARE",          NULL};
	cr_assert_str_eq(text_setting(envp, "NAME"), "first");
	cr_assert_str_eq(text_setting(envp, "EMPTY"), "");
	cr_assert_null(text_setting(envp, "BARE"));
	cr_assert_null(text_setting(envp, "NAM"));
}

Test(text, knows_what_lies_below_a_directory)
{
	static const struct {
		const char *path, *directory;
		bool below;
	} rows[] = {
		{"/a/b", "/a", true},     {"/a", "/a", true},       {"/ab", "/a", false},
		{"/", "/a", false},       {"/a", "/a/b", false},    {"/a", "", true},
		{"/a", "/", true},        {"/", "/", true},         {"/b/a", "/a", false},
		{"/a/b/c", "/a/b", true}, {"/a/bc", "/a/b", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(text_below(rows[i].path, strlen(rows[i].path), rows[i].directory,
					strlen(rows[i].directory)),
			     rows[i].below, "%s below %s", rows[i].path, rows[i].directory);
	cr_assert(text_below("/a/b", 2, "/a", 2), "only the given length counts");
}
