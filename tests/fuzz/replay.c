/* FUZZER FILE...: a fuzzer on what is known, without libFuzzer. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		static uint8_t data[1 << 20];
		FILE *file = fopen(argv[i], "r");

		if (!file)
			err(1, "%s", argv[i]);
		LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof data, file));
		fclose(file);
	}
	printf("%s: %d inputs\n", argv[0], argc - 1);
	return argc < 2;
}
