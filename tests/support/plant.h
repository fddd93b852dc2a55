/*
 * Trees out of a few lines of text, one entry a line:
 *
 *	dir/			a directory; parents come by themselves
 *	dir/ opaque		one that hides the same directory of the layers below
 *	file = hello		a file holding that line; `file =` alone is empty
 *	file size 70000		that many bytes, not two blocks alike
 *	file hole 1000000	that many bytes of nothing, then a line
 *	link -> target
 *	name == file		a hard link
 *	name fifo
 *	name whiteout		a device 0, 0
 *
 * of marks that the kernel reads and does not make, or does not read at all:
 *
 *	name whiteout-xattr	dir/ xattr user.overlay.opaque=x is needed as well
 *	name whiteout-file	.wh.name
 *	dir/ opaque-file	dir/.wh..wh..opq
 *
 * and added to an entry that is there:
 *
 *	name mode 0750
 *	name xattr user.key=value
 *
 * %XX in a name or in a file's line is that byte. A layer's entries all carry the layer's own fixed
 *time, to the nanosecond.
 */
#ifndef TESTS_PLANT_H
#define TESTS_PLANT_H

/* One layer as it stands on disk. `age` gives its time: 0 is the oldest. */
void plant(const char *root, const char *description, int age);

/* One layer laid over a plain directory: what a union with it on top must look like. */
void plant_over(const char *root, const char *description, int age);

/* Planted entries are older than this, entries a program made are younger. */
enum { PLANTED_BEFORE = 1420070400 };

#endif
