/*
 * marks: what overlays keep in an upper beside programs' own, for the verbs that check and convert
 * it. Paths are struct path in the upper; answers are 0 or a count, or -errno.
 */
#ifndef OVERLAIN_MARKS_H
#define OVERLAIN_MARKS_H

#include "overlain/overlay.h"

/* The attribute MARK of P, in the namespace SPACE (LAYER_XATTR…), cut to SIZE bytes. */
ssize_t marks_read(const struct layer *upper, struct path *p, const char *space, const char *mark,
		   void *value, size_t size);
int marks_remove(const struct layer *upper, struct path *p, const char *space, const char *mark);
/* The value of "opaque" as the kernel reads it here: 'y', 'x', another byte, or 0 for none. */
char marks_opaque(const struct layer *upper, struct path *p);

/* The ".wh." file beside P, and the one within P that makes it opaque. */
int marks_make_file(const struct layer *upper, struct path *p);
int marks_remove_file(const struct layer *upper, struct path *p);
bool marks_has_opaque_file(const struct layer *upper, struct path *p);
int marks_remove_opaque_file(const struct layer *upper, struct path *p);
int marks_make_opaque_file(const struct layer *upper, struct path *p);

/* A file in the directory P that has the name of a whiteout, and no name behind that. */
bool marks_has_file_for_nothing(const struct layer *upper, struct path *p);
int marks_remove_file_for_nothing(const struct layer *upper, struct path *p);

/*
 * What is done to marks is no change of the directories they are in: the times of P's and, where P
 * is one, of P itself come back at the end of the scope.
 */
struct marks_times {
	const struct layer *upper;
	struct path *path;
	struct stat own, parent;
	bool has_own, has_parent;
};
struct marks_times marks_keep_times(const struct layer *upper, struct path *p);
void marks_restore_times(const struct marks_times *times);
#define MARKS_KEEP_TIMES(upper, p)                                                                 \
	__attribute__((cleanup(marks_restore_times), unused)) const struct marks_times kept =      \
		marks_keep_times(upper, p)

/* Which form the whiteout P has; the first that is there. */
enum whiteout_form marks_form(const struct layer *upper, struct path *p);
/* Takes the whiteout P away, whatever its form. */
int marks_remove_whiteout(const struct layer *upper, struct path *p);

#endif
