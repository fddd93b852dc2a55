/* An overlay opened in process, and short words for what it shows and what lies on disk. */
#ifndef TESTS_ROOMS_H
#define TESTS_ROOMS_H

#include "overlain/overlay.h"

/* Layers as support/plant.h describes them; "" is an empty one. */
struct plan {
	const char *lower[72]; /* the topmost first */
	const char *upper;     /* NULL: there is none */
	const char *options;
};

/* Plants them in the scratch directory as low0, low1 … and up, and opens the overlay. */
const struct overlay *rooms_open(const struct plan *plan);
#define OPEN(...) rooms_open(&(struct plan){__VA_ARGS__})

/* The same overlay as another process sees it: opened anew, with nothing learnt yet. */
const struct overlay *rooms_again(void);

/* What the mount table says of it. */
char *mount_line(const struct overlay *ov);

/* A path inside merged. */
struct path *rooms_path(const char *rel);

/*
 * What a lookup finds: "nothing", "covered" (nothing, and the upper has a whiteout), "file 1" for
 * one in layer 1, "dir 0 2" with the layers that have a part; or the name of the error.
 */
char *shown(const struct overlay *ov, const char *rel);

/* The names of a directory, sorted; fails the test where a number or type is not lookup's. */
char *names(const struct overlay *ov, const char *rel);

/*
 * What stands at a name of the scratch directory, its overlay marks added: "nothing", "whiteout"
 * (of any form), "file hello", "link -> a", "dir opaque=y impure=y", "file hello origin".
 */
char *on_disk(const char *name);

/* lstat of a name of the scratch directory, which must be there. */
struct stat stat_of(const char *name);

/* The inode number merged shows. */
uint64_t ino_of(const struct overlay *ov, const char *rel);

/* The operations, with texts for paths. 0 or -errno. */
int make_file(const struct overlay *ov, const char *rel, const char *content);
int make_dir(const struct overlay *ov, const char *rel);
int copy_up(const struct overlay *ov, const char *rel);
int unlink_at(const struct overlay *ov, const char *rel);
int rmdir_at(const struct overlay *ov, const char *rel);
int rename_at(const struct overlay *ov, const char *from, const char *to, unsigned flags);
int link_at(const struct overlay *ov, const char *from, const char *to);

/* Asserts an outcome, by the name of the error; "" is success. */
#define EXPECT(call, error)                                                                        \
	cr_expect_str_eq(rooms_error(call), error, "%s: %s", #call, rooms_error(call))
const char *rooms_error(int result);

/* Nothing half-made may be left in workdir. */
void rooms_leave_nothing(void);

/* Fixtures. */
void rooms_make(void);
void rooms_remove(void);

#endif
