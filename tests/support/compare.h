/*
 * One script, every world: the same status, output and resulting tree, and layers that stay what
 *they must be.
 *
 *	same_everywhere(.lower = { "a/b = one\n" }, .upper = "c = two\n", .script = "ls merged; rm
 *merged/a/b");
 */
#ifndef TESTS_COMPARE_H
#define TESTS_COMPARE_H

#include <stdbool.h>

struct scene {
	const char *lower[64]; /* layers as plant.h describes them, the topmost first */
	const char *upper;
	const char *script;
	/* A union without an upperdir. */
	bool read_only;
	/* The script asks what only a union answers: the kernel's is the model. */
	bool unlike_plain;
	/* Marks that the kernel does not read: only the plain directory knows. */
	bool unlike_kernel;
	/* The kernel refuses what a program then does otherwise: uppers need not be alike. */
	bool own_upper;
};

void compare_worlds(const struct scene *scene);

#define same_everywhere(...) compare_worlds(&(struct scene){__VA_ARGS__})

#endif
