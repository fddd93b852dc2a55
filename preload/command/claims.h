/* claims: which object of an upper has which origin. */
#ifndef OVERLAIN_CLAIMS_H
#define OVERLAIN_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Notes that the object INO has that origin; false where another has it already. */
bool claim(const void *origin, size_t size, uint64_t ino);

#endif
