/*
 * What one program hands to the next (OVERLAIN_STATE), read in a process that has nothing of what
 * it speaks of, or other things under the same numbers. Nothing is believed that the kernel denies:
 * no descriptor on the lower is taken for one on the upper.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../preload/process/internal.h"
#include "fuzz.h"

enum { LOWER_FILE = 20, UPPER_FILE, OUTSIDE, NUMBERS = 24 };

static void open_at(int fd, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", fuzz_directory(), name);
	int opened = open(path, O_RDONLY | O_CREAT, 0644);
	fuzz_require(opened >= 0 && dup2(opened, fd) == fd && close(opened) == 0, "cannot open");
}

/* Before the constructor that reads the settings. */
__attribute__((constructor(101))) static void prepare(void)
{
	static const char *const directories[] = {"low", "up", "up.work"};
	char path[256];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", fuzz_directory(), directories[i]);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof path, "%s/merged", fuzz_directory());
	setenv("OVERLAIN_MERGED", path, 1);
	snprintf(path, sizeof path, "%s/low", fuzz_directory());
	setenv("OVERLAIN_LOWERDIR", path, 1);
	snprintf(path, sizeof path, "%s/up", fuzz_directory());
	setenv("OVERLAIN_UPPERDIR", path, 1);
	open_at(LOWER_FILE, "low/file");
	open_at(UPPER_FILE, "up/other");
	open_at(OUTSIDE, "outside");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct descriptor d;
	char *text = malloc(size + 1);

	fuzz_require(process_ready(), "no overlay");
	memcpy(text, data, size);
	text[size] = '\0';
	handover_read(text);
	for (int fd = 0; fd < NUMBERS; fd++)
		if (descriptor_find(fd, &d)) {
			fuzz_require(d.kind == DESCRIPTOR_OUTSIDE || fd == LOWER_FILE ||
					     fd == UPPER_FILE,
				     "it believes in what is not open");
			fuzz_require(d.kind == DESCRIPTOR_OUTSIDE ||
					     (d.layer == 0) == (fd == UPPER_FILE),
				     "it takes one layer for another");
			descriptor_drop(fd);
		}
	prctl(PR_SET_NAME, "fuzz_state");
	free(text);
	return 0;
}
