/* What fuzzers share. Each is a function as libFuzzer calls it; replay.c calls it for files. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, with the reason, where HOLDS is false. */
void fuzz_require(bool holds, const char *otherwise);

/* A directory of this process's own, in memory where that can be; it goes when the process ends. */
const char *fuzz_directory(void);

#endif
