/* The names of a program's own attributes, beside those of the overlay. */
#include <criterion/criterion.h>
#include <string.h>

#include "overlain/layer.h"
#include "rooms.h"
#include "support/format.h"

Test(layer_xattr, names_are_escaped)
{
	static const struct {
		const char *name, *stored, *error;
	} rows[] = {
		{"user.x", "user.x", ""},
		{"user.overlay", "user.overlay", ""},
		{"user.overlay.x", "user.overlay.overlay.x", ""},
		{"user.overlay.overlay.x", "user.overlay.overlay.overlay.x", ""},
		{"user.overlay.opaque", "user.overlay.overlay.opaque", ""},
		{"trusted.overlay.opaque", "trusted.overlay.overlay.opaque", ""},
		{"user.overlay.", NULL, "EINVAL"},
		{"trusted.overlay.", NULL, "EINVAL"},
		{"security.capability", "security.capability", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char buffer[256];
		const char *stored;

		EXPECT(layer_xattr_escape(rows[i].name, buffer, &stored), rows[i].error);
		if (rows[i].stored)
			cr_expect_str_eq(stored, rows[i].stored);
	}
	char buffer[256];
	const char *stored;
	EXPECT(layer_xattr_escape(format("user.overlay.%0240d", 1), buffer, &stored), "ERANGE");
}

Test(layer_xattr, names_are_revealed)
{
	static const struct {
		const char *stored, *seen; /* "|" ends a name */
	} rows[] = {
		{"", ""},
		{"user.a|user.b|", "user.a|user.b|"},
		{"user.overlay.opaque|", ""},
		{"user.overlay.overlay.opaque|", "user.overlay.opaque|"},
		{"user.overlay.overlay.overlay.x|", "user.overlay.overlay.x|"},
		{"user.a|user.overlay.origin|user.b|user.overlay.overlay.c|user.d|",
		 "user.a|user.b|user.overlay.c|user.d|"},
		{"trusted.overlay.overlay.x|user.fuseoverlayfs.opaque|", "trusted.overlay.x|"},
		{"trusted.overlay.opaque|user.overlayed|security.x|", "user.overlayed|security.x|"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char list[256];
		size_t size = strlen(rows[i].stored);

		for (size_t at = 0; at < size; at++)
			list[at] = rows[i].stored[at] == '|' ? '\0' : rows[i].stored[at];
		size = layer_xattr_reveal(list, size);
		cr_expect_eq(size, strlen(rows[i].seen), "%s", rows[i].stored);
		for (size_t at = 0; at < size; at++)
			if (list[at] == '\0')
				list[at] = '|';
		cr_expect_eq(memcmp(list, rows[i].seen, size), 0, "%s", rows[i].stored);
	}
}
