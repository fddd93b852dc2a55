/* Assertions about texts. */
#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H

/* Fails the test, showing the first difference, unless both are equal. `what` says what was
 * compared. */
void assert_text(const char *actual, const char *expected, const char *what);

/* Fails the test unless `in` holds `word`. */
void assert_holds(const char *in, const char *word);

/* The content of a file; fails the test when there is none. */
char *content_of(const char *path);

#endif
